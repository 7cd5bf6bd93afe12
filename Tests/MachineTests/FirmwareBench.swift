import Boards
import Deployments
import Engine
import FirmwareImage
import Foundation
import Machine
import RunRecord
import Testing

/// Builds the firmwares of the repository once for each process and runs them.
enum FirmwareBench {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let firmware = root.appendingPathComponent("Firmware")

  /// The folder with the recordings, networks and facts that tests may use; nil when it is absent.
  static var shared: URL? {
    let named = ProcessInfo.processInfo.environment["THUMBPRINT_SHARED"]
    let folder =
      named.map { URL(fileURLWithPath: $0) }
      ?? root.deletingLastPathComponent().appendingPathComponent("shared")
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent("models").path)
      ? folder : nil
  }

  static let output: URL = {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("thumbprint-tests-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: FirmwareBench.output) }
    return folder
  }()

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  struct Finished {
    let status: Int32
    let output: String
  }

  /// Runs a program and waits for it; what it printed on both outputs.
  static func run(
    _ program: String, in folder: URL? = nil, _ arguments: [String]
  ) throws -> Finished {
    let process = Process()
    if let folder { process.currentDirectoryURL = folder }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Finished(
      status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
  }

  static func has(_ program: String) -> Bool {
    (try? run("which", [program]))?.status == 0
  }

  private static let builds = Builds()

  /// The image `file` (default: NAME.elf) of the firmware in `Firmware/NAME`, compiled for a board.
  static func image(_ name: String, file: String? = nil, board: String = "mps2-an386") throws
    -> String
  {
    try builds.build(name, board)
    return output.appendingPathComponent(board).appendingPathComponent(file ?? "\(name).elf").path
  }

  private final class Builds: @unchecked Sendable {
    private let lock = NSLock()
    private var done: Set<String> = []

    func build(_ name: String, _ board: String) throws {
      lock.lock()
      defer { lock.unlock() }
      guard !done.contains("\(name) \(board)") else { return }
      let made = try FirmwareBench.run(
        "make",
        [
          "-s", "-C", firmware.appendingPathComponent(name).path,
          "OUT=\(output.appendingPathComponent(board).path)", "BOARD=\(board)",
        ])
      guard made.status == 0 else { throw Failed(description: made.output) }
      done.insert("\(name) \(board)")
    }
  }

  struct Run {
    let console: String
    let record: RunRecord
  }

  /// Runs an image on a board; `parts` says more as the command line would.
  static func simulate(
    _ path: String, board name: String, deployment file: String? = nil,
    configure: (inout DeploymentParts) -> Void = { _ in }
  ) throws -> Run {
    var parts = DeploymentParts()
    parts.firmware = path
    parts.board = name
    configure(&parts)
    let deployment =
      try file.map { try Deployment.load(path: $0, parts: parts) } ?? Deployment.make(parts: parts)
    return try simulate(deployment, image: path)
  }

  static func simulate(_ deployment: Deployment, image path: String) throws -> Run {
    let machine = try machine(deployment, image: path)
    var bytes: [UInt8] = []
    machine.console = { bytes.append($0) }
    let record = machine.run()
    return Run(console: String(decoding: bytes, as: UTF8.self), record: record)
  }

  /// A board with an image, before it runs.
  static func machine(
    _ path: String, board name: String, duration: String? = nil
  ) throws -> Machine {
    var parts = DeploymentParts()
    parts.firmware = path
    parts.board = name
    parts.duration = duration
    return try machine(Deployment.make(parts: parts), image: path)
  }

  private static func machine(_ deployment: Deployment, image path: String) throws -> Machine {
    let board = try deployment.loadBoard(from: DataDirectory(explicit: root.path))
    try deployment.check(against: board)
    return try Machine(board: board, image: FirmwareImage(file: path), deployment: deployment)
  }

  /// Lines that start with `# ` hold counters: they are not compared.
  static func masked(_ text: String) -> String {
    text.replacingOccurrences(of: "\r", with: "").split(
      separator: "\n", omittingEmptySubsequences: false
    )
    .filter { !$0.hasPrefix("# ") }.joined(separator: "\n")
  }

  static var hasCompiler: Bool { has("arm-none-eabi-gcc") }
}
