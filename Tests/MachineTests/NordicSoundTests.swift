import Boards
import Deployments
import Energy
import Foundation
import RunRecord
import Testing
import Trust
import Units

/// Sound from a WAV file through the microphone and PDM into memory, and what the microphone draws.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicSoundTests {
  private static let block = 256

  private static let sound: [Int16] = {
    var state: UInt64 = 7
    return (0..<16_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int16(truncatingIfNeeded: state >> 40)
    }
  }()

  /// A mono WAV of 16-bit samples at 16 kHz.
  private static func recording() throws -> String {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let size = 2 * sound.count
    var bytes = Array("RIFF".utf8) + little(36 + size, 4) + Array("WAVEfmt ".utf8)
    bytes += little(16, 4) + little(1, 2) + little(1, 2) + little(16_000, 4) + little(32_000, 4)
    bytes += little(2, 2) + little(16, 2) + Array("data".utf8) + little(size, 4)
    bytes += sound.flatMap { little(Int($0), 2) }
    let file = FirmwareBench.output.appendingPathComponent("sound.wav")
    try Data(bytes).write(to: file, options: .atomic)
    return file.path
  }

  private func run(_ options: [String: String] = [:]) throws -> NordicBench.Run {
    let stream = try Self.recording()
    let run = try NordicBench.run("nrf52840-pdm", board: NordicBench.nano, options) {
      $0.streams = ["microphone=\(stream)"]
      $0.duration = "10 s"
      $0.measures = [
        "buffer=gpio P0.13 rising..gpio P0.13 falling",
        "handling=irq PDM..return keep_block",
      ]
    }
    #expect(run.record.outcome == .exited(code: 0))
    #expect(run.record.findings.isEmpty, "\(run.record.findings)")
    return run
  }

  @Test func aBufferFillsAtItsRate() throws {
    let run = try run()
    let buffers = try run.measure("buffer").occurrences
    #expect(buffers.count == 8)
    #expect(buffers.allSatisfy { $0.latency == .milliseconds(16) })
    for (one, next) in zip(buffers, buffers.dropFirst()) {
      #expect(next.from - one.from == .milliseconds(32))
    }
    try NordicBench.expectWorstAddsUp(run.record)
  }

  @Test func samplesArriveAsRecorded() throws {
    let run = try run()
    let end = try #require(run.measure("buffer").occurrences.first).from
    // PDM began a buffer before its first edge, which PPI made at most 62.5 ns late.
    let start = end - .milliseconds(16)
    let first = Int(ClockDomain(frequency: Hertz(16_000)).ticks(at: start)) + 1
    let arrived = try run.halfwords("sound", 4096)
    #expect(arrived == Array(Self.sound[first..<(first + 4096)]))
    let samples = try run.samples("microphone")
    #expect(samples.lost == 0 && samples.duplicate == 0)
    #expect(samples.read == samples.produced && samples.read >= 4096)
    #expect(samples.read < 4096 + Self.block)
  }

  @Test(arguments: [2, 5, 9]) func aLateSwapLosesOneBuffer(_ buffer: Int) throws {
    let run = try run(["LATE": "\(buffer)"])
    #expect(try run.word("late") == 1)
    let samples = try run.samples("microphone")
    #expect(samples.lost == Self.block)
    #expect(samples.read + samples.lost == samples.produced)
  }

  @Test func switchingTheMicrophoneOffSavesWhatItDrewAndNothingElse() throws {
    let (on, off) = try (run(), run(["SILENT": "1"]))
    #expect(on.record.end == off.record.end)
    #expect(on.record.activeCycles == off.record.activeCycles)
    #expect(try off.halfwords("sound", 4096).allSatisfy { $0 == 0 })
    let table = try #require(on.board.power)
    let exact = Trust(.modelled, band: .exact)
    let (louder, quieter) = (
      EnergyBill(on.record, table, cycles: exact), EnergyBill(off.record, table, cycles: exact)
    )
    for (a, b) in zip(louder.parts, quieter.parts) where a.name != "microphone" {
      #expect(a.joules == b.joules, "\(a.name)")
    }
    let consumer = try #require(table.consumer("microphone"))
    let recording = on.record.power.filter { $0.states["microphone"] == "on" }
      .reduce(Interval.zero) { $0 + $1.time }
    #expect(recording > .milliseconds(250))
    func joules(_ state: String, _ time: Interval) throws -> Int64 {
      let current = try #require(consumer.state(state)).current
      return Joules(current, at: table.supply.value, for: time).femtojoules
    }
    let rest = Interval(picoseconds: on.record.end.picoseconds) - recording
    let with = try joules("on", recording) + joules("off", rest)
    let without = try joules("off", recording + rest)
    let saved =
      louder.total(.socAndSensors).value.femtojoules
      - quieter.total(.socAndSensors).value.femtojoules
    #expect(with - without > 0)
    #expect(saved == with - without)
  }
}
