import Foundation
import Testing

/// A repository of a few commits, one of which makes the firmware slower.
@Suite(
  .enabled(if: EnginesTests.hasCompiler && BuiltTool.has("git"), "needs arm-none-eabi-gcc and git"))
struct BisectionTests {
  private static let compile =
    "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O1 -g -nostdlib -ffreestanding "
    + "-Wl,--section-start=.vectors=0,-Ttext=0x100,-Tdata=0x20000000,-Tbss=0x20000100 "
    + "-Wl,-e,Reset_Handler -o app.elf main.c"

  private func git(_ words: [String], in folder: URL) throws {
    let identity = [
      "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false",
    ]
    let done = try BuiltTool.run("git", identity + words, in: folder)
    try #require(done.status == 0, "\(done.text)")
  }

  @Test func `the commit that made it slower is found, and the user's tree is left alone`() throws {
    let scratch = try Scratch()
    let folder = scratch.folder
    try git(["init", "-q", "-b", "main"], in: folder)
    try scratch.write(
      Data("board: mps2-an386\nfirmware: app.elf\nbudgets: {flash: 64 KiB}\n".utf8),
      to: "deployment.yaml")
    let bodies = ["", "sum += 1;", "sum += 1; sum += 2;", "nonsense", "work(5000);", "work(5001);"]
    for (index, body) in bodies.enumerated() {
      try scratch.write(Data(TinyFirmware.source(body).utf8), to: "main.c")
      try git(["add", "-A"], in: folder)
      try git(["commit", "-q", "-m", "step \(index)"], in: folder)
    }
    try scratch.write(Data("mine".utf8), to: "main.c")
    let found = try BuiltTool.run(
      ["compare", "deployment.yaml", "--bisect", "HEAD~5..HEAD", "--build", Self.compile],
      in: folder, limit: 120)
    #expect(found.status == 2, "\(found.text)")
    let first = found.output.split(separator: "\n").first ?? ""
    #expect(first.hasPrefix("FOUND  ") && first.hasSuffix("step 4"), "\(found.text)")
    #expect(found.error.contains("skipped"), "\(found.error)")
    #expect(try scratch.text("main.c") == "mine")
    let trees = try BuiltTool.run("git", ["worktree", "list"], in: folder)
    #expect(trees.output.split(separator: "\n").count == 1, "\(trees.output)")
    let none = try BuiltTool.run(
      ["compare", "deployment.yaml", "--bisect", "HEAD~1..HEAD~1", "--build", "true"], in: folder)
    #expect(none.status == 64)
  }
}
