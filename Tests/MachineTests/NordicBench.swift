import Boards
import Deployments
import Engine
import FirmwareImage
import Foundation
import RunRecord
import Testing
import Units
import Verdicts

@testable import Machine

/// Builds the nRF52840 firmwares for a board with options, runs them and looks into their memory.
enum NordicBench {
  static let kit = "nrf52840-dk"
  static let nano = "arduino-nano-33-ble-sense"

  private static let lock = NSLock()

  /// The image of `Firmware/NAME` for the board; `options` become `-D` flags, `settings` are make's.
  static func image(
    _ name: String, board: String, _ options: [String: String] = [:], settings: [String] = []
  ) throws -> String {
    let flags = options.sorted { $0.key < $1.key }.map { "-D\($0.key)=\($0.value)" }
    let folder = FirmwareBench.output.appendingPathComponent(
      ([name, board] + flags).joined(separator: "_"))
    let image = folder.appendingPathComponent("\(name).elf").path
    lock.lock()
    defer { lock.unlock() }
    if FileManager.default.fileExists(atPath: image) { return image }
    let made = try FirmwareBench.run(
      "make",
      [
        "-s", "-C", FirmwareBench.firmware.appendingPathComponent(name).path, "BOARD=\(board)",
        "OPTIONS=\(flags.joined(separator: " "))", "OUT=\(folder.path)",
      ] + settings)
    guard made.status == 0 else { throw FirmwareBench.Failed(description: made.output) }
    return image
  }

  /// What a run left: its record, what it printed, and its memory.
  struct Run {
    let record: RunRecord
    let console: String
    let machine: Machine
    let image: FirmwareImage
    let board: Board
    let deployment: Deployment

    var judgement: Judgement { judgement(labels: nil) }

    func judgement(labels: [TrueLabel]?) -> Judgement {
      var evidence = Evidence(
        record, board, deployment,
        FirmwareSummary(path: image.path, sha256: "", symbols: image.functions.count))
      evidence.labels = labels
      return Judgement(evidence)
    }

    func bytes(_ symbol: String, _ count: Int) throws -> [UInt8] {
      let address = try #require(image.objects(named: symbol).first, "\(symbol)").address
      return try #require(machine.engine.bytes(at: address, count: count))
    }

    func words(_ symbol: String, _ count: Int) throws -> [UInt32] {
      let bytes = try bytes(symbol, 4 * count)
      return (0..<count).map { index in
        (0..<4).reduce(0) { $0 | UInt32(bytes[4 * index + $1]) << UInt32(8 * $1) }
      }
    }

    func word(_ symbol: String) throws -> UInt32 { try words(symbol, 1)[0] }

    func halfwords(_ symbol: String, _ count: Int) throws -> [Int16] {
      let bytes = try bytes(symbol, 2 * count)
      return (0..<count).map {
        Int16(bitPattern: UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8)
      }
    }

    func measure(_ name: String) throws -> MeasureRecord {
      try #require(record.measures.first { $0.name == name })
    }

    func samples(_ sensor: String) throws -> SampleRecord {
      try #require(record.samples.first { $0.sensor == sensor })
    }

    func latencies(_ name: String) throws -> [Interval] {
      try measure(name).occurrences.map(\.latency)
    }
  }

  static func run(
    _ name: String, board: String, _ options: [String: String] = [:],
    configure: (inout DeploymentParts) -> Void = { _ in }
  ) throws -> Run {
    var parts = DeploymentParts()
    parts.firmware = try image(name, board: board, options)
    parts.board = board
    parts.timeout = "120 s"
    configure(&parts)
    return try run(Deployment.make(parts: parts), image: parts.firmware ?? "")
  }

  static func run(
    _ deployment: Deployment, image path: String, prepare: (Machine) -> Void = { _ in }
  ) throws -> Run {
    let board = try deployment.loadBoard(from: DataDirectory(explicit: FirmwareBench.root.path))
    try deployment.check(against: board)
    let image = try FirmwareImage(file: path)
    let machine = try Machine(board: board, image: image, deployment: deployment)
    var bytes: [UInt8] = []
    machine.console = { bytes.append($0) }
    prepare(machine)
    let record = machine.run()
    return Run(
      record: record, console: String(decoding: bytes, as: UTF8.self), machine: machine,
      image: image, board: board, deployment: deployment)
  }

  /// Writes a recording and returns its path.
  static func write(_ text: String, _ name: String) throws -> String {
    try FileManager.default.createDirectory(
      at: FirmwareBench.output, withIntermediateDirectories: true)
    let file = FirmwareBench.output.appendingPathComponent(name)
    try text.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  /// Every measure's worst occurrence as parts that sum exactly to it.
  static func expectWorstAddsUp(_ record: RunRecord) throws {
    #expect(!record.measures.isEmpty)
    for measure in record.measures {
      let worst = try #require(measure.worst, "\(measure.name)")
      let sum = worst.parts.reduce(0) { $0 + $1.time.picoseconds }
      let occurrence = measure.occurrences[worst.index]
      #expect(sum == occurrence.latency.picoseconds, "\(measure.name)")
      #expect(measure.occurrences.allSatisfy { $0.latency <= occurrence.latency })
    }
  }
}
