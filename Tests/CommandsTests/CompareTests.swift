import Foundation
import Testing

/// What the tests build firmware with.
private enum Shell {
  static let hasCompiler = run("sh", ["-c", "command -v arm-none-eabi-gcc"]) == 0

  static func run(_ program: String, _ arguments: [String]) -> Int32 {
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

/// Two sides by way of the command line; one small firmware stands for all.
@Suite(.enabled(if: Shell.hasCompiler, "skipped: arm-none-eabi-gcc is not installed"))
struct CompareTests {
  private func build(_ firmware: String, in directory: String) throws -> String {
    let sources = Session.root.appending(path: "Firmware/\(firmware)").path
    try #require(Shell.run("make", ["-s", "-C", sources, "OUT=\(directory)"]) == 0)
    return "\(directory)/\(firmware).elf"
  }

  private let board = ["--board", "mps2-an386"]

  @Test func `a run is equal to itself, saved or not`() throws {
    try Session.inDirectory { directory in
      let image = try build("empty", in: directory)
      let saved = "\(directory)/saved"
      #expect(Session.call(["run", image, "--output", saved] + board).status == 0)
      for base in [image, saved, saved + "/report.json"] {
        let finished = Session.call(["compare", base, image] + board)
        #expect(finished.all == "SAME  every figure is equal\n")
        #expect(finished.status == 0)
      }
      let json = Session.call(["compare", saved, image, "--format", "json"] + board)
      #expect(json.output.contains("\"result\": \"same\""))
    }
  }

  @Test func `slower memory on one side is the cause and a regression`() throws {
    try Session.inDirectory { directory in
      let image = try build("empty", in: directory)
      let key = "board.core-clock.frequency"
      let finished = Session.call(
        ["compare", image, image, "--head-set", "\(key)=12MHz"] + board)
      #expect(finished.output.contains("\(key) set to 12MHz"), "\(finished.all)")
    }
  }

  @Test func `the first line tells that a sensor is read when its data is ready`() {
    let folder = Session.root.appending(path: "Firmware").path
    let finished = Session.call([
      "compare", folder + "/demo/deployment.yaml", folder + "/dataready/deployment.yaml",
    ])
    let first = finished.output.split(separator: "\n").first ?? ""
    #expect(first.hasPrefix("MIXED  imu read on data-ready, not by a timer: latency max"))
    #expect(finished.output.contains("timer -> data-ready on P0.11"))
    // The timer's period no longer adds to the age of a sample.
    #expect(finished.output.contains("latency.jitter"), "\(finished.all)")
    #expect(finished.status == 2)
  }

  @Test func `where the loop runs is told with what it does to jitter`() {
    let deployment = Session.root.appending(path: "Firmware/demo/deployment.yaml").path
    let finished = Session.call(
      ["compare", deployment, deployment, "--head-set", "generate.run-in=main", "--for", "2 s"])
    #expect(
      finished.output.hasPrefix("MIXED  run-in isr -> main: response jitter"), "\(finished.all)")
  }

  @Test func `what no result can be read from is refused`() throws {
    try Session.inDirectory { directory in
      let image = try build("empty", in: directory)
      let file = "\(directory)/other.json"
      try "{\"a\": 1}".write(toFile: file, atomically: true, encoding: .utf8)
      let finished = Session.call(["compare", file, image] + board)
      #expect(finished.status == 65)
      #expect(finished.error.contains("expected the JSON result of a run"))
      let saved = "\(directory)/saved"
      _ = Session.call(["run", image, "--output", saved] + board)
      let set = Session.call(["compare", saved, image, "--base-set", "for=1s"] + board)
      #expect(set.status == 64)
      #expect(Session.call(["compare", image]).status == 64)
      #expect(Session.call(["compare", "\(directory)/none", image] + board).status == 66)
    }
  }
}
