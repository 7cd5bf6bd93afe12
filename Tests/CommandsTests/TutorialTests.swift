import Foundation
import Testing

/// Runs what a page of the documents says, line by line, and compares what it says is printed.
@Suite struct TutorialTests {
  /// One typed command with what is printed after it.
  private struct Step {
    var command: String
    var printed: [String] = []
  }

  private func steps(_ text: String) -> [Step] {
    var steps: [Step] = []
    var isConsole = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        isConsole = line == "```console"
      } else if isConsole, line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2))))
      } else if isConsole, line.hasPrefix("> ") {
        steps[steps.count - 1].command += "\n" + line.dropFirst(2)
      } else if isConsole {
        steps[steps.count - 1].printed.append(line)
      }
    }
    return steps
  }

  /// Numbers differ with the compiler and the timing models; names and words do not.
  private func masked(_ line: String) -> String {
    line.replacingOccurrences(of: "0x[0-9a-f]{8}", with: "ADDRESS", options: .regularExpression)
      .replacingOccurrences(of: "[0-9][0-9,.]*", with: "N", options: .regularExpression)
  }

  @Test(
    .enabled(if: BuiltTool.path != nil && BuiltTool.has("arm-none-eabi-gcc"), BuiltTool.missing))
  func `the page that adds a board is right to the letter`() throws {
    let page = BuiltTool.root.appendingPathComponent("Boards/adding-a-board.md")
    let steps = steps(try String(contentsOf: page, encoding: .utf8))
    #expect(steps.count >= 12)
    let scratch = try Scratch()
    for name in ["Firmware", "Boards"] {
      try FileManager.default.createSymbolicLink(
        at: scratch.folder.appendingPathComponent(name),
        withDestinationURL: BuiltTool.root.appendingPathComponent(name))
    }
    let tool = URL(fileURLWithPath: BuiltTool.path ?? "").deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for step in steps {
      let finished = try BuiltTool.run(
        "/bin/sh", ["-c", "exec 2>&1\n" + step.command], in: scratch.folder,
        environment: ["PATH": "\(tool):\(path)", "THUMBPRINT_HOME": BuiltTool.root.path])
      var printed = finished.output.split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
      if printed.last == "" { printed.removeLast() }
      if finished.status != 0 { printed.append("[\(finished.status)]") }
      #expect(printed.map(masked) == step.printed.map(masked), "\(step.command)")
    }
  }
}
