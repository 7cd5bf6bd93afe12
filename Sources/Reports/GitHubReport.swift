import Boards
import Deployments
import Documents
import RunRecord
public import Verdicts

/// A judged run as annotations that GitHub Actions shows at the deployment's lines.
///
/// Reference: GitHub Docs, "Workflow commands for GitHub Actions", setting an error message.
public struct GitHubReport: Sendable {
  let judgement: Judgement

  public init(_ judgement: Judgement) { self.judgement = judgement }

  public var text: String {
    var lines: [String] = []
    if let why = judgement.incomplete {
      lines.append(command("error", nil, title: name, why))
    }
    lines += crash
    for budget in judgement.budgets where budget.verdict != .met {
      let level = budget.verdict == .missed ? "error" : "warning"
      let position = budget.budget.position
      lines.append(
        command(
          level, position, title: "\(name): \(budget.name) \(budget.verdict.rawValue)",
          budget.sentence))
    }
    if lines.isEmpty {
      let count = judgement.budgets.count
      let tightest = judgement.decisiveBudget.map { "; tightest: \($0.sentence)" } ?? ""
      let message = "\(count) of \(count) budgets hold" + tightest
      lines.append(command("notice", nil, title: "\(name): met", message))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// At the line of the source that crashed or waits.
  private var crash: [String] {
    guard let dump = judgement.record.dump else { return [] }
    let report = TextReport(judgement, ReportOptions())
    let place = dump.spin?.source ?? dump.instruction?.source ?? dump.frames.first?.source
    let lines = report.dumpSummary
    guard !lines.isEmpty, let place else { return [] }
    return [
      command(
        report.isCrash ? "error" : "warning",
        Position(file: place.file, line: place.line, column: 0),
        title: "\(name): \(report.verdictWord)", lines.joined(separator: "\n"))
    ]
  }

  /// What is wrong with a whole deployment, at its file: the line that the message begins with, if any.
  static func annotation(_ message: String, path: String, title: String) -> String {
    var properties = ["file=" + Self.property(path)]
    // `FILE:LINE:COLUMN: error: ...`
    if message.hasPrefix(path + ":") {
      let rest = message.dropFirst(path.count + 1).split(separator: ":", maxSplits: 2)
      if let line = rest.first.flatMap({ Int($0) }) { properties.append("line=\(line)") }
      if properties.count > 1, rest.count > 1, let column = Int(rest[1]) {
        properties.append("col=\(column)")
      }
    }
    properties.append("title=" + property(title))
    return "::error \(properties.joined(separator: ","))::\(data(message))\n"
  }

  private var name: String { judgement.deployment.name }

  private func command(
    _ level: String, _ position: Position?, title: String, _ message: String
  ) -> String {
    var properties: [String] = []
    if let position, position.line > 0 {
      properties = ["file=" + Self.property(position.file), "line=\(position.line)"]
      if position.column > 0 { properties.append("col=\(position.column)") }
    } else if let path = judgement.deployment.path {
      properties = ["file=" + Self.property(path)]
    }
    properties.append("title=" + Self.property(title))
    return "::\(level) \(properties.joined(separator: ","))::\(Self.data(message))"
  }

  private static func data(_ text: String) -> String {
    // Scalars, not characters: a carriage return and a line feed are one character.
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      default:
        if scalar.value >= 0x20, scalar.value != 0x7f { result.unicodeScalars.append(scalar) }
      }
    }
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
