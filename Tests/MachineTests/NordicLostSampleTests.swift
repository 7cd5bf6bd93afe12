import Deployments
import RunRecord
import Testing
import Units

/// Lost and duplicate samples are what arithmetic says, no more and no less.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicLostSampleTests {
  private func run(_ board: String, _ options: [String: String]) throws -> NordicBench.Run {
    let run = try NordicBench.run("nrf52840-lsm9ds1", board: board, options) {
      $0.duration = "60 s"
      $0.measures = [
        "age=imu.data-ready..imu.read", "latency=imu.data-ready..return take_samples",
      ]
    }
    #expect(run.record.outcome == .exited(code: 0))
    #expect(try run.word("overlaps") == 0)
    return run
  }

  /// When the sensor's first sample stood.
  private func firstSample(_ run: NordicBench.Run) throws -> Instant {
    let age = try run.measure("age")
    return try #require((age.unanswered + age.occurrences.map(\.from)).min())
  }

  @Test(arguments: [NordicBench.kit, NordicBench.nano], 1...5)
  func aReaderOfEveryKthSampleLosesTheOthers(_ board: String, _ k: Int) throws {
    let run = try run(
      board,
      [
        "MODE": "3", "ACCELEROMETER_ONLY": "1", "RATE": "2", "PERIOD": "\(k * 20_000)",
        "SAMPLES": "12",
      ])
    let samples = try run.samples("imu")
    #expect(
      samples
        == SampleRecord(
          sensor: "imu", produced: 12 * k, read: 12, lost: 12 * (k - 1), duplicate: 0))
    // A lost sample is one whose data-ready leads to nothing.
    #expect(try run.measure("latency").unanswered.count == 12 * (k - 1))
  }

  static let slow: [(code: Int, rate: Hertz, period: Int)] = [
    (3, Hertz(119), 8_404), (3, Hertz(119), 11_111), (3, Hertz(119), 30_000),
    (2, Hertz(595, per: 10), 17_777), (4, Hertz(238), 4_203), (5, Hertz(476), 9_999),
    (6, Hertz(952), 1_060), (6, Hertz(952), 50_001),
  ]

  @Test(arguments: slow)
  func aSlowReaderLosesWhatItDoesNotRead(_ reader: (code: Int, rate: Hertz, period: Int)) throws {
    let run = try run(
      NordicBench.nano,
      [
        "MODE": "3", "RATE": "\(reader.code)", "PERIOD": "\(reader.period)", "SAMPLES": "40",
      ])
    let age = try run.measure("age")
    let last = try #require(age.occurrences.last)
    // Eleven bytes at 400 kHz from its first byte to its last.
    let began = last.to - Interval(picoseconds: 2_500_000 * 9 * 11)
    let produced =
      Int(ClockDomain(frequency: reader.rate, start: try firstSample(run)).ticks(at: began)) + 1
    let samples = try run.samples("imu")
    #expect(samples.read == 40)
    #expect(samples.lost == produced - 40)
    #expect(samples.duplicate == 0)
    // What came during or after the last read belongs to the end.
    #expect((0...2).contains(samples.produced - produced))
  }

  @Test(arguments: [NordicBench.kit, NordicBench.nano], [500, 1_000, 4_000])
  func aReaderThatAsksFirstLosesAndRepeatsNothing(_ board: String, _ period: Int) throws {
    let run = try run(board, ["MODE": "4", "PERIOD": "\(period)", "SAMPLES": "40"])
    let samples = try run.samples("imu")
    #expect(samples.read == 40 && samples.lost == 0 && samples.duplicate == 0)
    // Noticed at the first poll, then two transfers.
    let longest = Interval.microseconds(Int64(period) + 115 + 345 + 40)
    #expect(try run.latencies("age").allSatisfy { $0 < longest })
  }

  @Test(arguments: [NordicBench.kit, NordicBench.nano])
  func aReaderThatDoesNotAskReadsSamplesTwice(_ board: String) throws {
    let run = try run(board, ["MODE": "3", "PERIOD": "2000", "SAMPLES": "100"])
    let samples = try run.samples("imu")
    // Four reads come before the first sample, at 8.4 ms.
    #expect(samples.lost == 0)
    #expect(samples.read + samples.duplicate == 100 - 4)
    #expect((samples.read...(samples.read + 1)).contains(samples.produced))
    #expect(samples.read == 23 || samples.read == 24)
  }
}
