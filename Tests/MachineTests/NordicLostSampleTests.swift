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
        "window=gpio P0.13 rising..gpio P0.13 falling", "age=imu.data-ready..imu.read",
        "latency=imu.data-ready..return take_samples",
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
    (6, Hertz(952), 1_060), (6, Hertz(952), 50_001), (3, Hertz(119), 1_234),
  ]

  /// The samples of which bytes were read, by number from 1. A sample can arrive amid a burst: then
  /// the burst holds bytes of two. Block data update takes both bytes of a word from one.
  private func touched(_ run: NordicBench.Run, _ rate: Hertz) throws -> (Set<Int>, last: Int) {
    let clock = ClockDomain(frequency: rate, start: try firstSample(run))
    var samples: Set<Int> = []
    var last = 0
    for window in try run.measure("window").occurrences {
      // Repeated START, address, then a word every 18 bits of 2.5 us.
      for word in 0..<6 {
        let instant = window.from + .nanoseconds(2_500 * Int64(19 + 18 * word))
        guard instant >= clock.start else { continue }
        last = Int(clock.ticks(at: instant)) + 1
        samples.insert(last)
      }
    }
    return (samples, last)
  }

  @Test(arguments: slow)
  func whatIsNotReadIsLost(_ reader: (code: Int, rate: Hertz, period: Int)) throws {
    let run = try run(
      NordicBench.nano,
      [
        "MODE": "3", "RATE": "\(reader.code)", "PERIOD": "\(reader.period)", "SAMPLES": "40",
      ])
    #expect(try run.measure("window").occurrences.count == 40)
    let (touched, last) = try touched(run, reader.rate)
    let samples = try run.samples("imu")
    #expect(samples.lost == last - touched.count)
    #expect(samples.read <= touched.count)
    // What came after the last read belongs to the end.
    #expect((0...1).contains(samples.produced - last))
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
    let run = try run(
      board,
      [
        "MODE": "3", "ACCELEROMETER_ONLY": "1", "RATE": "2", "PERIOD": "2000", "SAMPLES": "100",
      ])
    // Nine reads come before the first sample; from then on each of ten samples is read ten times,
    // the last one once.
    #expect(
      try run.samples("imu")
        == SampleRecord(sensor: "imu", produced: 10, read: 10, lost: 0, duplicate: 81))
  }
}
