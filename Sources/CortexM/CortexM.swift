public import Simulation
public import Units

/// The part of a Cortex-M that the engine does not have: exceptions, the NVIC, the System Control
/// Space, sleep.
///
/// Reference: Arm DDI 0403E.e (Armv7-M Architecture Reference Manual), B1.5 and B3; DDI 0439D
/// (Cortex-M4 TRM).
/// Not modelled: debug events but BKPT and DEMCR.MON_PEND, the non-secure state of Armv8-M, NMI in a core
/// that stands locked up.
public final class CortexM {
  public let features: CoreFeatures
  let timing: ExceptionCycles
  unowned let processor: any Processor
  let fabric: Fabric
  var nvic: NVIC
  var control = SystemControl()
  var sysTick: SysTick
  var watchpoint: DataWatchpoint
  var profile = ProfileCounters()
  var protection: MemoryProtection
  let trace: InstrumentationTrace
  /// The event register of WFE.
  public private(set) var eventRegister = false
  /// Where the vector table stands out of reset.
  public var initialVectorTable = Address(0)
  /// Whether a core that would run code now stands locked up.
  public private(set) var isLockedUp = false
  /// The newest fault that was raised, for the report.
  public private(set) var lastFault: FaultReport? {
    didSet { if let lastFault { onFault(lastFault) } }
  }
  /// Told of each fault when its status is set and, where an instruction raised it, the registers are
  /// still that instruction's.
  public var onFault: (FaultReport) -> Void = { _ in }
  /// Does to the first-level caches what software asks; the run hooks in here.
  public var cacheMaintenance: (CacheMaintenance) -> Void = { _ in }
  /// What the DWT's profiling counters count; the run hooks in here.
  public var profileCounts: () -> ProfileCounts = { ProfileCounts() }
  /// Told of each exception taken and left, for the profile.
  public unowned var observer: (any ExceptionObserver)?
  /// SLEEPONEXIT put the core to sleep on its way back to thread mode.
  public private(set) var sleepsOnExit = false

  public struct FaultReport: Sendable {
    public let fault: CoreFault
    /// The exception that handles it: HardFault after escalation.
    public let exception: Int
    public let programCounter: Address
  }

  public init(
    features: CoreFeatures, timing: ExceptionCycles, processor: any Processor, fabric: Fabric,
    activeCycles: @escaping () -> UInt64
  ) {
    self.features = features
    self.timing = timing
    self.processor = processor
    self.fabric = fabric
    nvic = NVIC(interruptCount: features.interruptCount, priorityBits: features.priorityBits)
    sysTick = SysTick(
      clock: fabric.coreClock, reference: features.systickReference,
      calibration: features.systickCalibration, fabric: fabric)
    watchpoint = DataWatchpoint(activeCycles: activeCycles)
    protection = MemoryProtection(features)
    trace = InstrumentationTrace(clock: fabric.coreClock, fabric: fabric)
    fabric.service(NonMaskableInterrupt.init).pend = { [unowned self] in pend(NVIC.nmi) }
    sysTick.onExpiry = { [unowned self] in pend(NVIC.sysTick) }
    for clock in [fabric.coreClock, fabric.clock("systick")] {
      clock.observe { [unowned self] in
        sysTick.reclock { [unowned self] in makeSysTickEvent() }
      }
    }
    fabric.isSleepDeep = { [unowned self] in control.scr & SystemControl.SCR.sleepDeep != 0 }
    fabric.observeStop { [unowned self] in
      sysTick.hold($0) { [unowned self] in makeSysTickEvent() }
    }
  }

  /// Power-on or system reset: registers to their reset values, then the vector table's first two
  /// words. False where the table cannot be read: the core locks up.
  public func reset() -> Bool {
    nvic = NVIC(interruptCount: features.interruptCount, priorityBits: features.priorityBits)
    control = SystemControl()
    control.vtor = initialVectorTable.value
    switch features.architecture {
    case .v6M: control.ccr = Self.fixedConfiguration
    case .v7M: break
    case .v8M:
      control.ccr = Self.mainlineConfiguration
      if features.hasSecurityExtension { control.fpccr |= Self.secureContext }
    }
    protection = MemoryProtection(features)
    processor.setAutomaticContext(true)
    processor.resetStackLimits()
    processor.protectionChanged(false)
    processor.defaultStatus = 0
    applyTraps()
    enableCaches()
    sysTick.reset()
    watchpoint.reset()
    profile.reset()
    trace.reset()
    isLockedUp = false
    eventRegister = false
    for register in [CoreRegister.primask, .basepri, .faultmask, .control] {
      processor[register] = 0
    }
    processor.setExceptionNumber(0)
    processor[.lr] = 0xffff_ffff
    processor.floatingPointOff = features.hasFloatingPoint
    guard let stack = processor.word(at: initialVectorTable),
      let start = processor.word(at: initialVectorTable + 4)
    else {
      isLockedUp = true
      return false
    }
    processor[.msp] = stack & ~3
    processor[.sp] = stack & ~3
    processor.setExecutionState((start & 1) << 24)
    processor[.pc] = start | 1
    if start & 1 == 0 { raise(.invalidState, at: Address(start)) }
    return true
  }

  /// An Armv6-M core refuses unaligned accesses by itself.
  func applyTraps() {
    let isFull = features.architecture != .v6M
    processor.setTraps(
      division: isFull && control.ccr & SystemControl.CCR.divideByZeroTrap != 0,
      unaligned: isFull && control.ccr & SystemControl.CCR.unalignedTrap != 0)
  }

  // MARK: Pending

  /// Makes an exception pending, as an interrupt line or a write to ICSR does.
  public func pend(_ number: Int) {
    guard number < nvic.count else { return }
    let wasPending = nvic.pending.contains(number)
    nvic.setPending(number)
    if !wasPending { notePending(number) }
  }

  /// Hooks the interrupt's line to the NVIC.
  public func connect(_ line: InterruptLine) {
    let number = NVIC.firstInterrupt + line.number
    guard line.number >= 0, number < nvic.count else { return }
    line.observer = { [unowned self] level in
      let wasPending = nvic.pending.contains(number)
      nvic.setLine(number, level)
      if level && !wasPending { notePending(number) }
    }
  }

  private func notePending(_ number: Int) {
    observer?.exceptionPended(number)
    if control.scr & SystemControl.SCR.sendEventOnPending != 0 { eventRegister = true }
    processor.hasPending = true
    processor.requestCheck()
  }

  public func sendEvent() { eventRegister = true }

  /// WFE looks at the event register and clears it; true when the core must sleep.
  public func waitForEvent() -> Bool {
    defer { eventRegister = false }
    return !eventRegister
  }

  /// Whether NMI or HardFault is being handled.
  public var isAboveFaultMask: Bool {
    nvic.active.contains(NVIC.nmi) || nvic.active.contains(NVIC.hardFault)
  }

  /// Whether the execution priority is negative: NMI, HardFault or FAULTMASK.
  var hasNegativePriority: Bool {
    isAboveFaultMask || processor[.faultmask] & 1 != 0
  }

  // MARK: Priority

  /// The number of the exception being handled; 0 in thread mode.
  public var exceptionNumber: Int { Int(processor[.xpsr] & 0x1ff) }

  /// The priority by which an exception pre-empts; lower is more urgent.
  public func priority(ofException number: Int) -> Int { nvic.groupPriority(number) }

  /// The priority of what runs now, boosted by the masks; lower is more urgent.
  func executionPriority(ignoringPrimask: Bool = false) -> Int {
    var priority = nvic.activePriority()
    let base = UInt8(truncatingIfNeeded: processor[.basepri])
    if base != 0 { priority = min(priority, Int(nvic.grouped(base))) }
    if !ignoringPrimask && processor[.primask] & 1 != 0 { priority = min(priority, 0) }
    if processor[.faultmask] & 1 != 0 { priority = min(priority, -1) }
    return priority
  }

  /// The exception that would be taken now.
  public func deliverable() -> Int? {
    guard let number = nvic.mostUrgentPending() else {
      processor.hasPending = false
      return nil
    }
    processor.hasPending = true
    return nvic.groupPriority(number) < executionPriority() ? number : nil
  }

  /// Whether a sleeping core wakes: PRIMASK keeps an exception from being taken, not from waking.
  public func wakes() -> Bool {
    guard let number = nvic.mostUrgentPending() else { return false }
    return nvic.groupPriority(number) < executionPriority(ignoringPrimask: true)
  }

  /// Takes the most urgent exception that may be taken; nil when there is none.
  public func takePending() -> Int? {
    guard !isLockedUp, let number = deliverable() else { return nil }
    enter(number, returnAddress: processor[.pc] & ~1)
    return exceptionNumber
  }

  func noteFault(_ fault: CoreFault, exception: Int, at address: Address) {
    lastFault = FaultReport(fault: fault, exception: exception, programCounter: address)
  }

  func lockUp() { isLockedUp = true }

  func setSleepsOnExit(_ sleeps: Bool) { sleepsOnExit = sleeps }

  /// Whether the core must sleep because SLEEPONEXIT said so; asked once for each return.
  public func takeSleepOnExit() -> Bool {
    defer { sleepsOnExit = false }
    return sleepsOnExit
  }

  // MARK: What instructions raise

  /// SVC, with the program counter behind it.
  public func supervisorCall() {
    let priority = nvic.groupPriority(NVIC.svCall)
    if priority < executionPriority() {
      nvic.setPending(NVIC.svCall)
      observer?.exceptionPended(NVIC.svCall)
      enter(NVIC.svCall, returnAddress: processor[.pc] & ~1)
    } else {
      // The call itself is done: its HardFault returns behind it.
      let next = processor[.pc] & ~1
      raise(.supervisorCallBlocked, at: Address(next &- 2), returnAddress: next)
    }
  }

  /// Raises the fault's exception for the instruction at `address`, escalated where it cannot run. Its
  /// handler returns there, or to `returnAddress`.
  public func raise(_ fault: CoreFault, at address: Address, returnAddress: UInt32? = nil) {
    control.cfsr |= fault.status
    switch fault {
    case .dataBus(let target): control.bfar = target.value
    case .dataAccess(let target): control.mmfar = target.value
    case .breakpointWithoutDebugger: return raiseDebugEvent(at: address)
    case .supervisorCallBlocked: control.hfsr |= SystemControl.HFSR.forced
    default: break
    }
    escalate(fault, at: address, returnAddress ?? address.value)
  }

  /// CCR.BFHFNMIGN: notes a bus error of a data access that handlers of negative priority are not told of;
  /// false where they are.
  /// Reference: Arm DDI 0403E.e, B3.2.8.
  public func ignoresBusError(at target: Address) -> Bool {
    guard features.architecture != .v6M,
      control.ccr & SystemControl.CCR.busFaultIgnore != 0, executionPriority() < 0
    else { return false }
    control.cfsr |= CoreFault.dataBus(target).status
    control.bfar = target.value
    return true
  }

  func escalate(_ fault: CoreFault, at address: Address, _ returnAddress: UInt32) {
    var number = fault.exception
    let priority = executionPriority()
    let isConfigurable = features.architecture != .v6M && number != NVIC.hardFault
    let canRun =
      isConfigurable && nvic.enabled.contains(number) && nvic.groupPriority(number) < priority
    if !canRun {
      if isConfigurable { control.hfsr |= SystemControl.HFSR.forced }
      number = NVIC.hardFault
    }
    lastFault = FaultReport(fault: fault, exception: number, programCounter: address)
    guard canRun || priority > -1 else {
      isLockedUp = true
      return
    }
    nvic.setPending(number)
    observer?.exceptionPended(number)
    enter(number, returnAddress: returnAddress)
  }
}

/// Told of exceptions by the exception model.
public protocol ExceptionObserver: AnyObject {
  func exceptionPended(_ number: Int)
  /// Stacking of what will be exception `number` begins.
  func exceptionEntryBegan()
  /// The handler's first instruction comes next.
  func exceptionEntered(_ number: Int, isTailChained: Bool)
  /// The return has ended; `frame` is the address of the frame that was restored; nil when another
  /// exception was chained on.
  func exceptionReturned(_ number: Int, frame: Address?)
  /// An exception frame was written down to that address.
  func stackReached(_ address: Address)
}
