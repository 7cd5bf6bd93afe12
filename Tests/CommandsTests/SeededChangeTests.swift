import Foundation
import Testing

/// Known changes of the demonstration's firmware; the script tries them all, the suite the quick ones.
@Suite(
  .enabled(
    if: EnginesTests.hasCompiler && BuiltTool.has("python3") && BuiltTool.path != nil,
    "needs arm-none-eabi-gcc, python3 and the executable"))
struct SeededChangeTests {
  @Test func `the first line names the cause of a change, and no change is told as none`() throws {
    let script = BuiltTool.root.appendingPathComponent("Scripts/seeded-changes").path
    let done = try BuiltTool.run(
      "python3", [script, "--only", "fast"], in: BuiltTool.root,
      environment: ["THUMBPRINT": BuiltTool.path ?? ""])
    #expect(!done.output.contains("MISSED"), "\(done.text)")
    #expect(done.output.contains("0 false alarms"), "\(done.text)")
  }
}
