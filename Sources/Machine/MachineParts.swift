public import Boards
import CortexM
public import Deployments
import Engine
public import FirmwareImage
import Peripherals
import RunRecord
import Sensors
import Simulation
import Streams
import Timing
import Units

/// The parts of a machine, made and wired to each other.
struct MachineParts {
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
  let limits: Machine.Limits
  let wakeUp: Machine.WakeUp
  let semihosting: SemihostingSettings
  let transfer: RealTimeTransferPolling
  let bootLoaderWrites: [BootLoader.Write]
}

extension Machine {
  /// Puts a board together, loads the firmware and wires the deployment's recordings to its
  /// sensors.
  public convenience init(
    board: Board, image: FirmwareImage, deployment: Deployment
  ) throws(MachineError) {
    self.init(try Assembly(board: board, image: image, deployment: deployment).parts())
  }
}

/// Builds one machine: memory, devices, core, sensors, watchers, in the order in which they need
/// each other.
final class Assembly {
  private(set) var board: Board
  let image: FirmwareImage
  let deployment: Deployment
  let clock: ClockSignal
  let scheduler = Scheduler()
  let memory = EngineMemory()
  let fabric: Fabric

  init(board: Board, image: FirmwareImage, deployment: Deployment) {
    self.board = board
    self.image = image
    self.deployment = deployment
    fabric = Fabric(
      scheduler: scheduler, memory: memory, coreFrequency: board.coreClock.value)
    clock = fabric.coreClock
    fabric.coreOnlyMemories = board.chip.memories.filter { $0.isCoreOnly && $0.size > 0 }
      .map { ($0.name, $0.base.value...($0.base.value + ($0.size - 1))) }
    for clock in board.chip.clocks + board.clocks {
      fabric.clock(clock.name).change(to: clock.frequency, at: .zero)
      fabric.oscillators[clock.name] = Oscillator(
        frequency: clock.frequency, startUp: clock.startUp?.value)
    }
    logCoreClock()
  }

  /// What the core draws may depend on its clock.
  private func logCoreClock() {
    let states = board.power?.consumers.flatMap(\.states) ?? []
    guard states.contains(where: { $0.clock != nil }) else { return }
    func text(_ rate: Hertz) -> String { "\(rate.numerator)/\(rate.denominator)" }
    let log = fabric.power.consumer(
      PowerResidency.coreClock, initial: text(clock.frequency))
    clock.observe { [unowned clock] in log.enter(text(clock.frequency)) }
  }

  func parts() throws(MachineError) -> MachineParts {
    let name = board.chip.core.name
    guard let timing = TimingCatalog.timing(of: name, options: board.chip.core.options) else {
      throw .noTiming(core: name, known: TimingCatalog.cores.map(\.name))
    }
    let systemBus = SystemBusFetches(board.chip, timing)
    let analysis = BlockAnalysis(
      image: image, timing: timing,
      followsAllAccesses: board.chip.memories.contains { $0.kind == .ram && $0.isSlow }
    ) { [chip = board.chip] in CodeMemory(chip, $0) ?? systemBus.memory(at: $0) }
    let engine = try makeEngine(analysis)
    engine.unalignedLoads = timing.unalignedLoads
    if let divider = timing.divider {
      engine.divider = {
        $0.map { divider.excess(dividend: $0.dividend, divisor: $0.divisor, isSigned: $0.isSigned) }
          ?? divider.expectedExcess
      }
    }
    memory.engine = engine
    try mapMemories(engine)
    try fillROMs(engine)
    let outside = try load(engine)
    let processor = EngineProcessor(engine: engine, fabric: fabric, clock: clock)
    let bus = SystemBus(
      chip: board.chip, engine: engine, analysis: analysis, fabric: fabric, clock: clock)
    let core = CortexM(
      features: CoreProfile.features(of: board.chip), timing: ExceptionCycles(timing.exceptions),
      processor: processor, fabric: fabric,
      activeCycles: { [unowned engine, unowned bus] in
        (bus.accessCycle ?? engine.cycles) - engine.sleptCycles
      })
    core.initialVectorTable = try vectorTable(engine)
    bus.core = core
    bus.holds = try HeldRegisters(deployment.holds, board.chip, fabric.findings)
    engine.devices = bus
    engine.protection = { [unowned core] address, isFetch in
      isFetch ? core.permissions(at: address) : core.pagePermissions(at: address)
    }
    try addDevices(bus, core, engine)
    if let supply = board.power?.supply.value {
      fabric.service(AnalogInputs.init).set("VDD", microvolts: 1_000 * supply.millivolts)
    }
    for pin in board.pullUps { fabric.pins[pin.description].setResistor(true) }
    try schedulePresses()
    for segment in outside { try program(segment, bus) }
    board = try board.withSensorDefaults()
    let tracks = board.sensors.map { SensorTrack(sensor: $0.id, scheduler: scheduler) }
    let sensors = try makeSensors(tracks)
    watchSensors(bus.log)
    let inlined = InlinedCallWatcher(engine: engine, analysis: analysis)
    let observer = try makeObserver(engine, core, tracks, inlined)
    try observer.measures.listen(ports: bus.serialPorts) {
      bus.serialPort($0)?.name ?? (ConsolePort.names.contains($0) ? $0 : nil)
    }
    core.observer = observer
    SlowMemoryControl.connectAll(board.chip, bus, core, fabric)
    systemBus.connect(engine)
    let contention = BusContention(board.chip, engine, analysis, fabric)
    if let contention {
      fabric.onTransfer = { [unowned contention] in contention.moved($0, $1) }
    }
    if let mismatch = BuildTarget.mismatch(image.attributes, on: board.chip.core) {
      fabric.findings.note("build-target", board.chip.core.name, mismatch)
    }
    return MachineParts(
      engine: engine, analysis: analysis, processor: processor, core: core, bus: bus,
      fabric: fabric, memory: memory, contention: contention, clock: clock, image: image,
      observer: observer,
      inlined: inlined,
      sensors: sensors, tracks: tracks, limits: limits(),
      wakeUp: board.chip.core.wakeUp.map { .time($0.value) }
        ?? .cycles(timing.exceptions.wakeUp),
      semihosting: try SemihostingSettings(board, image, deployment),
      transfer: RealTimeTransferPolling(board, image, fabric, clock),
      bootLoaderWrites: core.initialVectorTable == board.vectorTable.value
        ? board.bootLoader?.writes ?? [] : [])
  }

  private func limits() -> Machine.Limits {
    let duration = deployment.duration ?? Deployment.defaultDuration
    return Machine.Limits(
      end: .zero + duration,
      wall: deployment.timeout?.seconds)
  }

  // MARK: Core

  private func makeEngine(_ analysis: BlockAnalysis) throws(MachineError) -> Engine {
    let name = board.chip.core.name
    guard let model = CoreProfile.models[name] else {
      throw .unsupportedCore(name, known: CoreProfile.models.keys.sorted())
    }
    do {
      return try Engine(model: model, functionCount: image.functions.count) { address, bytes in
        analysis.describe(address, bytes)
      }
    } catch { throw .engine("\(error)") }
  }

  // MARK: Devices

  private func addDevices(
    _ bus: SystemBus, _ core: CortexM, _ engine: Engine
  ) throws(MachineError) {
    // A line that several devices share is high while one of them wants it.
    var lines: [Int: (line: InterruptLine, inputs: [InterruptLine])] = [:]
    func line(_ number: Int) -> InterruptLine {
      let input = InterruptLine(number: number)
      if lines[number] == nil {
        let line = InterruptLine(number: number)
        core.connect(line)
        lines[number] = (line, [])
      }
      lines[number]?.inputs.append(input)
      input.observer = { _ in
        guard let shared = lines[number] else { return }
        shared.line.set(shared.inputs.contains(where: \.level))
      }
      return input
    }
    var pages: Set<UInt32> = []
    for block in board.chip.blocks {
      let context = PeripheralContext(
        name: block.name, base: block.base, interrupts: block.interrupts.map(line),
        parameters: block.parameters, clock: block.clock.map(fabric.clock), fabric: fabric)
      let device =
        block.isModelled ? PeripheralCatalog.make(block.type, context) : nil
      bus.add(SystemBus.Instance(block: block, device: device))
      let first = (block.base + block.first).value >> 10
      let last = (block.base.value &+ max(block.size, 1) &- 1) >> 10
      // The private peripheral bus is a range of its own.
      if block.base.value >> 20 != 0xe00 { pages.formUnion(first...max(first, last)) }
    }
    do throws(EngineError) {
      for range in ranges(pages) {
        try engine.mapDevices(at: Address(range.first << 10), size: range.count << 10)
      }
      try engine.mapDevices(at: Address(0xe000_0000), size: 0x10_0000)
      if board.chip.core.hasBitBand {
        for alias in SystemBus.bitBandAliases where isFree(alias) {
          try engine.mapDevices(at: Address(alias), size: SystemBus.bitBandSize)
          bus.bitBands.append(alias)
        }
      }
    } catch { throw .engine("\(error)") }
  }

  /// Whether the chip has nothing of its own in the range of a bit-band alias.
  private func isFree(_ alias: UInt32) -> Bool {
    func overlaps(_ base: UInt32, _ size: UInt32) -> Bool {
      alias &- base < size || base &- alias < SystemBus.bitBandSize
    }
    return !board.chip.memories.contains { overlaps($0.base.value, UInt32(clamping: $0.size)) }
      && !board.chip.blocks.contains { overlaps($0.base.value, UInt32(clamping: $0.size)) }
  }

  /// Runs of consecutive pages.
  private func ranges(_ pages: Set<UInt32>) -> [(first: UInt32, count: UInt32)] {
    var result: [(first: UInt32, count: UInt32)] = []
    for page in pages.sorted() {
      if let last = result.last, last.first + last.count == page {
        result[result.count - 1].count += 1
      } else {
        result.append((page, 1))
      }
    }
    return result
  }

  // MARK: Sensors

  private func makeSensors(_ tracks: [SensorTrack]) throws(MachineError) -> [any Sensor] {
    var sensors: [any Sensor] = []
    for (sensor, track) in zip(board.sensors, tracks) {
      var stimulus: RecordedStimulus?
      if let stream = deployment.stream(sensor.id) {
        let made = try RecordedStimulus(stream, sensor: sensor)
        stimulus = made
        for text in made.assumptions { fabric.findings.note("assumed-unit", sensor.id, text) }
        stopAtEnd(of: made, sensor: sensor.id, track)
      }
      let context = SensorContext(
        name: sensor.id, bus: sensor.bus.controller, address: sensor.addresses.first?.value,
        addresses: Dictionary(
          uniqueKeysWithValues: sensor.addresses.map { ($0.name, $0.value) }),
        select: sensor.bus.kind == .spi
          ? sensor.bus.pin("cs").map { fabric.pins[$0.description] } : nil,
        pins: Dictionary(
          uniqueKeysWithValues: sensor.pins.map { ($0.name, fabric.pins[$0.pin.description]) }),
        powerPin: sensor.powerPin.map { fabric.pins[$0.description] },
        parameters: sensor.parameters, stimulus: stimulus, track: track,
        faults: try deployment.faults(of: sensor, fabric), fabric: fabric)
      if let made = SensorCatalog.make(part: sensor.part, context: context) { sensors.append(made) }
    }
    return sensors
  }

  /// An enabled sensor ends the run itself, when it asks for more than the recording holds; one
  /// that was never enabled asks for nothing.
  private func stopAtEnd(of stimulus: RecordedStimulus, sensor: String, _ track: SensorTrack) {
    guard stimulus.end != .never else { return }
    let end = scheduler.event("\(sensor) recording", order: .observer) { [unowned fabric] in
      if track.produced == 0 { fabric.requestStop(.streamEnded(sensor: sensor)) }
    }
    end.schedule(at: stimulus.end)
  }

  // MARK: Watchers

  private func makeObserver(
    _ engine: Engine, _ core: CortexM, _ tracks: [SensorTrack], _ inlined: InlinedCallWatcher
  ) throws(MachineError) -> RunObserver {
    let names = core.features.interruptNames
    let timeline = Timeline(
      engine: engine, image: image, fabric: fabric, clock: clock, interruptNames: names)
    timeline.currentException = { [unowned core] in core.exceptionNumber }
    let measures = try MeasureRecorder(
      measures: deployment.measures, engine: engine, image: image, board: board,
      timeline: timeline, inlined: inlined)
    measures.attach(tracks: tracks, board: board, fabric: fabric)
    let inferences = try InferenceRecorder(
      engine: engine, image: image, inference: deployment.inference)
    let events = TimelineRecorder(fabric: fabric, clock: clock)
    events.attach(tracks: tracks, fabric: fabric)
    return RunObserver(
      engine: engine, image: image, fabric: fabric, clock: clock, interruptNames: names,
      measures: measures, inferences: inferences, heap: HeapRecorder(engine: engine, image: image),
      timeline: events, crash: CrashRecorder(image: image))
  }
}
