import Foundation
import Testing

/// Gates over small firmwares that are built here.
@Suite(
  .enabled(if: EnginesTests.hasCompiler, "skipped: arm-none-eabi-gcc is not installed"))
struct GateTests {
  /// Deployments of firmwares that exit, crash, and never end.
  private static func deployments(in scratch: Scratch) throws {
    try TinyFirmware.build("exits", "", in: scratch)
    try TinyFirmware.build("crashes", "*(volatile int *)0x70000000;", in: scratch)
    try TinyFirmware.build("hangs", "for (;;) sum += 1;", in: scratch)
    func write(_ name: String, _ text: String) throws {
      try scratch.write(Data((text + "\n").utf8), to: name)
    }
    let board = "board: mps2-an386\nfirmware: ../"
    try write("all/good/deployment.yaml", board + "../exits.elf\nbudgets: {flash: 64 KiB}")
    try write("all/small/flash.yaml", board + "../exits.elf\nbudgets: {flash: 16 B}")
    try write("all/crash/deployment.yaml", board + "../crashes.elf")
    try write(
      "all/symbol/deployment.yaml",
      board + "../exits.elf\nmeasure: {m: {from: enter nothing, to: return nothing}}")
    try write("all/notes.yaml", "title: no deployment")
    try write("all/.hidden/deployment.yaml", "unreadable")
    try write("hangs/deployment.yaml", board + "hangs.elf\nfor: 100000 s")
  }

  /// Made once: what is in it is only read.
  private static let shared: Result<Scratch, any Error> = Result {
    let scratch = try Scratch()
    try deployments(in: scratch)
    return scratch
  }

  private func directory() throws -> String { try Self.shared.get().folder.path + "/all" }

  @Test func `the worst of the runs is the gate's status`() throws {
    let directory = try directory()
    let statuses: [(String, Int32)] = [
      ("good", 0), ("small", 1), ("crash", 3), ("symbol", 4), ("none", 66),
    ]
    for (name, status) in statuses {
      #expect(Session.call(["gate", "\(directory)/\(name)"]).status == status, "\(name)")
    }
    let all = Session.call(["gate", directory])
    #expect(all.status == 3)
    let first = all.output.split(separator: "\n").first ?? ""
    #expect(first.hasPrefix("FAILED  4 deployments: 1 holds, 1 missed, 1 not judged, 1 crashed"))
    #expect(all.output.contains("UNKNOWN"), "\(all.all)")
  }

  @Test func `what cannot be read fails the gate and stops nothing`() throws {
    let directory = try directory()
    try Session.inDirectory { other in
      try "board: mps2-an386\nfirmware: none.elf\n".write(
        toFile: other + "/absent.yaml", atomically: true, encoding: .utf8)
      try "board: mps2-an386\nfirmware: a.elf\nfro: 1 s\n".write(
        toFile: other + "/wrong.yaml", atomically: true, encoding: .utf8)
      let finished = Session.call(["gate", other, "\(directory)/good"])
      #expect(finished.status == 66)
      #expect(finished.error.contains("unknown key 'fro'"))
      #expect(finished.output.contains("1 holds"), "\(finished.all)")
    }
    try Session.inDirectory { empty in #expect(Session.call(["gate", empty]).status == 66) }
  }

  @Test func `the bytes are the same whatever the number of jobs`() throws {
    let directory = try directory()
    for format in ["text", "json", "junit", "markdown", "github", "html"] {
      let outputs = [1, 2, 7].map { jobs in
        Session.call(["gate", directory, "--format", format, "--jobs", "\(jobs)"]).output
          .replacing(/"wall_seconds": [-+.e0-9]+/, with: "")
      }
      #expect(!outputs[0].isEmpty)
      #expect(outputs[0] == outputs[1])
      #expect(outputs[0] == outputs[2], "\(format)")
    }
  }

  @Test func `annotations stand at the line of the budget or of the mistake`() throws {
    let directory = try directory()
    let finished = Session.call(["gate", "\(directory)/small", "--format", "github"])
    let file = "file=\(directory)/small/flash.yaml,line=3"
    #expect(finished.output.hasPrefix("::error \(file)"), "\(finished.output)")
    try Session.inDirectory { other in
      try "board: mps2-an386\nfirmware: a.elf\nfro: 1 s\n".write(
        toFile: other + "/wrong.yaml", atomically: true, encoding: .utf8)
      let wrong = Session.call(["gate", other, "--format", "github"])
      #expect(wrong.output.hasPrefix("::error file=\(other)/wrong.yaml,line=3"), "\(wrong.output)")
    }
  }

  @Test func `a baseline makes what is worse a regression, and a relative budget allows some`()
    throws
  {
    let directory = try directory()
    try Session.inDirectory { saved in
      let good = "\(directory)/good/deployment.yaml"
      #expect(Session.call(["gate", good, "--output", saved]).status == 0)
      for baseline in [saved, saved + "/gate.json"] {
        let same = Session.call(["gate", good, "--baseline", baseline])
        #expect(same.status == 0, "\(same.all)")
      }
      let kept = Session.call(["gate", good, "--baseline", saved, "--budget", "flash=+0 %"])
      #expect(kept.status == 0, "\(kept.all)")
      // A program that is larger than it was.
      let small = saved + "/good.json"
      let json = try String(contentsOfFile: saved + "/gate.json", encoding: .utf8)
      try json.replacing(/"flash_bytes": [0-9]+/, with: "\"flash_bytes\": 10").write(
        toFile: small, atomically: true, encoding: .utf8)
      let larger = Session.call(["gate", good, "--baseline", small])
      #expect(larger.status == 2)
      #expect(larger.output.hasPrefix("WORSE"), "\(larger.all)")
      let relative = Session.call(["gate", good, "--baseline", small, "--budget", "flash=+2 %"])
      #expect(relative.status == 2)
      let allowed = Session.call(["gate", good, "--baseline", small, "--budget", "flash=+90000 %"])
      #expect(allowed.status == 0, "\(allowed.all)")
      let none = Session.call(["gate", good, "--budget", "flash=+2 %"])
      #expect(none.status == 4)
      #expect(none.output.contains("no baseline"))
    }
  }

  @Test func `a figure that the baseline had and the run has not is not judged`() throws {
    let directory = try directory()
    try Session.inDirectory { saved in
      let good = "\(directory)/good/deployment.yaml"
      let measure = ["--measure", "m=enter work..return work"]
      #expect(Session.call(["gate", good, "--output", saved] + measure).status == 0)
      let vanished = Session.call(["gate", good, "--baseline", saved])
      #expect(vanished.status == 4)
      #expect(vanished.output.contains("the baseline has m.min"))
    }
  }

  @Test func `a run that hangs is cut and named, and Ctrl-C keeps what was done`() throws {
    guard let tool = BuiltTool.path else { return }
    let folder = try Self.shared.get().folder
    let cut = try BuiltTool.run(["gate", "hangs", "--timeout", "1 s"], in: folder)
    #expect(cut.status == 4)
    #expect(cut.output.contains("the time limit on the wall clock ended the run"), "\(cut.text)")
    let stopped = try BuiltTool.run(
      "/usr/bin/timeout",
      ["--preserve-status", "-s", "INT", "2", tool, "gate", "all/good", "hangs", "all/small"]
        + ["--jobs", "1"],
      in: folder)
    #expect(stopped.status == 4)
    #expect(stopped.output.contains("1 holds, 2 not judged"), "\(stopped.text)")
    #expect(stopped.error.contains("all/small/flash.yaml: error: interrupted before it ran"))
  }
}
