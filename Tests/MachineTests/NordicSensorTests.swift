import Deployments
import Foundation
import RunRecord
import Testing
import Units

/// A recording reaches the firmware's memory through the sensor's registers, bus, DMA and interrupts.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicSensorTests {
  static let rate = Hertz(119)

  static func recording(
    _ movement: NordicMovement, _ name: String, rate: String = "119 Hz"
  ) throws -> (inout DeploymentParts) -> Void {
    let path = try NordicBench.write(movement.csv, "\(name).csv")
    return { parts in
      parts.streams = ["imu=\(path)"]
      parts.settings = [
        "streams.imu.rate=\(rate)", "streams.imu.units.accelerometer=g",
        "streams.imu.units.gyroscope=dps",
      ]
      parts.duration = "60 s"
    }
  }

  /// The words that the firmware printed, line by line.
  static func words(_ console: String) -> [[Int16]] {
    console.split(separator: "\n").map { line in
      line.split(separator: " ").map { Int16(bitPattern: UInt16($0, radix: 16) ?? 0) }
    }
  }

  /// The row that is in force at an instant: it holds until the next one.
  static func row(at instant: Instant) -> Int {
    Int(ClockDomain(frequency: rate).ticks(at: instant))
  }

  static let scales: [(g: Int, xl: Int, seed: UInt64)] = [
    (3, 2, 1), (0, 0, 2), (1, 1, 3), (3, 3, 4),
  ]

  @Test(arguments: scales)
  func aRecordingArrivesBitForBit(_ scale: (g: Int, xl: Int, seed: UInt64)) throws {
    let movement = NordicMovement(rows: 200, seed: scale.seed)
    let stream = try Self.recording(movement, "movement-\(scale.seed)")
    let run = try NordicBench.run(
      "nrf52840-lsm9ds1", board: NordicBench.kit,
      ["MODE": "1", "SAMPLES": "150", "FS_G": "\(scale.g)", "FS_XL": "\(scale.xl)"]
    ) {
      stream(&$0)
      $0.measures = ["latency=imu.data-ready..return take_samples"]
    }
    #expect(run.record.outcome == .exited(code: 0))
    #expect(try run.bytes("identity", 1) == [0x68])
    let printed = Self.words(run.console)
    let occurrences = try run.measure("latency").occurrences
    try #require(printed.count == 150 && occurrences.count == 150)
    for (words, occurrence) in zip(printed, occurrences) {
      let expected = movement.counts(
        ofRow: Self.row(at: occurrence.from), fullScaleG: scale.g, fullScaleXL: scale.xl)
      for (word, choices) in zip(words, expected) { #expect(choices.contains(word)) }
    }
    let inMemory = try run.halfwords("counts", 150 * 6)
    #expect(inMemory == printed.flatMap { $0 })
    let samples = try run.samples("imu")
    #expect(samples.read == 150 && samples.lost == 0 && samples.duplicate == 0)
    #expect(samples.produced >= 150)
    #expect(run.record.findings.isEmpty, "\(run.record.findings)")
  }

  @Test func theSensorSamplesAtItsOwnClock() throws {
    let run = try NordicBench.run(
      "nrf52840-lsm9ds1", board: NordicBench.kit, ["MODE": "1", "SAMPLES": "150"]
    ) {
      $0.measures = [
        "latency=imu.data-ready..return take_samples", "pin=imu.pin..irq GPIOTE",
        "response=imu.read..return take_samples",
      ]
    }
    let instants = try run.measure("latency").occurrences.map(\.from)
    let first = try #require(instants.first)
    let second = 119 * (instants[119].picoseconds - first.picoseconds) / 119
    #expect(abs(second - 1_000_000_000_000) <= 1)
    // The pin rises with the status bit, and its interrupt is pended with the pin.
    #expect(try run.latencies("pin").allSatisfy { $0 == .zero })
    let pins = try run.measure("pin").occurrences.map(\.from)
    #expect(Array(pins.prefix(150)) == instants)
    try NordicBench.expectWorstAddsUp(run.record)
  }

  @Test(arguments: [1, 8, 24, 30]) func aFIFOArrivesInBursts(_ threshold: Int) throws {
    let movement = NordicMovement(rows: 300, seed: 9)
    let stream = try Self.recording(movement, "fifo-\(threshold)")
    let run = try NordicBench.run(
      "nrf52840-lsm9ds1", board: NordicBench.kit,
      ["MODE": "2", "SAMPLES": "124", "THRESHOLD": "\(threshold)"]
    ) {
      stream(&$0)
      $0.measures = ["latency=imu.data-ready..return take_samples"]
    }
    #expect(run.record.outcome == .exited(code: 0))
    let printed = Self.words(run.console)
    try #require(printed.count == 124)
    let bursts = (124 + threshold - 1) / threshold
    #expect(try Int(run.word("reads")) == bursts)
    // Each burst answers the data-ready of its newest sample.
    let occurrences = try run.measure("latency").occurrences
    try #require(occurrences.count == bursts)
    let first = Self.row(at: occurrences[0].from) - (threshold - 1)
    for (index, words) in printed.enumerated() {
      let expected = movement.counts(ofRow: first + index, fullScaleG: 3, fullScaleXL: 2)
      for (word, choices) in zip(words, expected) { #expect(choices.contains(word)) }
    }
    let samples = try run.samples("imu")
    #expect(samples.lost == 0 && samples.duplicate == 0)
    #expect(samples.read == bursts * threshold)
  }
}
