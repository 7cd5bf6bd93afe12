import Simulation
import Units

/// The flash interface of STM32L4, L4+, G0 and U5: wait states, prefetch and caches, and programming in
/// double or quad words.
///
/// ACR sets how the memory `flash` answers; the U5's cache is ICACHE's. Word stores to one unit program it
/// when PG is set; PER with STRT erases a page, MER1/MER2 a bank. Meanwhile BSY is set and a core that runs from
/// flash waits. Parameters: `page` (bytes), `bank` (bytes), `page-bits`, `bank-bit` (BKER),
/// `options` (OPTR), `program-us`, `max-mhz-per-wait` (the clock that each wait state allows at range 1),
/// `range-2-khz` and on where it is less at a lower voltage, `unit` (bytes programmed at once, 8 unless
/// said), `version` 2 for the U5's registers.
///
/// Reference: RM0432 3.7, RM0444 3.7, RM0456 7.9; times: DS12023 6.3.10 (from memory).
/// Not modelled: fast programming, ECC, read and write protection, option bytes' effect, reading one
/// bank while the other is programmed (the core waits all the same), errors for what was not erased
/// beyond PROGERR.
final class STM32Flash: Peripheral {
  private enum Register { case acr, key, optkeyr, sr, cr, zero, optr }

  private static let first: [UInt32: Register] = [
    0x00: .acr, 0x04: .zero, 0x08: .key, 0x0c: .optkeyr, 0x10: .sr, 0x14: .cr, 0x18: .zero,
    0x1c: .zero, 0x20: .optr,
  ]
  /// The secure halves of the second read zero: without TrustZone they are not there.
  private static let second: [UInt32: Register] = [
    0x00: .acr, 0x08: .key, 0x0c: .zero, 0x10: .optkeyr, 0x18: .zero, 0x1c: .zero, 0x20: .sr,
    0x24: .zero, 0x28: .cr, 0x2c: .zero, 0x30: .zero, 0x34: .zero, 0x40: .optr,
  ]

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
  /// Kilohertz that each wait state allows, by voltage range.
  private let perWait: [Int: UInt64]
  private let unit: Int
  private let isSecond: Bool
  private let map: [UInt32: Register]
  private let programTime: Interval
  private let latencyMask: UInt32
  private var access: UInt32
  private var status: UInt32 = 0
  private var control = Control.lock | Control.optionLock
  private var keyStep = 0
  private var optionStep = 0
  private var held: [UInt32: UInt32] = [:]
  /// The words of a unit so far.
  private var unitStart = Address(0)
  private var words: [UInt32] = []
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
    let first = context.parameters["max-mhz-per-wait"] ?? 20
    var perWait = [1: UInt64(max(first, 1)) * 1000]
    for range in 2...4 {
      perWait[range] = context.parameters["range-\(range)-khz"].map { UInt64(max($0, 1)) }
    }
    self.perWait = perWait
    unit = max(context.parameters["unit"] ?? 8, 8)
    isSecond = context.parameters["version"] == 2
    map = isSecond ? Self.second : Self.first
    access = isSecond ? 0 : 0x600
    latencyMask = first == 24 ? 7 : 15
    programTime = .microseconds(Int64(context.parameters["program-us"] ?? 82))
    done = fabric.scheduler.event(context.name) { [unowned self] in finish() }
    flash.store = { [unowned self] in store($0, $1) }
    fabric.coreClock.observe { [unowned self] in checkLatency() }
    apply()
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = map[offset] else { return offset <= 0x130 ? held[offset] : nil }
    switch register {
    case .acr: return access
    case .zero, .key, .optkeyr: return 0
    case .sr: return status
    case .cr: return control
    case .optr: return held[offset] ?? options
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = map[offset] else {
      guard offset >= 0x24, offset <= 0x130, control & Control.optionLock == 0 else { return false }
      held[offset] = value
      return true
    }
    switch register {
    case .acr: writeAccess(value)
    case .zero: break
    case .key: unlock(value, Self.keys, &keyStep, Control.lock)
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
    offset & ~3 == 0 && mergeNarrow(offset, value, width)
  }

  func reset() {
    done?.cancel()
    access = isSecond ? 0 : 0x600
    status = 0
    control = Control.lock | Control.optionLock
    keyStep = 0
    optionStep = 0
    words = []
    updateLine()
    apply()
  }

  // MARK: Reading

  private func writeAccess(_ value: UInt32) {
    // A reset bit empties a cache that is off.
    if isSecond { return setAccess(value) }
    if value >> 11 & 1 == 1 && access >> 9 & 1 == 0 { timing.invalidateInstructions() }
    if value >> 12 & 1 == 1 && access >> 10 & 1 == 0 { timing.invalidateData() }
    setAccess(value)
  }

  private func setAccess(_ value: UInt32) {
    access = value
    apply()
    checkLatency()
  }

  private func apply() {
    var setting = timing.setting
    setting.waitStates = Int(access & latencyMask)
    setting.prefetches = access >> 8 & 1 == 1
    if !isSecond {
      setting.cachesInstructions = access >> 9 & 1 == 1
      setting.cachesData = access >> 10 & 1 == 1
    }
    timing.setting = setting
  }

  /// A read that is faster than the memory gives garbage on the chip.
  private func checkLatency() {
    let frequency = fabric.coreClock.frequency
    let step = perWait[system.voltageRange] ?? perWait[1] ?? 20_000
    let allowed = Hertz(step * 1000 * UInt64((access & latencyMask) + 1))
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
    if Int(address.value) % unit == 0 {
      (unitStart, words) = (address, [])
    } else if words.isEmpty || unitStart + UInt32(4 * words.count) != address {
      status |= Status.alignment
      return .zero
    }
    words.append(value)
    guard words.count * 4 == unit else { return .zero }
    let bytes = words.flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
    }
    words = []
    guard let old = fabric.memory.stored(unitStart, count: unit) else { return nil }
    guard old.allSatisfy({ $0 == 0xff }) || bytes.allSatisfy({ $0 == 0 }) else {
      status |= Status.programming
      return .zero
    }
    _ = fabric.memory.program(unitStart, bytes)
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
