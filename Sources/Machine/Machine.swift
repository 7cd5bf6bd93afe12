import CortexM
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
  let clock: ClockDomain
  let image: FirmwareImage
  let observer: RunObserver
  let inlined: InlinedCallWatcher
  let sensors: [any Sensor]
  let tracks: [SensorTrack]
  let limits: Limits
  let wakeUpCycles: UInt32
  private let flashStore: FlashStore
  private let cpuPower: PowerConsumer
  private var semihosting = Semihosting()
  private(set) var sleepCycles: UInt64 = 0
  private var wakeUps: UInt64 = 0
  private var exitCode: Int32?
  private var inputError: String?
  private var stackLimit: UInt32 = 0
  private var faultReports: Set<UInt64> = []
  /// Takes each byte that the firmware prints.
  public var console: (UInt8) -> Void = { _ in }
  /// Asked about every million cycles whether somebody wants the run to end; `now` is how far it is.
  public var shouldStop: (_ now: Instant) -> Bool = { _ in false }
  /// A debugger decides when the core runs.
  var debugging: MachineDebugging?
  private var nextQuestion: UInt64 = 0
  private var wallStart = 0.0

  struct Limits {
    var cycles: UInt64
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
    clock = parts.clock
    image = parts.image
    observer = parts.observer
    inlined = parts.inlined
    sensors = parts.sensors
    tracks = parts.tracks
    limits = parts.limits
    wakeUpCycles = parts.wakeUpCycles
    flashStore = FlashStore(
      engine: parts.engine, analysis: parts.analysis, fabric: parts.fabric, clock: parts.clock)
    cpuPower = fabric.power.consumer("cpu", initial: "run")
    fabric.findings.origin = { [unowned self] in describe(bus.origin ?? engine.programCounter) }
    fabric.transmit = { [unowned self] _, byte in console(byte) }
    inlined.onEntered = { [unowned self] in observer.entered($0, at: $1) }
    inlined.onReturned = { [unowned self] in observer.returned($0, entered: $1, at: $2) }
    flashStore.connect { [unowned self] in bus.origin }
    engine.watcher = { [unowned self] event in watch(event) }
    observer.measures.isInCode = { [unowned self] in bus.isAccessing }
  }

  /// Looks at the address of every data read instead of now and then: slow, for checking the rest.
  public var looksAtEveryLoad: Bool {
    get { engine.looksAtEveryLoad }
    set { engine.looksAtEveryLoad = newValue }
  }

  // MARK: Running

  /// Runs from reset to the end, whatever that is.
  public func run() -> RunRecord {
    _ = core.reset()
    engine.breakFlow()
    engine.lowestStackPointer = engine[.sp]
    observer.initialStack = engine[.sp]
    stackLimit = dataEnd(below: engine[.sp])
    engine.stackLimit = stackLimit
    let outcome = loop()
    tellDebugger(outcome)
    engine.closeCalls()
    return record(outcome)
  }

  /// The end of the static data nearest below the initial stack pointer; 0 when none is there.
  private func dataEnd(below stack: UInt32) -> UInt32 {
    let ends = image.sections.filter {
      $0.isAllocated && $0.isWritable && $0.size > 0 && !$0.name.contains("stack")
        && !$0.name.contains("heap")
    }.map { $0.address.value &+ $0.size }
    return ends.filter { $0 <= stack && $0 > 0x1000_0000 }.max() ?? 0
  }

  private func loop() -> Outcome {
    wallStart = WallClock.seconds()
    while true {
      settle()
      if let outcome = ending() { return outcome }
      if fabric.isSwitchedOff {
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
      let deadline = min(due, limits.cycles, slice)
      guard deadline > engine.cycles else { continue }
      if let outcome = handle(run(until: deadline)) { return outcome }
    }
  }

  private func run(until deadline: UInt64) -> EngineStop {
    guard let debugging else { return engine.run(until: deadline) }
    return debugging.run(until: deadline)
  }

  /// Lets everything happen that is due by now.
  private func settle() {
    fabric.scheduler.advance(to: clock.instant(ofTick: engine.cycles))
    if fabric.resetRequested { systemReset() }
  }

  private func ending() -> Outcome? {
    if let exitCode { return .exited(code: exitCode) }
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
    if engine.cycles >= limits.cycles { return .reachedLimit(.duration) }
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

  private func handle(_ stop: EngineStop) -> Outcome? {
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
      core.exceptionReturn(value)
    case .endlessLoop: return endlessLoop()
    case .undefinedInstruction: raiseAtInstruction(undefinedFault(), at: engine.programCounter)
    case .floatingPointOff: return floatingPointOff()
    case .startsFloatingPoint:
      engine.startContext()
      processor[.control] |= 4
      return nil
    case .mayTrap:
      checkOperands()
      return nil
    case .memoryFault(let fault):
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
    let start = engine.cycles
    cpuPower.enter("sleep")
    fabric.isCoreAsleep = true
    observer.isSleeping = true
    defer { observer.isSleeping = false }
    func wake(in cycles: UInt64 = 0) {
      let end = engine.cycles
      fabric.isCoreAsleep = false
      cpuPower.enter("run")
      guard end > start else { return }
      sleepCycles += end - start
      wakeUps += cycles
      engine.cycles += cycles
      engine.noteSleep(from: start, to: end)
    }
    var events: UInt32 = 0
    while fabric.isSwitchedOff || !core.wakes() && !(untilEvent && core.eventRegister) {
      // Devices may be busy for ever without waking the core.
      events &+= 1
      if events % 4096 == 0, isOverWallLimit || shouldStop(fabric.scheduler.now) {
        wake()
        return .timedOut
      }
      let next = fabric.scheduler.next
      let limit = clock.instant(ofTick: limits.cycles)
      if next == .never {
        wake()
        return .sleepsForever
      }
      fabric.scheduler.advance(to: min(next, limit))
      engine.cycles = max(engine.cycles, clock.firstTick(notBefore: fabric.scheduler.now))
      if next > limit || engine.cycles >= limits.cycles || fabric.stopReason != nil
        || fabric.resetRequested
      {
        engine.cycles = min(engine.cycles, limits.cycles)
        wake()
        return nil
      }
    }
    if untilEvent { _ = core.waitForEvent() }
    wake(in: UInt64(wakeUpCycles))
    return nil
  }

  // MARK: Traps

  private func breakpoint() -> Outcome? {
    settle()
    let address = engine.programCounter
    guard engine.bytes(at: address, count: 2) == [0xab, 0xbe] else {
      raiseAtInstruction(.breakpointWithoutDebugger, at: address)
      afterException()
      return nil
    }
    let answer = semihosting.call(
      operation: engine[.r0], parameter: engine[.r1], now: fabric.scheduler.now,
      word: { [engine] in engine.word(at: $0) },
      byte: { [engine] in engine.bytes(at: $0, count: 1)?.first },
      setWord: { [engine] in engine.setWord($0, at: $1) },
      setByte: { [engine] in engine.isWritable($1, count: 1) && engine.store([$0], at: $1) },
      print: console,
      findings: fabric.findings)
    switch answer {
    case .exit(let code):
      exitCode = code
    case .result(let value):
      engine[.r0] = value
      engine.programCounter = address + 2
    }
    return nil
  }

  /// An endless loop inside a fault handler is how firmware says that it has crashed.
  private func endlessLoop() -> Outcome? { .faulted(faultDescription()) }

  private func undefinedFault() -> CoreFault {
    engine[.xpsr] & 1 << 24 == 0 ? .invalidState : .undefinedInstruction
  }

  /// The block at the program counter uses the floating-point unit, which is off: run up to that
  /// instruction, then fault there.
  private func floatingPointOff() -> Outcome? {
    let start = engine.programCounter
    guard
      let bytes = engine.bytes(at: start, count: 256)
        ?? engine.bytes(at: start, count: 16) ?? engine.bytes(at: start, count: 4)
    else { return nil }
    let target = analysis.firstFloatingPoint(bytes, at: start) ?? start
    if target != start { engine.runStraight(to: target) }
    raiseAtInstruction(.noCoprocessor, at: target)
    afterException()
    return nil
  }

  private func raise(_ fault: MemoryFault) {
    let programCounter = engine.programCounter
    switch fault.kind {
    case .fetch:
      settle()
      let isExecuteNever =
        (0x4000_0000..<0x6000_0000).contains(fault.address.value)
        || fault.address.value >= 0xa000_0000
        || engine.protects && core.permissions(at: fault.address.value) & 4 == 0
      core.raise(
        isExecuteNever ? .instructionAccess(programCounter) : .instructionBus(programCounter),
        at: programCounter)
      noteFault()
    case .unaligned: raiseAtInstruction(.unaligned, at: programCounter)
    case .read, .write:
      let address = exactAddress(of: fault, at: programCounter)
      raiseAtInstruction(
        isRefused(fault, at: address) ? .dataAccess(address) : .dataBus(address),
        at: programCounter)
    }
  }

  /// Whether the MPU forbids what faulted.
  private func isRefused(_ fault: MemoryFault, at address: Address) -> Bool {
    engine.protects && core.permissions(at: address.value) & (fault.kind == .read ? 1 : 2) == 0
  }

  /// The engine with a virtual TLB tells the page of a data fault; the instruction's operands tell the
  /// address.
  private func exactAddress(of fault: MemoryFault, at programCounter: Address) -> Address {
    guard engine.hasExactFaults, let bytes = engine.bytes(at: programCounter, count: 4),
      let operand = Decoder.decodeBlock(bytes: bytes, at: programCounter).first?.memory,
      let base = CoreRegister(rawValue: Int(operand.base))
    else { return fault.address }
    let index = CoreRegister(rawValue: Int(operand.index)).map { engine[$0] } ?? 0
    let start = operand.base == 15 ? (programCounter.value &+ 4) & ~3 : engine[base]
    let first = operand.address(base: start, index: index)
    for transfer in 0..<max(UInt32(operand.count), 1) {
      let address = first &+ transfer * UInt32(operand.transferSize)
      if address >> 10 == fault.address.value >> 10 { return Address(address) }
    }
    return fault.address
  }

  /// A fault in the middle of a block: takes back what the block was charged beyond the instruction.
  func raiseAtInstruction(_ fault: CoreFault, at address: Address) {
    let block = engine.currentBlock
    if address >= block.address, address - block.address < block.size,
      let details = analysis.details(
        of: block.address, size: block.size,
        bytes: { engine.bytes(at: block.address, count: Int(block.size)) }),
      let index = details.instructions.firstIndex(where: { $0.address == address })
    {
      engine.cutShort(
        afterCycles: UInt32(details.offsets[index]), instructions: UInt32(index))
    }
    settle()
    core.raise(fault, at: address)
    noteFault()
  }

  private func noteFault() {
    guard let report = core.lastFault else { return }
    fabric.findings.note(
      "fault", describe(report.programCounter),
      "\(exceptionName(report.exception)): \(report.fault.cause)")
  }

  // MARK: Reset

  func systemReset() {
    fabric.isSwitchedOff = false
    // Devices look at it to know a requested reset from power-on.
    for device in bus.devices { device.reset() }
    fabric.resetRequested = false
    bus.reset()
    _ = core.reset()
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
      fabric.findings.note(
        "stack-overflow", describe(Address(address)),
        "the stack reaches \(Address(reach)), into data that ends at \(Address(stackLimit))")
    }
  }

  // MARK: Words for the report

  func exceptionName(_ number: Int) -> String {
    ExceptionName.name(number, interrupts: core.features.interruptNames)
  }

  /// A place in the firmware: function and offset.
  func describe(_ address: Address) -> String {
    guard let function = image.function(at: address) else { return "\(address)" }
    let offset = address - function.address
    return offset == 0 ? function.name : "\(function.name)+\(offset)"
  }

  private func text(_ rate: Hertz) -> String {
    rate.denominator == 1 ? "\(rate.numerator) Hz" : "\(rate.value) Hz"
  }

  func faultDescription(cause: String? = nil) -> Outcome.Fault {
    let report = core.lastFault
    return Outcome.Fault(
      exception: report.map { exceptionName($0.exception) } ?? "HardFault",
      cause: cause ?? report?.fault.cause ?? "unknown",
      address: nil, programCounter: report?.programCounter ?? engine.programCounter,
      linkRegister: Address(engine[.lr]), stackPointer: Address(engine[.sp]),
      cfsr: core.readPrivate(0xe000_ed28) ?? 0, hfsr: core.readPrivate(0xe000_ed2c) ?? 0,
      backtrace: backtrace(below: report?.exception))
  }

  /// Functions under way when the fault was taken, innermost first; runs of one function as one.
  private func backtrace(below exception: Int?) -> [String] {
    var chain = engine.callChain()
    if let exception,
      let barrier = chain.firstIndex(of: .exception(UInt32(exception)))
    {
      chain.removeFirst(barrier + 1)
    }
    var names: [(name: String, count: Int)] = []
    for step in chain {
      let name =
        switch step {
        case .exception(let number): "<\(exceptionName(Int(number)))>"
        case .function(let id):
          Int(id) < image.functions.count ? image.functions[Int(id)].name : "[no symbol]"
        }
      if names.last?.name == name {
        names[names.count - 1].count += 1
      } else {
        names.append((name, 1))
      }
    }
    return names.prefix(64).map { $0.count == 1 ? $0.name : "\($0.name) (\($0.count) times)" }
  }

  // MARK: The record

  private func record(_ outcome: Outcome) -> RunRecord {
    fabric.scheduler.advance(to: clock.instant(ofTick: engine.cycles))
    var record = RunRecord(
      outcome: outcome, engine: EngineVersion.current.description,
      coreClock: clock.frequency, end: clock.instant(ofTick: engine.cycles))
    record.inputError = inputError
    record.sleepCycles = sleepCycles
    record.activeCycles = engine.cycles - sleepCycles
    record.exceptionCycles = processor.exceptionCycles
    record.lazyStackingCycles = engine.lazyStackingCycles
    record.wakeUpCycles = wakeUps
    record.blocks = engine.blockCounts().map { count in
      BlockRecord(
        address: count.address, size: count.size,
        function: count.function == BlockDescription.noFunction ? nil : Int(count.function),
        executions: count.executions, instructions: count.instructions,
        baseCycles: count.baseCycles, branchCycles: count.branchCycles,
        stallCycles: count.stallCycles)
    }
    record.instructions = record.blocks.reduce(0) { $0 + $1.instructions }
    record.functions = image.functions.indices.map { index in
      let counted = engine.calls(of: UInt32(index))
      return FunctionRecord(
        name: image.functions[index].name, address: image.functions[index].address,
        calls: counted.calls, inclusiveCycles: counted.inclusive)
    }
    for block in record.blocks {
      guard let slack = analysis.slack[BlockAnalysis.key(block.address, block.size)] else {
        continue
      }
      record.cyclesBelow += UInt64(slack.below) * block.executions
      record.cyclesAbove += UInt64(slack.above) * block.executions
    }
    record.samples = tracks.map {
      SampleRecord(
        sensor: $0.sensor, produced: $0.produced, read: $0.read, lost: $0.lost,
        duplicate: $0.duplicate)
    }
    record.power = fabric.power.residencies().map { row in
      PowerResidency(
        states: Dictionary(uniqueKeysWithValues: row.states.map { ($0.consumer, $0.state) }),
        time: row.time)
    }
    record.findings = fabric.findings.entries.map {
      Finding(kind: $0.kind, place: $0.place, message: $0.message, count: $0.count)
    }
    record.delivery = "within one basic block"
    record.memory.flash = image.loadedBytes
    record.memory.staticRAM = image.staticRAM()
    let lowest = engine.lowestStackPointer
    if observer.initialStack >= lowest {
      record.memory.stackHighWater = UInt64(observer.initialStack - lowest)
    }
    observer.complete(&record)
    return record
  }
}
