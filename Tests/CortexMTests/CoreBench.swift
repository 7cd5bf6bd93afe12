import CortexM
import Simulation
import Units

/// Registers and memory without an engine: 64 KiB of read-only code at 0, 64 KiB of RAM at 0x20000000.
final class FakeProcessor: Processor {
  var general = [UInt32](repeating: 0, count: 13)
  var mainStack: UInt32 = 0
  var processStack: UInt32 = 0
  var link: UInt32 = 0
  var programCounter: UInt32 = 0
  var flags: UInt32 = 0
  var execution: UInt32 = 1 << 24
  var number: UInt32 = 0
  var masks: [CoreRegister: UInt32] = [:]
  var controlWord: UInt32 = 0
  var fpscr: UInt32 = 0
  /// What each vector and its handler are waited for.
  var vectorWaits: UInt32 = 0
  var singles = [UInt32](repeating: 0, count: 32)
  var code = [UInt32](repeating: 0, count: 0x4000)
  var ram = [UInt32](repeating: 0, count: 0x4000)

  let scheduler: Scheduler
  let clock: ClockSignal
  var cycles: UInt64 = 0
  var charges: [(UInt32, ExceptionCost)] = []
  var pendingLazyStacking: UInt32 = 0
  var hasPending = false
  var floatingPointOff = false
  var checks = 0
  var monitorClears = 0
  var protects = false
  var defaultStatus: UInt32 = 0
  var traps = (division: false, unaligned: false)
  var automaticContext = true
  var stackLimits: [UInt32] = [0, 0]

  init(scheduler: Scheduler, clock: ClockSignal) {
    self.scheduler = scheduler
    self.clock = clock
  }

  private var usesProcessStack: Bool { number == 0 && controlWord & 2 != 0 }

  subscript(register: CoreRegister) -> UInt32 {
    get {
      switch register {
      case .sp: usesProcessStack ? processStack : mainStack
      case .msp: mainStack
      case .psp: processStack
      case .lr: link
      case .pc: programCounter
      case .xpsr: flags | execution | number
      case .control: controlWord
      case .fpscr: fpscr
      case .primask, .basepri, .faultmask: masks[register] ?? 0
      default: general[register.rawValue]
      }
    }
    set {
      switch register {
      case .sp where usesProcessStack: processStack = newValue
      case .sp, .msp: mainStack = newValue
      case .psp: processStack = newValue
      case .lr: link = newValue
      case .pc: programCounter = newValue
      case .xpsr: fatalError("the exception model writes the parts of XPSR")
      case .control: controlWord = newValue
      case .fpscr: fpscr = newValue
      case .primask, .basepri, .faultmask: masks[register] = newValue
      default: general[register.rawValue] = newValue
      }
    }
  }

  subscript(single index: Int) -> UInt32 {
    get { singles[index] }
    set { singles[index] = newValue }
  }

  func word(at address: Address) -> UInt32? {
    let value = address.value
    if value < 0x1_0000 { return code[Int(value / 4)] }
    if value >= 0x2000_0000 && value < 0x2001_0000 {
      return ram[Int((value - 0x2000_0000) / 4)]
    }
    return nil
  }

  func setWord(_ value: UInt32, at address: Address) -> Bool {
    guard address.value >= 0x2000_0000 && address.value < 0x2001_0000 else { return false }
    ram[Int((address.value - 0x2000_0000) / 4)] = value
    return true
  }

  func setExceptionNumber(_ number: UInt32) { self.number = number }
  func setExecutionState(_ epsr: UInt32) { execution = epsr & 0x0700_fc00 }
  func setApplicationFlags(_ xpsr: UInt32) { flags = xpsr & 0xf80f_0000 }

  func waits(forVectorAt vector: Address, handler: Address) -> UInt32 { vectorWaits }

  func charge(_ cycles: UInt32, for cause: ExceptionCost) {
    charges.append((cycles, cause))
    pass(UInt64(cycles))
  }

  /// Lets core clocks pass.
  func pass(_ cycles: UInt64) {
    self.cycles += cycles
    scheduler.advance(to: clock.instant(ofTick: self.cycles))
  }

  func reserveLazyStacking(_ cycles: UInt32) { pendingLazyStacking = cycles }
  func setTraps(division: Bool, unaligned: Bool) { traps = (division, unaligned) }
  func protectionChanged(_ isEnabled: Bool) { protects = isEnabled }
  func requestCheck() { checks += 1 }
  func clearExclusiveMonitor() { monitorClears += 1 }
  func setAutomaticContext(_ isAutomatic: Bool) { automaticContext = isAutomatic }
  func stackLimit(process: Bool) -> UInt32 { stackLimits[process ? 1 : 0] }
  func resetStackLimits() { stackLimits = [0, 0] }
}

private final class NoMemory: BusMemory {
  func read(_ address: Address, count: Int) -> [UInt8]? { nil }
  func write(_ address: Address, _ bytes: [UInt8]) -> Bool { false }
}

/// A core that a test drives by hand: the test is the instructions.
final class CoreBench: ExceptionObserver {
  static let stackTop: UInt32 = 0x2000_1000
  static let processTop: UInt32 = 0x2000_2000

  let scheduler = Scheduler()
  let fabric: Fabric
  let clock: ClockSignal
  let processor: FakeProcessor
  let core: CortexM
  var events: [String] = []

  init(
    architecture: CoreFeatures.Architecture = .v7M, priorityBits: Int = 8, interrupts: Int = 64,
    floatingPoint: Bool = true, reference: Hertz? = nil, frequency: Hertz = Hertz(64_000_000),
    vectorTable: Bool = true, securityExtension: Bool = true,
    adjust: (inout CoreFeatures) -> Void = { _ in }
  ) {
    fabric = Fabric(scheduler: scheduler, memory: NoMemory(), coreFrequency: frequency)
    clock = fabric.coreClock
    let processor = FakeProcessor(scheduler: scheduler, clock: clock)
    self.processor = processor
    var features = CoreFeatures(
      architecture: architecture, cpuid: 0x410f_c241, priorityBits: priorityBits,
      interruptCount: interrupts, hasFloatingPoint: floatingPoint,
      systickReference: reference, hasVectorTableOffset: vectorTable,
      hasSecurityExtension: securityExtension)
    adjust(&features)
    core = CortexM(
      features: features,
      timing: ExceptionCycles(
        entry: 12, exceptionReturn: 10, tailChain: 6, floatingPointStacking: 17,
        floatingPointUnstacking: 17, hiddenWaits: 3),
      processor: processor, fabric: fabric,
      activeCycles: { [unowned processor] in processor.cycles })
    processor.code[0] = Self.stackTop
    for number in 1..<(16 + interrupts) { processor.code[number] = Self.handler(number) | 1 }
    processor.processStack = Self.processTop
    _ = core.reset()
    core.observer = self
    processor.charges = []
  }

  static func handler(_ number: Int) -> UInt32 { 0x1000 + UInt32(number) * 0x20 }

  // MARK: Registers of the private peripheral bus

  subscript(_ address: UInt32) -> UInt32 {
    get { core.readPrivate(address) ?? 0xdead_dead }
    set { if !core.writePrivate(address, newValue) { events.append("unmodelled") } }
  }

  func enable(_ interrupts: Int...) {
    for n in interrupts { self[0xe000_e100 + UInt32(n / 32) * 4] = 1 << UInt32(n % 32) }
  }

  func pend(_ interrupts: Int...) {
    for n in interrupts { self[0xe000_e200 + UInt32(n / 32) * 4] = 1 << UInt32(n % 32) }
  }

  func setPriority(_ exception: Int, _ value: UInt8) {
    let address =
      exception >= 16 ? 0xe000_e400 + UInt32(exception - 16) : 0xe000_ed14 + UInt32(exception)
    if core.allowsNarrowAccess {
      _ = core.writePrivateNarrow(address, UInt32(value), .byte)
    } else {
      let shift = address % 4 * 8
      let word = address & ~3
      self[word] = self[word] & ~(0xff << shift) | UInt32(value) << shift
    }
  }

  /// The exception that is being handled.
  var running: Int { core.exceptionNumber }
  var frame: UInt32 { processor[.sp] }

  /// A word of the frame at the current stack pointer.
  func stacked(_ index: UInt32) -> UInt32? { processor.word(at: Address(frame + index * 4)) }

  /// The handler that runs returns.
  func leave() { core.exceptionReturn(processor[.lr]) }

  // MARK: Watching

  func exceptionPended(_ number: Int) {}
  func exceptionEntryBegan() { events.append("begin") }
  func exceptionEntered(_ number: Int, isTailChained: Bool) {
    events.append(isTailChained ? "chain \(number)" : "enter \(number)")
  }
  func exceptionReturned(_ number: Int, frame: Address?) { events.append("leave \(number)") }
  func stackReached(_ address: Address) {}
}
