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

  @Test func `two gates are compared deployment by deployment`() throws {
    try Session.inDirectory { directory in
      let image = try build("empty", in: directory)
      for name in ["a", "b", "c"] {
        let text = """
          name: \(name)
          board: mps2-an386
          firmware: \(image)
          budgets: {flash: 64 KiB}

          """
        try text.write(
          toFile: "\(directory)/\(name).yaml", atomically: true, encoding: .utf8)
      }
      func gate(_ names: [String], _ options: [String], _ output: String) {
        let paths = names.map { "\(directory)/\($0).yaml" }
        _ = Session.call(["gate"] + paths + options + ["--output", "\(directory)/\(output)"])
      }
      gate(["a", "b"], [], "first")
      gate(["a", "b"], [], "again")
      gate(["a", "c"], ["--set", "board.core-clock.frequency=12MHz"], "slower")
      let (first, slower) = ("\(directory)/first", "\(directory)/slower")
      let same = Session.call(["compare", first, "\(directory)/again"])
      #expect(same.output.hasPrefix("SAME  all 2 deployments\n"), "\(same.all)")
      #expect(same.status == 0)
      let other = Session.call(["compare", first, slower])
      #expect(other.status == 4, "\(other.all)")
      #expect(other.output.contains("GONE  b on mps2-an386: head has no run of it"))
      #expect(other.output.contains("NEW  c on mps2-an386"), "\(other.all)")
      #expect(other.output.contains("a on mps2-an386: board.core-clock.frequency set to 12MHz"))
      let json = Session.call(["compare", first + "/gate.json", slower, "--format", "json"])
      #expect(json.output.contains("\"result\": \"gone\""), "\(json.all)")
      #expect(Session.call(["compare", first, image] + board).status == 64)
    }
  }

  @Test func `a network takes the place of the other side's`() throws {
    let folder = Session.root.appending(path: "Firmware/demo").path
    let network = folder + "/gesture.tflite"
    let options = ["--for", "1 s", "--judge", "nominal"]
    let same = Session.call(["compare", folder + "/deployment.yaml", network] + options)
    #expect(same.output.hasPrefix("SAME"), "\(same.all)")
    #expect(same.status == 0)
    let none = Session.call(["compare", network, network] + options)
    #expect(none.status == 64 && none.error.contains("--in DEPLOYMENT.yaml"), "\(none.all)")
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
