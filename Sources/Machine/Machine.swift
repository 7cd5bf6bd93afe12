import Boards
import CortexM
import Deployments
import Disassembly
import Engine
import FirmwareImage
public import RunRecord
import Simulation
public import Units

/// One simulated board running one firmware: the loop that moves core and surroundings through the
/// same time.
///
/// The engine runs until something is due; then due events happen, an exception may be taken, and it
/// runs on. Interrupts are delivered at the end of the basic block in which they fall due.
public final class Machine {
  let engine: Engine
  let analysis: BlockAnalysis
  let processor: EngineProcessor
  let core: CortexM
  let bus: SystemBus
  let fabric: Fabric
  let memory: EngineMemory
  let contention: BusContention?
  let clock: ClockSignal
  let image: FirmwareImage
  let observer: RunObserver
  let inlined: InlinedCallWatcher
  let sensors: [any Sensor]
  let tracks: [SensorTrack]
  let limits: Limits
  let wakeUp: WakeUp
  private let flashStore: FlashStore
  private let bootLoaderWrites: [BootLoader.Write]
  private let cpuPower: PowerConsumer
  var semihosting: Semihosting
  let semihostingConsole: SemihostingConsole
  var transfer: RealTimeTransferPolling
  var sleepCycles: UInt64 { engine.sleptCycles }
  private(set) var wakeUps: UInt64 = 0
  var exitCode: Int32?
  /// What the firmware does that nothing here can follow.
  var deadEnd: String?
  private(set) var inputError: String?
  /// Where a finding belongs that comes when the core is elsewhere by now.
  var findingPlace: Address?
  /// What the compiler noted, read at the first need.
  private(set) lazy var debug = DebugInformation(image)
  /// Takes each byte that the firmware prints.
  public var console: (UInt8) -> Void = { _ in }
  /// Asked about every million cycles whether somebody wants the run to end; `now` is how far it is.
  public var shouldStop: (_ now: Instant) -> Bool = { _ in false }
  /// A debugger decides when the core runs.
  var debugging: MachineDebugging?
  var serial = SerialPeers()
  /// Somebody waits for the run at a terminal.
  var isPacedByHost = false
  private var nextQuestion: UInt64 = 0
  private var wallStart = 0.0

  /// What waking takes: the chip's clocks decide where it says how long they need, else the core.
  enum WakeUp {
    case cycles(UInt32)
    case time(Interval)
  }

  struct Limits {
    /// When the simulated time is up.
    var end: Instant
    /// Seconds of the wall clock.
    var wall: Double?
  }

  init(_ parts: MachineParts) {
    engine = parts.engine
    analysis = parts.analysis
    processor = parts.processor
    core = parts.core
    bus = parts.bus
    fabric = parts.fabric
    memory = parts.memory
    contention = parts.contention
    clock = parts.clock
    image = parts.image
    observer = parts.observer
    inlined = parts.inlined
    sensors = parts.sensors
    tracks = parts.tracks
    limits = parts.limits
    wakeUp = parts.wakeUp
    semihosting = Semihosting(parts.semihosting, findings: parts.fabric.findings)
    semihostingConsole = SemihostingConsole(
      engine: parts.engine, scheduler: parts.fabric.scheduler)
    transfer = parts.transfer
    bootLoaderWrites = parts.bootLoaderWrites
    flashStore = FlashStore(
      engine: parts.engine, analysis: parts.analysis, fabric: parts.fabric, clock: parts.clock)
    cpuPower = fabric.power.consumer("cpu", initial: "run")
    fabric.findings.origin = { [unowned self] in findingOrigin }
    core.profileCounts = { [unowned self] in profileCounts() }
    core.onFault = { [unowned self] in capture($0) }
    fabric.transmit = { [unowned self] port, byte in transmit(port, byte) }
    semihostingConsole.output = { [unowned self] byte in
      transmit(ConsolePort.semihosting, byte)
    }
    inlined.onEntered = { [unowned self] in observer.entered($0, at: $1) }
    inlined.onReturned = { [unowned self] in observer.returned($0, entered: $1, at: $2) }
    fabric.sendEvent = { [unowned self] in core.sendEvent() }
    fabric.devices = bus
    flashStore.connect { [unowned self] in bus.origin }
    engine.watcher = { [unowned self] event in watch(event) }
    observer.measures.isInCode = { [unowned self] in bus.accessCycle != nil }
  }

  /// Looks at the address of every data read instead of now and then: slow, for checking the rest.
  public var looksAtEveryLoad: Bool {
    get { engine.looksAtEveryLoad }
    set { engine.looksAtEveryLoad = newValue }
  }

  var crash: CrashRecorder { observer.crash }

  // MARK: Running

  /// Runs from reset to the end, whatever that is.
  public func run() -> RunRecord {
    _ = core.reset()
    bus.leave(bootLoaderWrites)
    engine.breakFlow()
    engine.lowestStackPointer = engine[.sp]
    observer.initialStack = engine[.sp]
    let bounds = StackBounds(image, top: engine[.sp])
    crash.bounds = bounds
    engine.stackLimit = bounds.hardLimit ?? 0
    let end = loop()
    transfer.finish()
    let outcome = finishSerialLines(end)
    tellDebugger(outcome)
    var dump = coreDump(outcome)
    engine.closeCalls()
    var record = record(outcome)
    addSpin(to: &record, &dump)
    record.dump = dump
    return record
  }

  private func loop() -> Outcome {
    wallStart = WallClock.seconds()
    while true {
      settle()
      transfer.advance(to: engine.cycles)
      if let outcome = ending() { return outcome }
      if fabric.isSwitchedOff {
        bus.switchOff()
        if let outcome = sleep(untilEvent: false) { return outcome }
        continue
      }
      if core.takePending() != nil { afterException() }
      if core.isLockedUp { return .lockedUp(faultDescription()) }
      if core.takeSleepOnExit() {
        if let outcome = sleep(untilEvent: false) { return outcome }
        continue
      }
      let due = clock.firstTick(notBefore: fabric.scheduler.next)
      // A bounded slice, so that the wall clock is looked at now and then.
      let slice = engine.cycles + 10_000_000
      let deadline = min(due, lastCycle, slice, transfer.next)
      guard deadline > engine.cycles else { continue }
      if let outcome = handle(run(until: deadline)) { return outcome }
    }
  }

  private var wakeUpCycles: UInt64 {
    switch wakeUp {
    case .cycles(let cycles): UInt64(cycles)
    case .time(let interval): clock.ticks(in: interval)
    }
  }

  /// The cycle at which the simulated time is up, should the clock stay as it is.
  var lastCycle: UInt64 { clock.firstTick(notBefore: limits.end) }

  private func run(until deadline: UInt64) -> EngineStop {
    guard let debugging else { return engine.run(until: deadline) }
    return debugging.run(until: deadline)
  }

  /// Lets everything happen that is due by now.
  func settle() {
    fabric.scheduler.advance(to: clock.instant(ofTick: engine.cycles))
    if fabric.resetRequested { systemReset() }
  }

  private func ending() -> Outcome? {
    if let exitCode { return .exited(code: exitCode) }
    if let deadEnd { return .lockedUp(faultDescription(cause: deadEnd)) }
    switch fabric.stopReason {
    case .streamEnded(let sensor): return .reachedLimit(.streamEnd(sensor: sensor))
    case .scriptFailed(let reason): return .scriptFailed(reason)
    case .switchedOff: return .sleepsForever
    case .rateMismatch(let sensor, let recorded, let wanted):
      inputError =
        "stream '\(sensor)': recorded at \(text(recorded)), but its interface samples at "
        + "\(text(wanted)); set 'resample: true' to have it converted"
      return .reachedLimit(.streamEnd(sensor: sensor))
    case nil: break
    }
    if engine.cycles >= lastCycle { return .reachedLimit(.duration) }
    if isOverWallLimit { return .timedOut }
    if debugging?.isKilled == true { return .timedOut }
    if engine.cycles >= nextQuestion {
      nextQuestion = engine.cycles + 1_000_000
      if shouldStop(clock.instant(ofTick: engine.cycles)) { return .timedOut }
    }
    return nil
  }

  private var isOverWallLimit: Bool {
    let stopped = debugging?.stoppedSeconds ?? 0
    return limits.wall.map { WallClock.seconds() - wallStart - stopped > $0 } ?? false
  }

  func handle(_ stop: EngineStop) -> Outcome? {
    switch stop {
    case .deadline, .reachedBreakpoint: return nil
    case .waitForInterrupt: return sleep(untilEvent: false)
    case .waitForEvent:
      settle()
      return core.waitForEvent() ? sleep(untilEvent: true) : nil
    case .supervisorCall:
      settle()
      core.supervisorCall()
    case .breakpoint: return breakpoint()
    case .exceptionReturn(let value):
      settle()
      // Thread mode has nothing to return from: Armv8-M's engine says it all the same.
      if core.exceptionNumber == 0 {
        raise(MemoryFault(kind: .fetch, address: Address(value & ~1)))
      } else {
        core.exceptionReturn(value)
      }
    case .endlessLoop: return endlessLoop()
    case .undefinedInstruction: raiseAtInstruction(undefinedFault(), at: engine.programCounter)
    case .floatingPointOff: return floatingPointOff()
    case .startsFloatingPoint:
      engine.startContext()
      processor[.control] |= engine.contextBits
      return nil
    case .wroteControl:
      engine.resumeManualContext()
      return nil
    case .stackOverflow: raiseAtInstruction(.stackOverflow, at: engine.programCounter)
    case .mayTrap: return checkOperands()
    case .memoryFault(let fault):
      if let stop = accessPermitted(fault) { return handle(stop) }
      if fault.kind == .write {
        settle()
        if !isRefused(fault, at: fault.address) && flashStore.perform(fault) { return nil }
      }
      raise(fault)
    case .engineError(let reason):
      fabric.findings.note("engine", "engine", reason)
      return .lockedUp(faultDescription(cause: "the engine stopped: \(reason)"))
    }
    afterException()
    return nil
  }

  func afterException() {
    engine.breakFlow()
    engine.stopsAtEndlessLoop = observer.isHandlingFault
    engine.tracksStack = processor[.control] & 2 == 0
    if engine.protects && engine.ignoresFaultMask != core.isAboveFaultMask {
      // The MPU may be off in NMI and HardFault.
      engine.protects = true
    }
    engine.ignoresFaultMask = core.isAboveFaultMask
  }

  // MARK: Sleep

  /// Jumps from event to event until something wakes the core; no cost but the simulated time.
  private func sleep(untilEvent: Bool) -> Outcome? {
    settle()
    transfer.pollNow()
    let start = engine.cycles
    cpuPower.enter(fabric.isSwitchedOff ? "sleep-system-off" : "sleep")
    fabric.isCoreAsleep = true
    observer.isSleeping = true
    defer { observer.isSleeping = false }
    func wake(_ isWakeUp: Bool = false) {
      let end = engine.cycles
      fabric.isCoreAsleep = false
      cpuPower.enter("run")
      let delay = fabric.wakeUpDelay
      fabric.wakeUpDelay = .zero
      guard end > start else { return }
      let cycles = isWakeUp ? wakeUpCycles + clock.ticks(in: delay) : 0
      wakeUps += cycles
      engine.cycles += cycles
      engine.noteSleep(from: start, to: end)
      observer.timeline.slept(from: start, to: end)
    }
    var events: UInt32 = 0
    while fabric.isSwitchedOff || !core.wakes() && !(untilEvent && core.eventRegister) {
      // Devices may be busy for ever without waking the core.
      events &+= 1
      if events % (isPacedByHost ? 64 : 4096) == 0,
        isOverWallLimit || shouldStop(fabric.scheduler.now)
      {
        wake()
        return .timedOut
      }
      let next = fabric.scheduler.next
      if next == .never {
        wake()
        return .sleepsForever
      }
      fabric.scheduler.advance(to: min(next, limits.end))
      engine.cycles = max(engine.cycles, clock.firstTick(notBefore: fabric.scheduler.now))
      if next > limits.end || engine.cycles >= lastCycle || fabric.stopReason != nil
        || fabric.resetRequested
      {
        engine.cycles = min(engine.cycles, lastCycle)
        wake()
        return nil
      }
    }
    if untilEvent { _ = core.waitForEvent() }
    wake(true)
    transfer.pollNow()
    return nil
  }

  func noteUnconnected(_ port: String) {
    fabric.findings.note(
      "unconnected-port", port, "what it says goes nowhere; --uart \(port)=FILE keeps it")
  }

  // MARK: Reset

  func systemReset() {
    fabric.isSwitchedOff = false
    // Devices look at it to know a requested reset from power-on.
    for device in bus.devices { device.reset() }
    fabric.resetRequested = false
    bus.reset()
    _ = core.reset()
    bus.leave(bootLoaderWrites)
    observer.systemReset()
    engine.closeCalls()
    engine.breakFlow()
    engine.stopsAtEndlessLoop = false
  }

  // MARK: Watching

  private func watch(_ event: WatchEvent) {
    switch event {
    case .entered(let function, let cycle):
      observer.entered(function, at: cycle)
    case .returned(let function, let entered, let cycle):
      observer.returned(function, entered: entered, at: cycle)
    case .reached(let address, let cycle): inlined.reached(Address(address), cycle: cycle)
    case .sentEvent: core.sendEvent()
    case .stackOverflowed(let address, let reach):
      stackOverflowed(at: Address(address), reach: Address(reach))
    }
  }
}
