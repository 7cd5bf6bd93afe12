import Deployments
import RunRecord
import Testing
import Units
import Verdicts

/// Latencies, their deadlines, and what the worst one was made of.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicDeadlineTests {
  private func run(
    _ options: [String: String], deadline: String = "1 ms"
  ) throws -> NordicBench.Run {
    try NordicBench.run("nrf52840-lsm9ds1", board: NordicBench.kit, options) {
      $0.duration = "60 s"
      $0.measures = [
        "latency=imu.data-ready..return take_samples", "response=imu.read..return take_samples",
        "start=irq GPIOTE..enter start_read", "age=imu.pin..imu.read",
      ]
      $0.settings = ["measure.latency.deadline=\(deadline)"]
    }
  }

  private func part(
    _ run: NordicBench.Run, _ measure: String, _ kind: MeasureRecord.Part.Kind, _ what: String
  ) throws -> Interval? {
    let parts = try #require(run.measure(measure).worst).parts
    return parts.first { $0.kind == kind && $0.what == what }?.time
  }

  /// Twelve bytes at 400 kHz: 138 bits.
  private static let transfer = Interval.microseconds(345)

  @Test func theBusIsNamedWhileTheCoreSleeps() throws {
    let run = try run(["MODE": "1", "SAMPLES": "40"])
    try NordicBench.expectWorstAddsUp(run.record)
    let bus = try #require(try part(run, "latency", .bus, "TWIM0"))
    // The core runs on for a moment after STARTTX.
    #expect(bus <= Self.transfer && bus > Self.transfer - .microseconds(5))
    let latency = try #require(run.latencies("latency").max())
    #expect(latency > Self.transfer && latency < Self.transfer + .microseconds(30))
    #expect(try part(run, "latency", .function, "take_samples") != nil)
    #expect(try part(run, "latency", .exception, "TIMER1") == nil)
  }

  @Test func whatPreemptsTheWorkIsNamed() throws {
    let calm = try run(["MODE": "1", "SAMPLES": "60"])
    let run = try run(
      ["MODE": "1", "SAMPLES": "60", "BUSY": "3000", "BUSY_PERIOD": "1009"], deadline: "450 us")
    try NordicBench.expectWorstAddsUp(run.record)
    let timer = try #require(run.record.exceptions.first { $0.name == "TIMER1" })
    let one = Int64(timer.cycles / timer.entries) * 15_625
    let part = try #require(try part(run, "response", .exception, "TIMER1"))
    #expect(part.picoseconds > one / 2 && part.picoseconds <= one + 1_000_000)
    let (longest, usual) = try (
      run.latencies("response").max() ?? .zero, calm.latencies("response").max() ?? .zero
    )
    // The rest is the work itself and a tail-chained entry.
    let rest = longest - part
    #expect(rest > .zero && rest < usual + .microseconds(2))
  }

  @Test func lateEndsAreMissedDeadlines() throws {
    let run = try run(
      ["MODE": "1", "SAMPLES": "60", "BUSY": "3000", "BUSY_PERIOD": "1009"], deadline: "400 us")
    let latencies = try run.latencies("latency")
    let late = latencies.filter { $0 > .microseconds(400) }.count
    #expect(late > 0 && late < latencies.count)
    let judged = try #require(run.judgement.measures.first { $0.name == "latency" })
    #expect(judged.missed.value == Int64(late))
    #expect(judged.count == 60)
  }

  @Test func startsWithoutAnEndAreMissedDeadlines() throws {
    let run = try run(["MODE": "3", "SAMPLES": "20", "PERIOD": "50000"], deadline: "20 ms")
    let latency = try run.measure("latency")
    let lost = try run.samples("imu").lost
    #expect(lost > 80 && latency.unanswered.count == lost)
    let judged = try #require(run.judgement.measures.first { $0.name == "latency" })
    #expect(judged.missed.value == Int64(lost))
  }

  /// An interrupt that comes while the core sleeps with its clock off pays for the wake-up.
  @Test func everyMeasureAddsUpUnderLoad() throws {
    for period in [997, 1_499, 3_001] {
      let run = try run([
        "MODE": "1", "SAMPLES": "50", "BUSY": "4000", "BUSY_PERIOD": "\(period)",
      ])
      try NordicBench.expectWorstAddsUp(run.record)
      let record = run.record
      let blocks = record.blocks.reduce(0) { $0 + $1.cycles }
      #expect(
        blocks + record.exceptionCycles + record.lazyStackingCycles + record.wakeUpCycles
          == record.activeCycles)
      let total = ClockDomain(frequency: record.coreClock).ticks(at: record.end)
      #expect(record.activeCycles + record.sleepCycles == total)
    }
  }
}
