import Foundation

/// GDB and the tool's executable, on firmware that is built once.
enum GDBSession {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Built beside the tests.
  static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "thumbprint").path

  /// What is missing for these tests; nil: nothing.
  static let missing: String? = {
    guard FileManager.default.isExecutableFile(atPath: executable) else { return executable }
    return ["gdb-multiarch", "arm-none-eabi-gcc", "make"].first { program in
      (try? finish(start("/usr/bin/env", ["which", program])))?.status != 0
    }
  }()

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  struct Running {
    let process: Process
    let output = Pipe()
    /// A file: a pipe would fill up while nobody reads.
    let error: URL
  }

  struct Finished {
    let status: Int32
    let output: String
    let error: String
  }

  static func start(_ program: String, _ arguments: [String]) throws -> Running {
    let error = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data().write(to: error)
    let running = Running(process: Process(), error: error)
    running.process.executableURL = URL(fileURLWithPath: program)
    running.process.arguments = arguments
    running.process.standardOutput = running.output
    running.process.standardError = try FileHandle(forWritingTo: error)
    running.process.standardInput = FileHandle.nullDevice
    running.process.environment = ProcessInfo.processInfo.environment
      .merging(["THUMBPRINT_HOME": root.path]) { $1 }
    try running.process.run()
    return running
  }

  static func finish(_ running: Running) throws -> Finished {
    let data = running.output.fileHandleForReading.readDataToEndOfFile()
    running.process.waitUntilExit()
    defer { try? FileManager.default.removeItem(at: running.error) }
    return Finished(
      status: running.process.terminationStatus, output: String(decoding: data, as: UTF8.self),
      error: try String(contentsOf: running.error, encoding: .utf8))
  }

  static let storm: Result<String, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "thumbprint-gdb-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let made = try finish(
      start(
        "/usr/bin/env",
        ["make", "-s", "-C", root.appending(path: "Firmware/storm").path, "OUT=\(folder.path)"]))
    guard made.status == 0 else { throw Failed(description: made.error) }
    return folder.appending(path: "storm.elf").path
  }

  static func arguments() throws -> [String] {
    ["run", try storm.get(), "--board", "mps2-an386", "--format", "json"]
  }

  /// A run that GDB leads with these commands: what GDB said and how the run ended.
  static func lead(_ commands: [String]) throws -> (gdb: String, run: Finished) {
    let run = try start(executable, arguments() + ["--gdb", "0", "--timeout", "100 s"])
    let debugger = try start(
      "/usr/bin/env",
      [
        "--default-signal=INT", "timeout", "100", "gdb-multiarch", "--batch", "-nx",
        try storm.get(),
      ]
        + (["set confirm off", "target remote 127.0.0.1:\(try port(run))"] + commands)
        .flatMap { ["-ex", $0] })
    let said = try finish(debugger)
    return (said.output + said.error, try finish(run))
  }

  /// The free port that the run found, once it listens.
  private static func port(_ run: Running) throws -> String {
    for _ in 0..<600 {
      let text = try String(contentsOf: run.error, encoding: .utf8)
      if let range = text.range(of: "127.0.0.1:"), let end = text.firstIndex(of: "\n") {
        return String(text[range.upperBound..<end])
      }
      if !run.process.isRunning { throw Failed(description: text) }
      Thread.sleep(forTimeInterval: 0.1)
    }
    run.process.terminate()
    throw Failed(description: "the run does not listen")
  }

  /// A report without what differs from one command line and hour to another.
  static func comparable(_ report: String) -> [String] {
    report.split(separator: "\n").map(String.init).filter {
      !$0.contains("\"wall") && !$0.contains("\"command\"") && !$0.contains("--gdb")
    }
  }
}
