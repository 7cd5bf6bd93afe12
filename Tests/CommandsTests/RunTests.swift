import Foundation
import RunRecord
import Testing

@testable import Commands

/// Firmwares of the repository, built once into a temporary directory.
private enum Images {
  static let hasCompiler = run("sh", ["-c", "command -v arm-none-eabi-gcc"]) == 0

  /// The path of `NAME.elf`; building is left to `Firmware/FOLDER/Makefile`.
  static func path(_ folder: String, _ name: String? = nil) throws -> String {
    try #require(built[folder] == 0)
    return directory + "/\(name ?? folder).elf"
  }

  private static let directory = FileManager.default.temporaryDirectory
    .appending(path: "thumbprint-commands-\(ProcessInfo.processInfo.processIdentifier)").path

  private static let built: [String: Int32] = {
    try? FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    let folders = ["empty", "semihosting", "faults", "exceptions"]
    return Dictionary(
      uniqueKeysWithValues: folders.map { folder in
        let sources = Session.root.appending(path: "Firmware/\(folder)").path
        return (folder, run("make", ["-s", "-C", sources, "OUT=\(directory)"]))
      })
  }()

  private static func run(_ program: String, _ arguments: [String]) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite(.enabled(if: Images.hasCompiler, "skipped: arm-none-eabi-gcc is not installed"))
struct RunTests {
  private func call(_ image: String, _ options: [String]) -> Session.Finished {
    Session.call(["run", image, "--board", "mps2-an386"] + options)
  }

  @Test func `a firmware that exits with 0 is a success`() throws {
    let finished = call(try Images.path("empty"), [])
    #expect(finished.status == 0)
    #expect(finished.output.contains("exited with 0"))
    #expect(finished.error.isEmpty)
  }

  @Test(arguments: [
    ("jump-to-nowhere", 3), ("stack-overflow", 3), ("lock-up", 3), ("undefined-in-hardfault", 3),
    ("endless-loop", 0), ("unhandled-interrupt", 0),
  ])
  func `how a firmware ends decides the status`(name: String, status: Int32) throws {
    let image = try Images.path("faults", "faults-\(name)")
    let finished = call(image, ["--for", "10 ms"])
    #expect(finished.status == status)
    // What was measured is reported all the same.
    #expect(finished.output.contains("cycles    "))
    let text = call(image, ["--for", "10 ms", "--format", "json"])
    #expect(text.status == status)
    #expect(text.output.contains("\"exit_status\": \(status)"))
  }

  @Test func `a status other than 0 of the firmware is 3`() throws {
    let finished = call(try Images.path("semihosting"), ["--quiet"])
    #expect(finished.status == 3)
    #expect(finished.output.contains("exited with 3"))
  }

  @Test(arguments: [
    ("flash=1KiB", "guarded", 0), ("flash=80B", "guarded", 1), ("stack=1MiB", "guarded", 0),
    ("average-current=1mA", "guarded", 4), ("label-accuracy=50%", "nominal", 4),
  ])
  func `a budget decides the status`(budget: String, judge: String, status: Int32) throws {
    let image = try Images.path("empty")
    let finished = call(image, ["--budget", budget, "--judge", judge])
    #expect(finished.status == status, "\(finished.all)")
  }

  @Test func `a symbol that matches nothing is 4, and the rest is still measured`() throws {
    let image = try Images.path("empty")
    let finished = call(image, ["--measure", "a=enter Reset_Handlr..return nosuch"])
    #expect(finished.status == 4)
    #expect(finished.error.contains("no symbol matches 'Reset_Handlr'; did you mean"))
    #expect(finished.output.contains("Reset_Handler"))
    #expect(finished.output.contains("UNKNOWN"))
  }

  @Test func `an inference that is asked for and never happens is 4`() throws {
    let image = try Images.path("faults", "faults-endless-loop")
    let finished = call(
      image, ["--for", "1 ms", "--set", "inference.entry=Default_Handler"])
    #expect(finished.status == 4)
    #expect(finished.output.contains("no inference happened"))
  }

  @Test func `the wall clock ends a run, unjudged`() throws {
    let image = try Images.path("faults", "faults-endless-loop")
    let finished = call(image, ["--for", "10 h", "--timeout", "1 ms", "--budget", "flash=1MiB"])
    #expect(finished.status == 4)
    #expect(finished.output.contains("wall clock"))
  }

  @Test func `the firmware's output goes before a text report and beside any other`() throws {
    let image = try Images.path("semihosting")
    let line = "SYS_WRITEC writes letters\n"
    let text = call(image, [])
    #expect(text.output.contains(line))
    #expect(text.error.isEmpty)
    let json = call(image, ["--format", "json"])
    #expect(json.error.contains(line))
    #expect(json.output.hasPrefix("{"))
    let quiet = call(image, ["--quiet"])
    #expect(!quiet.all.contains(line))
    let both = call(image, ["--format", "json", "--console", "-"])
    #expect(both.output.contains(line))
    #expect(both.error.isEmpty)
    try Session.inDirectory { directory in
      let file = directory + "/console.txt"
      let filed = call(image, ["--quiet", "--console", file])
      #expect(!filed.all.contains(line))
      let contents = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.output.hasPrefix(contents))
      #expect(contents.contains(line))
    }
  }

  @Test func `results go into a directory, and the record reads back`() throws {
    let image = try Images.path("semihosting")
    try Session.inDirectory { directory in
      let output = directory + "/a/b"
      let finished = call(image, ["--quiet", "--format", "json", "--output", output])
      func contents(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: output + "/" + name))
      }
      #expect(try contents("report.json") == Data(finished.output.utf8))
      #expect(try !contents("report.txt").isEmpty)
      let record = try JSONDecoder().decode(RunRecord.self, from: try contents("record.json"))
      #expect(record.outcome == .exited(code: 3))
      #expect(finished.output.contains("\"instructions\": \(record.instructions),"))
      #expect(
        RecordText(record).text == String(decoding: try contents("record.json"), as: UTF8.self))
    }
  }

  @Test func `a finding is a matter of status only when asked`() throws {
    let image = try Images.path("exceptions")
    #expect(call(image, ["--quiet"]).status == 0)
    let strict = call(image, ["--quiet", "--strict"])
    #expect(strict.status == 4)
    #expect(strict.output.hasPrefix("UNKNOWN"))
  }

  @Test func `two runs print the same but for the wall clock`() throws {
    let image = try Images.path("semihosting")
    func text() -> [Substring] {
      call(image, ["--format", "json", "--quiet"]).output.split(separator: "\n")
        .filter { !$0.contains("wall_seconds") }
    }
    #expect(text() == text())
  }

  @Test func `a terminal gets colour, a pipe does not`() throws {
    let words = ["run", try Images.path("empty"), "--board", "mps2-an386"]
    #expect(Session.call(words, isTerminal: true).output.contains("\u{1b}["))
    #expect(!Session.call(words).output.contains("\u{1b}["))
  }

  @Test func `an ELF is inspected`() throws {
    let path = try Images.path("empty")
    let finished = Session.call(["inspect", path, "--full"])
    #expect(finished.status == 0)
    for part in ["vector table", "Reset_Handler", ".text", "source files"] {
      #expect(finished.output.contains(part), "\(part)")
    }
  }

  @Test func `a network's firmware is generated, built and run`() throws {
    let demo = Session.root.appending(path: "Firmware/demo").path
    try Session.inDirectory { directory in
      for name in ["deployment.yaml", "gesture.tflite", "recordings"] {
        try FileManager.default.copyItem(atPath: "\(demo)/\(name)", toPath: "\(directory)/\(name)")
      }
      let deployment = directory + "/deployment.yaml"
      let project = Session.call(["generate", deployment, "--output", directory + "/firmware"])
      #expect(project.status == 0)
      #expect(FileManager.default.fileExists(atPath: directory + "/firmware/Makefile"))
      let words = ["run", deployment, "--for", "500 ms", "--format", "json"]
      let finished = Session.call(words)
      #expect([0, 1, 4].contains(finished.status), "\(finished.error)")
      #expect(finished.output.contains("/.thumbprint/"))
      #expect(finished.output.contains("\"name\": \"deepcraft_infer\""))
      let missed = Session.call(words + ["--set", "budgets.response.max=1us"])
      #expect(missed.output.contains("\"verdict\": \"missed\""))
    }
  }
}

@Suite struct NewTests {
  @Test func `output that cannot be written is no success`() {
    var error: [UInt8] = []
    let full = Terminal(
      output: { _ in false },
      error: {
        error += $0
        return true
      })
    #expect(main(arguments: ["sensors"], terminal: full) == 66)
    #expect(String(decoding: error, as: UTF8.self).contains("cannot write"))
  }

  @Test func `a new deployment reads, and is not written twice`() throws {
    try Session.inDirectory { directory in
      let folder = directory + "/gesture"
      #expect(Session.call(["new", folder]).status == 0)
      let path = folder + "/deployment.yaml"
      #expect(Session.call(["inspect", path]).status == 0)
      // Complete but for the firmware, which is the user's.
      let run = Session.call(["run", path])
      #expect(run.status == 66)
      #expect(run.error.contains("build/app.elf"))
      #expect(Session.call(["new", folder]).status == 64)
    }
  }

  @Test func `a network becomes two C files`() throws {
    try Session.inDirectory { directory in
      let network = Session.root.appending(path: "Firmware/demo/gesture.tflite").path
      #expect(Session.call(["generate", network, "--output", directory + "/c"]).status == 0)
      let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/c")
      #expect(names.sorted() == ["deepcraft.c", "deepcraft.h"])
    }
  }
}
