import Foundation
import Testing

/// `Firmware/timing/memory.S`, built and run: every kernel behind every memory takes what `memory.yaml` counts by hand.
@Suite(
  .enabled(
    if: EnginesTests.hasCompiler && BuiltTool.has("make"), "needs arm-none-eabi-gcc and make"))
struct MemoryKernelTests {
  private static let folder = Session.root.appendingPathComponent("Firmware/timing")

  @Test func memoriesLetKernelsWaitAsTheirDocumentsSay() throws {
    let scratch = try Scratch()
    let made = try BuiltTool.run(
      "make", ["-s", "suite", "OUT=\(scratch.folder.path)"], in: Self.folder)
    try #require(made.status == 0, "\(made.text)")
    let suite = Self.folder.appendingPathComponent("memory.yaml").path
    let table = try PrintedErrorTable(
      ["accuracy", "--suite", suite, "--elfs", scratch.folder.path])
    #expect(table.excluded.isEmpty && table.rows.count >= 75)
    for row in table.rows {
      #expect(row.counted)
      #expect(
        row.ourCycles == row.measuredCycles, "\(row.program) on \(row.board), \(row.memory ?? "")")
    }
  }

  @Test func everyKernelIsCounted() throws {
    let source = try String(
      contentsOf: Self.folder.appendingPathComponent("memory.S"), encoding: .utf8)
    let suite = try String(
      contentsOf: Self.folder.appendingPathComponent("memory.yaml"), encoding: .utf8)
    let kernels = source.matches(of: /(?m)^kernel (\w+),/).map(\.1)
    #expect(kernels.count >= 9)
    for kernel in kernels { #expect(suite.contains("printed: \(kernel),"), "\(kernel)") }
  }
}
