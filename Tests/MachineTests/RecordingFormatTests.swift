import Boards
import Deployments
import Documents
import Foundation
import Simulation
import Streams
import Testing
import Units

@testable import Machine

/// A stream feels the same whatever format its recording was converted to.
@Suite struct RecordingFormatTests {
  private static let names = [
    "a.csv", "a.data", "a.json", "a.cbor", "a.0.sds", "a.resd", "a.txt",
  ]

  @Test(arguments: names)
  func `every format is a stream's file`(name: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "streams-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Whole micro-g, which every one of them keeps.
    func sample(_ index: Int, _ axis: Int) -> Double {
      Double((index * 7 + axis * 11) % 40) / 16
    }
    let samples: [[Double]] = [0, 1, 2].map { axis in (0..<30).map { sample($0, axis) } }
    let recording = Recording(
      path: "walk.csv", channels: ["ax", "ay", "az"].map { Channel(name: $0, unit: "g") },
      samples: samples, timing: .rate(Hertz(100)))
    let path = folder.appendingPathComponent(name).path
    let written = try recording.written(to: path, format: name == "a.txt" ? "renode" : nil)
    try Data(written.bytes).write(to: URL(fileURLWithPath: path))
    if let companion = written.companion {
      try Data(companion.bytes).write(to: URL(fileURLWithPath: companion.path))
    }

    let text =
      "{board: arduino-nano-33-ble-sense, firmware: a.elf, streams: {imu: {file: \(path)}}}"
    let tree = try Node.parse(Array(text.utf8), file: "a.yaml")
    let deployment = try Deployment.make(tree, path: "a.yaml", parts: DeploymentParts())
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    let board = try DataDirectory(explicit: root).board(deployment.board)
    let sensors = board.sensors.filter { $0.id == "imu" }
    try #require(sensors.count == 1)
    let stimulus = try RecordedStimulus(deployment.streams[0], sensor: sensors[0])

    #expect(stimulus.rate == Hertz(100))
    #expect(stimulus.end == Instant(picoseconds: 300_000_000_000))
    for index in 0..<30 {
      let instant = Instant(picoseconds: Int64(index) * 10_000_000_000 + 5_000_000_000)
      guard case .values(let values) = stimulus.values(of: .acceleration, at: instant) else {
        Issue.record("no acceleration at \(index)")
        return
      }
      #expect(values == samples.map { $0[index] })
    }
  }

  /// Of what a table leaves open the least is said: which columns, and what they were taken for.
  @Test(
    arguments: [
      ("", "", ["columns 'ax', 'ay', 'az' name no unit: taken as g"]),
      (", units: {accelerometer: mg}", "", []),
      ("", " [g]", []),
    ] as [(String, String, [String])])
  func `columns without a unit are an assumption`(
    units: String, suffix: String, assumptions: [String]
  ) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "units-\(UUID().uuidString).csv"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = "ax\(suffix),ay\(suffix),az\(suffix)\n0,0,1\n0,0,1\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let stream = "{imu: {file: \(path), rate: 100 Hz\(units)}}"
    let tree = try Node.parse(
      Array("{board: arduino-nano-33-ble-sense, firmware: a.elf, streams: \(stream)}".utf8),
      file: "a.yaml")
    let deployment = try Deployment.make(tree, path: "a.yaml", parts: DeploymentParts())
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    let board = try DataDirectory(explicit: root).board(deployment.board)
    let imu = try #require(board.sensors.first { $0.id == "imu" })
    #expect(
      try RecordedStimulus(deployment.streams[0], sensor: imu).assumptions == assumptions)
  }
}
