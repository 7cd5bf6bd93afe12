import Deployments
import Engine
import Foundation
import NetworkCompiler
import RunRecord
import Testing
import Units

@testable import Machine

/// A network trained on a Nano 33 BLE Sense gives its reference outputs on the simulated one.
@Suite(
  .enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"),
  .enabled(if: FirmwareBench.shared != nil, "needs ../shared/models or $THUMBPRINT_SHARED"))
struct MagicWandTests {
  private static let name = "nanguoyu_magicwand_int8"

  private func folder() throws -> URL {
    try #require(FirmwareBench.shared).appendingPathComponent("models/\(Self.name)")
  }

  private func network() throws -> Network {
    try Network(file: folder().appendingPathComponent("model.tflite").path)
  }

  private func bytes(_ name: String) throws -> [Int8] {
    try Data(contentsOf: folder().appendingPathComponent(name)).map(Int8.init(bitPattern:))
  }

  @Test(arguments: [NordicBench.nano])
  func everyRowGivesTheReferenceOutput(_ board: String) throws {
    let sources = FirmwareBench.output.appendingPathComponent("magic-wand")
    try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
    for file in try CGenerator(network()).files() {
      try file.contents.write(
        to: sources.appendingPathComponent(file.name), atomically: true, encoding: .utf8)
    }
    let inputs = try bytes("inputs.bin")
    try Data(inputs.map(UInt8.init(bitPattern:)))
      .write(to: sources.appendingPathComponent("inputs.bin"))
    var parts = DeploymentParts()
    parts.firmware = try NordicBench.image(
      "nrf52840-network", board: board, ["ROWS": "100"], settings: ["NETWORK=\(sources.path)"])
    parts.board = board
    parts.duration = "600 s"
    let run = try NordicBench.run(Deployment.make(parts: parts), image: parts.firmware ?? "")
    #expect(run.record.outcome == .exited(code: 0))
    let expected = try bytes("expected.bin")
    let scores = try run.bytes("scores", expected.count).map(Int8.init(bitPattern:))
    #expect(scores == expected)
    let classes = try run.bytes("classes", 100).map(Int.init)
    let reference = (0..<100).map {
      ReferenceInterpreter.bestClass(Array(expected[($0 * 5)..<($0 * 5 + 5)]))
    }
    #expect(classes == reference)
  }

  static let spells = [
    "AlohomoraCharm", "ArrestoMomentumCharm", "AvadaKedavra", "LocomotorCharm", "Revelio",
  ]

  private func deployment(_ spell: String) throws -> Deployment {
    let shared = try #require(FirmwareBench.shared).path
    let recording = "\(shared)/recordings/imu/magic_wand/\(spell).csv"
    let model = try folder().appendingPathComponent("model.tflite").path
    let yaml = """
      name: magic-wand
      board: arduino-nano-33-ble-sense
      streams:
        imu:
          file: \(recording)
          rate: 119 Hz
          columns: {accelerometer: [aX, aY, aZ], gyroscope: [gX, gY, gZ]}
          units: {accelerometer: g, gyroscope: dps}
      for: 5 s
      timeout: 300 s
      measure:
        latency: {from: imu.data-ready, to: return deepcraft_infer}
      inference:
        entry: deepcraft_infer
        class: argument 0 of trigger_event
        scores: deepcraft_scores[5] int8
        classes: [\(Self.spells.joined(separator: ", "))]
      generate:
        network: \(model)
        sensors: {imu: 119 Hz}
        fusion: none
        window: {length: 1 s, hop: 250 ms}
        run-in: main

      """
    return try Deployment.load(path: NordicBench.write(yaml, "\(spell).yaml"))
  }

  @Test(arguments: spells)
  func throughTheSensorTheNetworkGivesWhatTheHostDoes(_ spell: String) throws {
    var inputs: [[Int8]] = []
    let run = try NordicGenerated.run(deployment(spell)) { machine in
      machine.observer.inferences.onInference = { [unowned machine] address in
        let bytes = machine.engine.bytes(at: address, count: 714) ?? []
        inputs.append(bytes.map(Int8.init(bitPattern:)))
      }
    }
    #expect(run.record.outcome == .reachedLimit(.duration))
    let inferences = run.record.inferences
    // One at the first sample, then one every 30 samples, as near as 250 ms comes.
    #expect((18...20).contains(inferences.count))
    try #require(inputs.count >= inferences.count)
    let host = try ReferenceInterpreter(network())
    for (inference, input) in zip(inferences, inputs) {
      let expected = host.run(input)
      #expect(inference.scores == expected.map(Int.init))
      #expect(inference.classIndex == ReferenceInterpreter.bestClass(expected))
    }
    #expect(Set(inputs).count == inputs.count, "every window is another")
    let samples = try run.samples("imu")
    #expect(samples.lost == 0 && samples.duplicate == 0)
  }

  /// The window at the network's input is the recording's rows, quantized as they were for training,
  /// but for the rounding of counts.
  @Test func theWindowIsTheRecording() throws {
    let spell = Self.spells[0]
    var inputs: [[Int8]] = []
    let run = try NordicGenerated.run(deployment(spell)) { machine in
      machine.observer.inferences.onInference = { [unowned machine] address in
        let bytes = machine.engine.bytes(at: address, count: 714) ?? []
        inputs.append(bytes.map(Int8.init(bitPattern:)))
      }
    }
    let shared = try #require(FirmwareBench.shared).path
    let text = try String(
      contentsOfFile: "\(shared)/recordings/imu/magic_wand/\(spell).csv", encoding: .utf8)
    let rows = text.split(whereSeparator: \.isNewline).dropFirst().map { line in
      line.split(separator: ",").map { Double($0) ?? 0 }
    }
    let quantized = rows.map { row in
      (0..<6).map { column -> Int in
        let range = column < 3 ? 4.0 : 2_000.0
        let unit = max(0, min(1, (row[column] + range) / (2 * range)))
        return Int((unit * 255).rounded()) - 128
      }
    }
    let last = try #require(inputs.last)
    let full = (0...(600 - 119)).filter { start in
      (0..<714).allSatisfy { abs(quantized[start + $0 / 6][$0 % 6] - Int(last[$0])) <= 1 }
    }
    #expect(full.count == 1)
    // The newest row is the one in force when its sample stood.
    let end = run.record.inferences.last?.at ?? .zero
    let ready = try run.measure("latency").occurrences
    let answered = try #require(ready.last { $0.to <= end })
    let row = Int(ClockDomain(frequency: Hertz(119)).ticks(at: answered.from))
    #expect(full.first.map { $0 + 118 } == row)
  }
}
