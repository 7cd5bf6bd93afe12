import Simulation
import Units

/// The flash interface of the STM32H7A3, H7B3 and H7B0: wait states by the AXI clock and the voltage
/// scale, and two banks that are programmed in quad words and erased by sectors of 8 KiB.
///
/// Parameters: `bank` (bytes), `sector` (bytes), `program-us`.
///
/// Reference: RM0455 4.9; bit positions: ST's stm32h7a3xx.h; limits of each wait state:
/// stm32h7xx_ll_utils.c; times: DS13195 6.3.11 (from memory).
/// Not modelled: parallelism and programming delay (WRHIGHFREQ holds), the CRC unit, ECC, protections,
/// option bytes' effect, swapped banks, reading one bank while the other is programmed (the core waits).
final class STM32H7Flash: Peripheral {
  private enum Control {
    static let lock: UInt32 = 1 << 0
    static let program: UInt32 = 1 << 1
    static let sectorErase: UInt32 = 1 << 2
    static let bankErase: UInt32 = 1 << 3
    static let start: UInt32 = 1 << 5
    static let interrupt: UInt32 = 1 << 16
  }

  private enum Status {
    static let busy: UInt32 = 1 << 0 | 1 << 2
    static let waiting: UInt32 = 1 << 1
    static let ended: UInt32 = 1 << 16
    static let sequence: UInt32 = 1 << 18
    static let inconsistent: UInt32 = 1 << 21
  }

  private struct Bank {
    var control = Control.lock
    var status: UInt32 = 0
    var hasFirstKey = false
    var isRefused = false
  }

  private static let keys: (UInt32, UInt32) = (0x4567_0123, 0xcdef_89ab)
  private static let optionKeys: (UInt32, UInt32) = (0x0819_2a3b, 0x4c5d_6e7f)
  private static let initialAccess: UInt32 = 0x13
  private static let unit = 16
  private static let eraseTime = Interval.milliseconds(2)
  /// Kilohertz that each wait state allows at voltage scales 0 to 3.
  private static let perWait: [UInt64] = [44_000, 42_000, 34_000, 22_000]

  private let fabric: Fabric
  private let system: STM32System
  private let timing: MemoryTiming
  private let line: InterruptLine?
  private let hclk: ClockSignal
  private let bankSize: UInt32
  private let sector: UInt32
  private let programTime: Interval
  private var access = initialAccess
  private var banks = [Bank(), Bank()]
  private var optionControl: UInt32 = 1
  private var hasFirstOptionKey = false
  private var held: [UInt32: UInt32] = [:]
  private var unitStart = Address(0)
  private var words: [UInt32] = []
  private var done: Event?

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    system = fabric.service(STM32System.init)
    timing = fabric.timing(ofMemory: "flash")
    line = context.interrupts.first
    hclk = fabric.clock("hclk")
    bankSize = UInt32(context.parameters["bank"] ?? 1 << 20)
    sector = UInt32(context.parameters["sector"] ?? 8192)
    programTime = .microseconds(Int64(context.parameters["program-us"] ?? 14))
    done = fabric.scheduler.event(context.name) { [unowned self] in finish() }
    fabric.service(FlashControl.init).store = { [unowned self] in store($0, $1) }
    hclk.observe { [unowned self] in checkLatency() }
    apply()
  }

  // MARK: Registers

  /// A bank's registers by their offset in it; nil for those of both.
  private func place(_ offset: UInt32) -> (bank: Int, register: UInt32)? {
    let register = offset & 0xff
    guard offset < 0x200, [0x04, 0x0c, 0x10, 0x14].contains(register) else { return nil }
    return (Int(offset >> 8), register)
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let (bank, register) = place(offset) {
      switch register {
      case 0x0c: return banks[bank].control
      case 0x10: return banks[bank].status
      default: return 0
      }
    }
    switch offset & 0xff {
    case 0x00: return access
    case 0x08: return 0
    case 0x18: return optionControl
    case 0x1c, 0x20: return held[0x20] ?? 0x1016_aaf0
    // Write protection reads as none, the boot addresses as the flash's and the boot loader's.
    case 0x38, 0x3c: return held[offset] ?? 0xffff_ffff
    case 0x40, 0x44: return held[0x44] ?? 0x1ff0_0800
    default: return offset <= 0x160 ? held[offset] ?? 0 : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard offset <= 0x160 else { return false }
    if let (bank, register) = place(offset) {
      writeBank(bank, register, value)
      return true
    }
    switch offset & 0xff {
    case 0x00:
      access = value & 0x3f
      apply()
      checkLatency()
    case 0x08: unlockOptions(value)
    case 0x18: writeOptionControl(value)
    case 0x1c, 0x40: break
    default: held[offset & 0xff == 0x20 || offset & 0xff == 0x44 ? offset & 0xff : offset] = value
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    offset & ~3 == 0 && mergeNarrow(offset, value, width)
  }

  func reset() {
    done?.cancel()
    access = Self.initialAccess
    banks = [Bank(), Bank()]
    optionControl = 1
    hasFirstOptionKey = false
    words = []
    updateLine()
    apply()
  }

  private func writeBank(_ index: Int, _ register: UInt32, _ value: UInt32) {
    switch register {
    case 0x04: unlock(index, value)
    case 0x0c: writeControl(index, value)
    case 0x14:
      banks[index].status &= ~(value & 0x1fff_0000)
      updateLine()
    default: break
    }
  }

  private func unlock(_ index: Int, _ value: UInt32) {
    if !banks[index].hasFirstKey && value == Self.keys.0 {
      banks[index].hasFirstKey = true
    } else if banks[index].hasFirstKey && value == Self.keys.1 && !banks[index].isRefused {
      banks[index].hasFirstKey = false
      banks[index].control &= ~Control.lock
    } else {
      // A wrong key locks until the next reset.
      banks[index].isRefused = true
      fabric.findings.note("flash-key", "FLASH.KEYR", "a wrong key locks the flash until reset")
    }
  }

  private func unlockOptions(_ value: UInt32) {
    if hasFirstOptionKey && value == Self.optionKeys.1 { optionControl &= ~1 }
    hasFirstOptionKey = value == Self.optionKeys.0
  }

  private func writeOptionControl(_ value: UInt32) {
    guard optionControl & 1 == 0 else { return }
    optionControl = value & ~(1 << 4 | 1 << 1)
    guard value >> 4 & 1 == 1 else { return }
    for index in banks.indices { erase(index, from: 0, count: bankSize) }
  }

  private func writeControl(_ index: Int, _ value: UInt32) {
    guard banks[index].control & Control.lock == 0, banks[index].status & Status.busy == 0 else {
      return
    }
    banks[index].control = value & ~Control.start
    guard value & Control.start != 0 else { return }
    if value & Control.bankErase != 0 {
      erase(index, from: 0, count: bankSize)
    } else if value & Control.sectorErase != 0 {
      erase(index, from: (value >> 6 & 0x7f) * sector, count: sector)
    }
  }

  // MARK: Reading

  private func apply() {
    var setting = timing.setting
    setting.waitStates = Int(access & 0xf)
    timing.setting = setting
  }

  /// A read that is faster than the memory gives garbage on the chip.
  private func checkLatency() {
    guard !hclk.isStopped else { return }
    let step = Self.perWait[min(max(system.voltageRange, 0), 3)]
    let allowed = Hertz(step * 1000 * UInt64((access & 0xf) + 1))
    guard allowed < hclk.frequency else { return }
    fabric.findings.note(
      "flash-latency", "FLASH.ACR",
      "\(access & 0xf) wait states at \(hclk.frequency.numerator / hclk.frequency.denominator) "
        + "Hz: too few for this clock")
  }

  // MARK: Erasing and writing

  private func erase(_ index: Int, from offset: UInt32, count: UInt32) {
    let start = Address(0x0800_0000) + UInt32(index) * bankSize + offset
    _ = fabric.memory.program(start, Array(repeating: 0xff, count: Int(count)))
    busy(index, Self.eraseTime)
    fabric.service(FlashControl.init).stall(Self.eraseTime)
  }

  private func store(_ address: Address, _ value: UInt32) -> Interval? {
    let index = Int((address.value &- 0x0800_0000) / bankSize)
    guard banks.indices.contains(index), banks[index].control & Control.program != 0 else {
      return nil
    }
    if Int(address.value) % Self.unit == 0 {
      (unitStart, words) = (address, [])
    } else if words.isEmpty || unitStart + UInt32(4 * words.count) != address {
      banks[index].status |= Status.inconsistent
      updateLine()
      return .zero
    }
    words.append(value)
    banks[index].status |= Status.waiting
    guard words.count * 4 == Self.unit else { return .zero }
    let bytes = words.flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
    }
    words = []
    banks[index].status &= ~Status.waiting
    guard let old = fabric.memory.stored(unitStart, count: Self.unit) else { return nil }
    // Bits only go from one to zero; the chip's ECC then no longer fits.
    _ = fabric.memory.program(unitStart, zip(old, bytes).map { $0 & $1 })
    busy(index, programTime)
    return programTime
  }

  private func busy(_ index: Int, _ time: Interval) {
    banks[index].status |= Status.busy
    done?.schedule(after: time)
  }

  private func finish() {
    for index in banks.indices where banks[index].status & Status.busy != 0 {
      banks[index].status = banks[index].status & ~Status.busy | Status.ended
    }
    updateLine()
  }

  private func updateLine() {
    line?.set(
      banks.contains { $0.status & Status.ended != 0 && $0.control & Control.interrupt != 0 })
  }
}
