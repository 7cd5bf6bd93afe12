import Profiling
import RunRecord
import Units
import Verdicts

/// A run of the bench by hand: ten seconds, 1,000 decisions, one function after the other.
func demonstration() -> RunRecord {
  var record = RunRecord(
    outcome: .reachedLimit(.duration), engine: "unicorn 2.1.4", coreClock: Hertz(64_000_000),
    end: Instant(picoseconds: 10_000_000_000_000))
  let functions: [(name: String, cycles: UInt64, stalls: UInt64)] = [
    ("main", 64_000, 4_000), ("deepcraft_infer", 1_200_000, 80_000),
    ("deepcraft_layer_00_conv_2d", 9_000_000, 900_000),
    ("deepcraft_layer_01_fully_connected", 3_400_000, 250_000),
    ("fuse_kalman", 3_083_850, 120_000), ("audio_bands", 4_602_240, 92_000),
    ("TIMER0_IRQHandler", 810_000, 0), ("PDM_IRQHandler", 420_000, 21_000),
    ("int8_quantize", 640_000, 10_000), ("trigger_event", 44_000, 0),
  ]
  for (index, function) in functions.enumerated() {
    let address = Address(UInt32(0x1000 + index * 0x100))
    record.functions.append(
      FunctionRecord(
        name: function.name, address: address, calls: 1_000, inclusiveCycles: function.cycles))
    record.blocks.append(
      BlockRecord(
        address: address, size: 64, function: index, executions: 1_000,
        instructions: function.cycles / 2, baseCycles: function.cycles - function.stalls - 1_000,
        branchCycles: 1_000, stallCycles: function.stalls))
  }
  record.blocks.append(
    BlockRecord(
      address: Address(0x9000), size: 8, function: nil, executions: 10, instructions: 30,
      baseCycles: 50, branchCycles: 0, stallCycles: 0))
  record.exceptionCycles = 44_000
  record.wakeUpCycles = 2_200
  record.lazyStackingCycles = 17_000
  record.activeCycles =
    functions.reduce(0) { $0 + $1.cycles } + 50 + 44_000 + 2_200 + 17_000
  record.sleepCycles = 640_000_000 - record.activeCycles
  record.instructions = record.blocks.reduce(0) { $0 + $1.instructions }
  record.delivery = "within one basic block"
  addMeasures(&record)
  addPower(&record)
  addTimeline(&record)
  record.samples = [
    SampleRecord(sensor: "imu", produced: 1_190, read: 1_190, lost: 0, duplicate: 0),
    SampleRecord(sensor: "microphone", produced: 160_000, read: 159_744, lost: 0, duplicate: 0),
  ]
  record.memory.flash = 72_704
  record.memory.staticRAM = 21_504
  record.memory.stackHighWater = 3_176
  var timer = ExceptionRecord(number: 24, name: "TIMER0")
  timer.entries = 1_000
  timer.cycles = 21_000_000
  timer.maxLatencyCycles = 31
  var microphone = ExceptionRecord(number: 45, name: "PDM")
  microphone.entries = 1_000
  microphone.cycles = 6_400_000
  microphone.maxLatencyCycles = 12
  record.exceptions = [timer, microphone]
  record.findings = [
    Finding(
      kind: "unmodelled-register", place: "POWER.DCDCEN", message: "reads its reset value", count: 2
    )
  ]
  return record
}

private func addMeasures(_ record: inout RunRecord) {
  var latency = MeasureRecord(
    name: "latency", from: "imu.data-ready", to: "return deepcraft_infer")
  var response = MeasureRecord(name: "response", from: "imu.read", to: "return deepcraft_infer")
  for index in 0..<1_000 {
    let start = Instant(picoseconds: 8_000_000_000 + Int64(index) * 9_900_000_000)
    let read = start + .microseconds(Int64(index % 97) * 40)
    let end = read + .microseconds(640 + Int64(index % 127))
    latency.occurrences.append(.init(from: start, to: end))
    response.occurrences.append(.init(from: read, to: end))
    record.inferences.append(
      InferenceRecord(
        at: end, cycles: 41_000, classIndex: index % 20 == 19 ? 0 : (index / 250) % 2,
        scores: [index % 2, -128]))
  }
  response.worst = worst(of: response)
  latency.worst = worst(of: latency)
  record.measures = [latency, response]
}

/// Bus, sleep, code and an interrupt that sum exactly to the longest occurrence.
private func worst(of measure: MeasureRecord) -> MeasureRecord.Worst {
  var index = 0
  for (candidate, occurrence) in measure.occurrences.enumerated()
  where occurrence.latency > measure.occurrences[index].latency {
    index = candidate
  }
  let total = measure.occurrences[index].latency.picoseconds
  let shares: [(MeasureRecord.Part.Kind, String, Int64)] = [
    (.bus, "TWIM0", total * 45 / 100), (.function, "deepcraft_infer", total * 30 / 100),
    (.exception, "PDM", total * 15 / 100 + 333_333), (.sleep, "[sleep]", total / 100 + 7),
  ]
  var parts = shares.map {
    MeasureRecord.Part(kind: $0.0, what: $0.1, time: Interval(picoseconds: $0.2))
  }
  let rest = total - shares.reduce(0) { $0 + $1.2 }
  parts.append(.init(kind: .function, what: "fuse_kalman", time: Interval(picoseconds: rest)))
  return .init(index: index, parts: parts)
}

private func addPower(_ record: inout RunRecord) {
  let active = Int64(record.activeCycles) * 15_625
  record.power = [
    PowerResidency(
      states: ["cpu": "run", "hfclk": "on", "imu": "on", "microphone": "on"],
      time: Interval(picoseconds: active)),
    PowerResidency(
      states: ["cpu": "sleep", "hfclk": "on", "imu": "on", "microphone": "on"],
      time: Interval(picoseconds: record.end.picoseconds - active)),
  ]
}

/// Five decisions around the longest: a sample, its read over the bus, the handler that decides, and the
/// microphone's between.
private func addTimeline(_ record: inout RunRecord) {
  guard let worst = record.measures.last?.worst else { return }
  let occurrences = record.measures[0].occurrences
  var timeline = RunTimeline()
  timeline.names = ["imu", "TWIM0", "deepcraft_infer", "fuse_kalman", "microphone"]
  func add(_ kind: RunTimeline.Kind, _ at: Instant, _ subject: Int = -1, _ value: Int = 0) {
    timeline.events.append(.init(at: at, kind: kind, subject: subject, value: value))
  }
  for index in max(0, worst.index - 3)..<min(occurrences.count, worst.index + 2) {
    let (ready, decided) = (occurrences[index].from, occurrences[index].to)
    let read = record.measures[1].occurrences[index].from
    add(.sampleReady, ready, 0, 1)
    add(.busyBegan, read - .microseconds(345), 1)
    add(.busyEnded, read, 1)
    add(.sampleRead, read, 0, 1)
    add(.pended, read, -1, 24)
    add(.woke, read + .microseconds(2))
    add(.handlerEntered, read + .microseconds(2), -1, 24)
    add(.functionEntered, read + .microseconds(40), 3)
    add(.functionLeft, read + .microseconds(210), 3)
    add(.functionEntered, read + .microseconds(230), 2)
    add(.handlerEntered, read + .microseconds(300), -1, 45)
    add(.sampleRead, read + .microseconds(310), 4, 256)
    add(.handlerLeft, read + .microseconds(410), -1, 45)
    add(.functionLeft, decided, 2)
    add(.handlerLeft, decided + .microseconds(20), -1, 24)
    add(.slept, decided + .microseconds(24))
  }
  record.timeline = timeline
  record.powerSeries.step = Interval(picoseconds: 10_000_000_000_000 / 200)
  record.powerSeries.entries = (0..<200).flatMap { step -> [PowerSeries.Entry] in
    let awake = record.power[0].time.picoseconds / 200
    let whole = record.powerSeries.step.picoseconds
    let busy = step % 20 < 10 ? awake * 3 / 2 : awake / 2
    return [
      .init(step: step, states: 0, time: Interval(picoseconds: busy)),
      .init(step: step, states: 1, time: Interval(picoseconds: whole - busy)),
    ]
  }
}

/// The truth of the demonstration: rest and circle in turns.
let demonstrationLabels: [TrueLabel] = ["rest", "circle", "rest", "circle"].enumerated().map {
  (index: Int, text: String) -> TrueLabel in
  let start = Instant(picoseconds: 8_000_000_000) + .milliseconds(2_475 * Int64(index))
  return TrueLabel(start: start, end: start + .milliseconds(2_475), text: text)
}

/// The same firmware crashed on its way.
func crashed() -> RunRecord {
  var record = demonstration()
  record.outcome = .faulted(
    .init(
      exception: "HardFault", cause: "precise data bus error at 0x40050000",
      address: Address(0x4005_0000), programCounter: Address(0x1412),
      linkRegister: Address(0x1101), stackPointer: Address(0x2000_7f00), cfsr: 0x8200,
      hfsr: 0x4000_0000, backtrace: ["read_imu_mic", "TIMER0_IRQHandler", "main"]))
  return record
}

/// A record of random size and names, whose parts need not agree with each other.
func randomRecord(_ random: inout SeededGenerator) -> RunRecord {
  func count(_ limit: Int) -> Int { Int.random(in: 0...limit, using: &random) }
  func name() -> String {
    let length = [1, 8, 30, 200].randomElement(using: &random) ?? 1
    let letters = Array("abcdefghijklmnop_0123456789 é\u{1b}\"\\")
    return String((0..<length).map { _ in letters.randomElement(using: &random) ?? "x" })
  }
  func size() -> UInt64 {
    UInt64.random(in: 0...(UInt64(1) << UInt64(count(44))), using: &random)
  }
  let end = Instant(picoseconds: Int64(size()))
  let ends: [Outcome] = [
    .exited(code: 0), .exited(code: 7), .reachedLimit(.duration),
    .reachedLimit(.streamEnd(sensor: name())), .sleepsForever, .timedOut, .scriptFailed(name()),
    crashed().outcome,
  ]
  var record = RunRecord(
    outcome: ends[count(ends.count - 1)], engine: name(), coreClock: Hertz(1 + size()), end: end)
  record.functions = (0..<count(30)).map { index in
    FunctionRecord(
      name: name(), address: Address(UInt32(index * 16)), calls: size(), inclusiveCycles: size())
  }
  record.blocks = (0..<count(60)).map { index in
    BlockRecord(
      address: Address(UInt32(index * 4)), size: 4, function: count(2) == 0 ? nil : count(40),
      executions: 1, instructions: size(), baseCycles: size(), branchCycles: size(),
      stallCycles: size())
  }
  record.exceptionCycles = size()
  record.wakeUpCycles = size()
  record.sleepCycles = size()
  record.activeCycles = size()
  record.cyclesAbove = size()
  for measure in ["latency", "response"] where count(3) > 0 {
    var measured = MeasureRecord(name: measure, from: name(), to: name())
    measured.occurrences = (0..<count(40)).map { _ in
      let from = Instant(picoseconds: Int64(size()))
      return .init(from: from, to: from + Interval(picoseconds: Int64(size())))
    }
    measured.unanswered = (0..<count(3)).map { _ in Instant(picoseconds: Int64(size())) }
    measured.open = (0..<count(3)).map { _ in Instant(picoseconds: Int64(size())) }
    let parts = (0..<count(12)).map { _ in
      MeasureRecord.Part(
        kind: [.bus, .sleep, .function, .exception, .unknown][count(4)], what: name(),
        time: Interval(picoseconds: Int64(size())))
    }
    if count(1) == 0 { measured.worst = .init(index: count(40), parts: parts) }
    record.measures.append(measured)
  }
  let states = ["run", "sleep", "on", "off", name()]
  record.power = (0..<count(6)).map { _ in
    PowerResidency(
      states: [
        "cpu": states[count(4)], "imu": states[count(4)], "microphone": states[count(4)],
        name(): states[count(4)],
      ], time: Interval(picoseconds: Int64(size())))
  }
  record.samples = (0..<count(4)).map { _ in
    SampleRecord(
      sensor: name(), produced: count(1 << 40), read: count(1 << 40), lost: count(9),
      duplicate: count(9))
  }
  record.inferences = (0..<count(5)).map { _ in
    InferenceRecord(
      at: Instant(picoseconds: Int64(size())), cycles: size(), classIndex: count(1), scores: nil)
  }
  record.findings = (0..<count(5)).map { _ in
    Finding(kind: name(), place: name(), message: name(), count: count(1_000))
  }
  record.memory.flash = size()
  record.memory.staticRAM = size()
  if count(1) == 0 { record.memory.stackHighWater = size() }
  if count(1) == 0 { record.memory.heapHighWater = size() }
  return record
}
