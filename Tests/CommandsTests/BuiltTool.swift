import Foundation
import Testing

/// The built executable, run as a user runs it, with a limit on the wall clock.
enum BuiltTool {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Beside the test bundle, else where a debug build puts it.
  static let path: String? = {
    let arguments = CommandLine.arguments
    var folders = [URL(fileURLWithPath: arguments[0]).deletingLastPathComponent()]
    if let option = arguments.firstIndex(of: "--test-bundle-path"), option + 1 < arguments.count {
      let bundle = URL(fileURLWithPath: arguments[option + 1])
      folders.insert(bundle.deletingLastPathComponent(), at: 0)
    }
    folders.append(root.appendingPathComponent(".build/debug"))
    return folders.map { $0.appendingPathComponent("thumbprint").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let missing: Comment = "needs the executable; build it with 'swift build'"

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  struct Finished: Sendable {
    let status: Int32
    let output: String
    let error: String

    /// Everything printed.
    var text: String { error + output }
    /// `timeout` ended it.
    var hung: Bool { status == 124 || status == 137 }
    /// A signal ended it.
    var crashed: Bool { status > 128 && status != 137 }
  }

  /// Runs the tool in `directory` and waits for it, `limit` seconds at most.
  static func run(
    _ arguments: [String], in directory: URL, environment: [String: String] = [:],
    input: Data? = nil, limit: Int = 60
  ) throws -> Finished {
    guard let path else { throw Failed(description: "\(missing)") }
    return try run(
      "/usr/bin/timeout", ["-k", "5", "\(limit)", path] + arguments, in: directory,
      environment: environment, input: input)
  }

  /// Runs any program; its outputs go through files, which never fill up.
  static func run(
    _ program: String, _ arguments: [String], in directory: URL,
    environment: [String: String] = [:], input: Data? = nil
  ) throws -> Finished {
    let scratch = try Scratch()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = directory
    var inherited = ProcessInfo.processInfo.environment
    // Data is found from the executable; a crash need not be looked into.
    inherited["THUMBPRINT_HOME"] = nil
    inherited["SWIFT_BACKTRACE"] = "enable=no"
    process.environment = inherited.merging(environment) { $1 }
    let output = try scratch.handle("output")
    let error = try scratch.handle("error")
    (process.standardOutput, process.standardError) = (output, error)
    let source = try scratch.write(input ?? Data(), to: "input")
    process.standardInput = try FileHandle(forReadingFrom: source)
    try process.run()
    process.waitUntilExit()
    return Finished(
      status: process.terminationReason == .uncaughtSignal
        ? 128 + process.terminationStatus : process.terminationStatus,
      output: try scratch.text("output"), error: try scratch.text("error"))
  }

  static func has(_ program: String) -> Bool {
    (try? run("which", [program], in: root))?.status == 0
  }
}

/// A folder of its own that goes away with its owner.
final class Scratch: Sendable {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("thumbprint-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  @discardableResult func write(_ data: Data, to name: String) throws -> URL {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
    return file
  }

  func handle(_ name: String) throws -> FileHandle {
    try FileHandle(forWritingTo: write(Data(), to: name))
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
  }
}
