import Boards
import RunRecord
import Units
public import Verdicts

/// Two runs on one screen: the cause first, then what changed, by how much, and where.
///
/// 80 columns and 24 lines; `isFull` gives every figure, function and exception.
public struct ComparisonReport: Sendable {
  let comparison: Comparison
  let options: ReportOptions
  /// What the user called the two.
  let names: (base: String, head: String)

  public init(
    _ comparison: Comparison, base: String, head: String, _ options: ReportOptions
  ) {
    (self.comparison, self.options) = (comparison, options)
    names = (base, head)
  }

  public var text: String {
    // A relayout moves figures, which are there for who asks.
    let isShort = comparison.isSame && !(options.isFull && comparison.isHarmlessRelayout)
    var lines = isShort ? headline : options.isFull ? fullLines : screenLines
    lines = lines.map { line in
      var line = options.isFull ? line : TextLayout.shortened(line, to: TextLayout.width)
      while line.last == " " { line.removeLast() }
      return line
    }
    if options.isColoured, let first = lines.first { lines[0] = coloured(first) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var screenLines: [String] {
    let above = headline + nameLines + changeLines(limit: 3)
    let below = exceptionLines(limit: 1) + nextLines
    let functions = functionLines(rows: 5)
    let room = TextLayout.height - above.count - below.count - functions.count
    return above + rowLines(limit: max(3, room - 1)) + functions + below
  }

  private var fullLines: [String] {
    headline + nameLines + changeLines(limit: .max) + rowLines(limit: .max) + budgetLines
      + worstLines + functionLines(rows: .max) + sourceLines(rows: 40) + layerLines
      + exceptionLines(limit: .max)
  }

  private var nameLines: [String] {
    func line(_ word: String, _ name: String, _ side: ComparisonSide) -> [String] {
      let firmware = side.sha256.isEmpty ? "" : "firmware \(side.sha256.prefix(8))"
      return TextLayout.section(word, [TextLayout.ends(name, firmware)])
    }
    return line("base", names.base, comparison.base) + line("head", names.head, comparison.head)
  }

  private func changeLines(limit: Int) -> [String] {
    let changes = comparison.rankedChanges
    let longest = changes.prefix(max(1, limit - 1)).map(\.key.count).max() ?? 0
    let width = options.isFull ? longest : min(longest, 28)
    var lines = changes.map { change in
      let (base, head) = change.values
      let key = TextLayout.left(TextLayout.shortened(change.key, to: width), width + 2)
      if options.isFull { return key + "\(base) -> \(head)" }
      let room = TextLayout.width - TextLayout.gutter - key.count - 4
      let left = TextLayout.shortened(base, to: max(room / 2, room - head.count))
      return key + "\(left) -> \(TextLayout.shortened(head, to: room - left.count))"
    }
    if lines.count > limit {
      let hidden = changes.dropFirst(limit - 1).map(\.key)
      lines = lines.prefix(limit - 1) + ["and \(hidden.joined(separator: ", "))"]
    }
    return TextLayout.section("changed", lines)
  }

  private var nextLines: [String] {
    guard let target = options.target else { return [] }
    return TextLayout.section(
      "next", ["thumbprint compare \(TextLayout.shortened(target, to: 42)) --full"])
  }

  private func coloured(_ line: String) -> String {
    let colour =
      switch comparison.status {
      case .success: "32"
      case .notJudged: "33"
      default: "31"
      }
    return "\u{1b}[1;\(colour)m\(word)\u{1b}[0m\(line.dropFirst(word.count))"
  }
}

extension Comparison.Change {
  /// Both values for a reader; of a compiler's options only those that differ.
  var values: (base: String, head: String) {
    guard key == "compiler", let base, let head else {
      // What the command line does not say is as the board's file has it.
      let absent = key.hasPrefix("board.") ? "as in its file" : "none"
      return (base ?? absent, head ?? absent)
    }
    // The first pair is the firmware's own; those of linked libraries follow from it.
    func options(_ text: String) -> [Substring] {
      var known: Set<Substring> = []
      let own = text.firstRange(of: "; ").map { text[..<$0.lowerBound] } ?? text[...]
      return own.split(separator: " ").filter { known.insert($0).inserted }
    }
    let (before, after) = (options(base), options(head))
    // What the link-time optimizer notes is no line that anybody wrote.
    if before.contains("GIMPLE") != after.contains("GIMPLE") {
      return after.contains("GIMPLE") ? ("without", "-flto") : ("-flto", "without")
    }
    let gone = before.filter { !after.contains($0) }.joined(separator: " ")
    let new = after.filter { !before.contains($0) }.joined(separator: " ")
    return (gone.isEmpty ? "without" : gone, new.isEmpty ? "without" : new)
  }
}
