import Simulation
import Units

/// The flash interface of STM32L4, L4+ and G0: wait states, prefetch and caches, and programming in
/// double words.
///
/// ACR sets how the memory `flash` answers. Two word stores to one double word program it when PG is
/// set; PER with STRT erases a page, MER1/MER2 a bank. Meanwhile BSY is set and a core that runs from
/// flash waits. Parameters: `page` (bytes), `bank` (bytes), `page-bits`, `bank-bit` (BKER),
/// `options` (OPTR), `program-us`, `max-mhz-per-wait` (the clock that each wait state allows at range 1).
///
/// Reference: RM0432 3.7, RM0444 3.7; times: DS12023 6.3.10 (from memory).
/// Not modelled: fast programming, ECC, read and write protection, option bytes' effect, reading one
/// bank while the other is programmed (the core waits all the same), errors for what was not erased
/// beyond PROGERR.
final class STM32Flash: Peripheral {
  private enum Register: UInt32 {
    case acr = 0x00
    case pdkeyr = 0x04
    case keyr = 0x08
    case optkeyr = 0x0c
    case sr = 0x10
    case cr = 0x14
    case eccr = 0x18
    case eccr2 = 0x1c
    case optr = 0x20
  }

  private enum Status {
    static let endOfOperation: UInt32 = 1 << 0
    static let programming: UInt32 = 1 << 3
    static let alignment: UInt32 = 1 << 5
    static let sequence: UInt32 = 1 << 7
    static let errors: UInt32 = 0xc3fa
    static let busy: UInt32 = 1 << 16
  }

  private enum Control {
    static let program: UInt32 = 1 << 0
    static let pageErase: UInt32 = 1 << 1
    static let start: UInt32 = 1 << 16
    static let optionStart: UInt32 = 1 << 17
    static let interrupts: UInt32 = 1 << 24
    static let launch: UInt32 = 1 << 27
    static let optionLock: UInt32 = 1 << 30
    static let lock: UInt32 = 1 << 31
  }

  private static let keys: (UInt32, UInt32) = (0x4567_0123, 0xcdef_89ab)
  private static let optionKeys: (UInt32, UInt32) = (0x0819_2a3b, 0x4c5d_6e7f)
  private static let pageTime = Interval.milliseconds(22)

  private let fabric: Fabric
  private let system: STM32System
  private let flash: FlashControl
  private let timing: MemoryTiming
  private let line: InterruptLine?
  private let page: UInt32
  private let bank: UInt32
  private let pageBits: UInt32
  private let bankBit: UInt32
  private let options: UInt32
  private let megahertzPerWait: UInt64
  private let programTime: Interval
  private var latencyMask: UInt32
  private var access: UInt32 = 0x600
  private var status: UInt32 = 0
  private var control = Control.lock | Control.optionLock
  private var keyStep = 0
  private var optionStep = 0
  private var held: [UInt32: UInt32] = [:]
  private var first: (address: Address, value: UInt32)?
  private var done: Event?

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    system = fabric.service(STM32System.init)
    flash = fabric.service(FlashControl.init)
    timing = fabric.timing(ofMemory: "flash")
    line = context.interrupts.first
    page = UInt32(context.parameters["page"] ?? 2048)
    bank = UInt32(context.parameters["bank"] ?? 1 << 18)
    pageBits = UInt32(context.parameters["page-bits"] ?? 8)
    bankBit = UInt32(context.parameters["bank-bit"] ?? 11)
    options = UInt32(truncatingIfNeeded: context.parameters["options"] ?? 0xffef_f8aa)
    megahertzPerWait = UInt64(context.parameters["max-mhz-per-wait"] ?? 20)
    programTime = .microseconds(Int64(context.parameters["program-us"] ?? 82))
    latencyMask = megahertzPerWait == 24 ? 7 : 15
    done = fabric.scheduler.event(context.name) { [unowned self] in finish() }
    flash.store = { [unowned self] in store($0, $1) }
    fabric.coreClock.observe { [unowned self] in checkLatency() }
    apply()
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else {
      return offset <= 0x130 ? held[offset] : nil
    }
    switch register {
    case .acr: return access
    case .pdkeyr, .keyr, .optkeyr: return 0
    case .sr: return status
    case .cr: return control
    case .eccr, .eccr2: return 0
    case .optr: return held[offset] ?? options
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else {
      guard offset >= 0x24, offset <= 0x130, control & Control.optionLock == 0 else { return false }
      held[offset] = value
      return true
    }
    switch register {
    case .acr: writeAccess(value)
    case .pdkeyr, .eccr, .eccr2: break
    case .keyr: unlock(value, Self.keys, &keyStep, Control.lock)
    case .optkeyr:
      if control & Control.lock == 0 {
        unlock(value, Self.optionKeys, &optionStep, Control.optionLock)
      }
    case .sr:
      status &= ~(value & (Status.errors | Status.endOfOperation))
      updateLine()
    case .cr: writeControl(value)
    case .optr: if control & Control.optionLock == 0 { held[offset] = value }
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    offset & ~3 == Register.acr.rawValue && mergeNarrow(offset, value, width)
  }

  func reset() {
    done?.cancel()
    access = 0x600
    status = 0
    control = Control.lock | Control.optionLock
    keyStep = 0
    optionStep = 0
    first = nil
    updateLine()
    apply()
  }

  // MARK: Reading

  private func writeAccess(_ value: UInt32) {
    // A reset bit empties a cache that is off.
    if value >> 11 & 1 == 1 && access >> 9 & 1 == 0 { timing.invalidateInstructions() }
    if value >> 12 & 1 == 1 && access >> 10 & 1 == 0 { timing.invalidateData() }
    access = value
    apply()
    checkLatency()
  }

  private func apply() {
    var setting = MemoryTiming.Setting()
    setting.waitStates = Int(access & latencyMask)
    setting.prefetches = access >> 8 & 1 == 1
    setting.cachesInstructions = access >> 9 & 1 == 1
    setting.cachesData = access >> 10 & 1 == 1
    timing.setting = setting
  }

  /// A read that is faster than the memory gives garbage on the chip.
  private func checkLatency() {
    let frequency = fabric.coreClock.frequency
    let allowed = Hertz(megahertzPerWait * 1_000_000 * UInt64((access & latencyMask) + 1))
    guard allowed < frequency else { return }
    fabric.findings.note(
      "flash-latency", "FLASH.ACR",
      "\(access & latencyMask) wait states at \(frequency.numerator / frequency.denominator) Hz: "
        + "too few for this clock")
  }

  // MARK: Unlocking and writing

  private func unlock(
    _ value: UInt32, _ keys: (UInt32, UInt32), _ step: inout Int, _ bit: UInt32
  ) {
    switch step {
    case 0 where value == keys.0: step = 1
    case 1 where value == keys.1:
      step = 0
      control &= ~bit
    default:
      // A wrong key locks until the next reset.
      step = 2
      fabric.findings.note("flash-key", "FLASH.KEYR", "a wrong key locks the flash until reset")
    }
  }

  private func writeControl(_ value: UInt32) {
    guard control & Control.lock == 0 else { return }
    if status & Status.busy != 0 { return }
    let locks = value & (Control.lock | Control.optionLock) | control & Control.optionLock
    control = value & ~(Control.start | Control.lock | Control.optionLock) | locks
    if control & Control.lock != 0 { control |= Control.optionLock }
    if value & Control.start != 0 { erase() }
    if value & Control.optionStart != 0 { busy(programTime * 20) }
    if value & Control.launch != 0 && control & Control.optionLock == 0 {
      system.requestReset(fabric, .optionBytes)
    }
  }

  private func erase() {
    let base = Address(0x0800_0000)
    var time = Self.pageTime
    if control & Control.pageErase != 0 {
      let number = control >> 3 & (1 << pageBits - 1)
      let start = number * page + (control >> bankBit & 1 == 1 ? bank : 0)
      _ = fabric.memory.program(base + start, Array(repeating: 0xff, count: Int(page)))
    } else {
      for (bit, index) in [(UInt32(2), UInt32(0)), (15, 1)] where control >> bit & 1 == 1 {
        _ = fabric.memory.program(
          base + index * bank, Array(repeating: 0xff, count: Int(bank)))
      }
      time = Self.pageTime
    }
    busy(time)
    flash.stall(time)
  }

  private func store(_ address: Address, _ value: UInt32) -> Interval? {
    guard control & Control.program != 0, control & Control.lock == 0 else { return nil }
    guard address.value & 4 != 0 else {
      first = (address, value)
      return .zero
    }
    guard let low = first, low.address + 4 == address else {
      status |= Status.alignment
      return .zero
    }
    first = nil
    guard let old = fabric.memory.stored(low.address, count: 8) else { return nil }
    var bytes: [UInt8] = []
    for word in [low.value, value] {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    guard old.allSatisfy({ $0 == 0xff }) || bytes.allSatisfy({ $0 == 0 }) else {
      status |= Status.programming
      return .zero
    }
    _ = fabric.memory.program(low.address, bytes)
    busy(programTime)
    return programTime
  }

  private func busy(_ time: Interval) {
    status |= Status.busy
    done?.schedule(after: time)
  }

  private func finish() {
    status &= ~Status.busy
    if control & Control.interrupts != 0 { status |= Status.endOfOperation }
    control &= ~(Control.start | Control.optionStart)
    updateLine()
  }

  private func updateLine() {
    line?.set(status & Status.endOfOperation != 0 && control & Control.interrupts != 0)
  }
}
