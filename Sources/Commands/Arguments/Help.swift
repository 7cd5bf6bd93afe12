/// Help texts of at most 80 columns.
enum Help {
  static let width = 80
  private static let indent = 2

  /// What `thumbprint --help` prints.
  static func overview(_ commands: [Command]) -> String {
    let rows = commands.map { ($0.name, $0.summary) }
    return """
      usage: thumbprint COMMAND [OPTIONS]

      Runs the firmware of a Cortex-M board on recorded sensor data, counts its
      cycles, prices its energy, and judges it against its budgets.

      \(table(rows))
      'thumbprint COMMAND --help' explains a command, '--version' names this version.
      Exit status: 0 all holds, 1 budget missed, 2 worse than before, 3 firmware
      crashed, 4 not judged, 64 command line, 65 input, 66 cannot open, 69 program.

      """
  }

  /// What `thumbprint COMMAND --help` prints.
  static func text(_ command: Command) -> String {
    let options = command.keys.filter { !$0.isHidden && $0.name.hasPrefix("-") }
    let positionals = command.keys.filter { !$0.isHidden && !$0.name.hasPrefix("-") }
    let usage = ["usage: thumbprint", command.name] + command.positionals
    var text = usage.joined(separator: " ") + " [OPTIONS]\n\n"
    text += wrapped(command.details, indent: 0).joined(separator: "\n") + "\n"
    let rows = positionals.map { ($0.name, $0.help) }
    if !rows.isEmpty { text += "\n" + table(rows) }
    let optionRows = options.map { key in
      (([key.name] + [key.shape.placeholder].compactMap { $0 }).joined(separator: " "), key.help)
    }
    text += "\n" + table(optionRows + [("--help", "this text")])
    if !command.examples.isEmpty {
      text += "\n" + command.examples.map { "  thumbprint \($0)\n" }.joined()
    }
    return text
  }

  /// Two columns; a first cell too wide for its column gets a line of its own.
  static func table(_ rows: [(String, String)]) -> String {
    let fitting = rows.map(\.0.count).filter { $0 <= 28 }
    let column = indent + (fitting.max() ?? 0) + 2
    var text = ""
    for (name, help) in rows {
      let lines = wrapped(help, indent: column)
      let head = String(repeating: " ", count: indent) + name
      if head.count + 2 <= column, let first = lines.first {
        let padding = String(repeating: " ", count: column - head.count)
        text += head + padding + first.drop { $0 == " " } + "\n"
        text += lines.dropFirst().map { $0 + "\n" }.joined()
      } else {
        text += head + "\n" + lines.map { $0 + "\n" }.joined()
      }
    }
    return text
  }

  /// Words in lines that fit; line breaks of the text stay.
  static func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      var lines: [String] = [margin]
      for word in paragraph.split(separator: " ") {
        let last = lines[lines.count - 1]
        if last.count + 1 + word.count > width, last != margin {
          lines.append(margin + word)
        } else {
          lines[lines.count - 1] = last == margin ? margin + word : last + " " + word
        }
      }
      return lines.map { $0 == margin ? "" : $0 }
    }
  }
}
