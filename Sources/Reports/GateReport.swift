import Boards
import Deployments
import RunRecord
public import Verdicts

/// A gate on one screen: the whole's verdict, a row for each deployment, and why some fail.
public struct GateReport: Sendable {
  let result: GateResult
  let options: ReportOptions
  let toolVersion: String

  public init(_ result: GateResult, _ options: ReportOptions, toolVersion: String) {
    (self.result, self.options, self.toolVersion) = (result, options, toolVersion)
  }

  /// 80 columns and, without `isFull`, 24 lines: what fails comes first.
  public var text: String {
    var lines = headline + [row("verdict", "deployment", "board", "tightest budget")]
    var room = options.isFull ? Int.max : TextLayout.height - lines.count - 1
    let failing = result.runs.filter { $0.status != .success }
    let good = result.runs.filter { $0.status == .success }
    // A reason needs two lines below its row.
    let shownFailing = failing.prefix(options.isFull ? .max : max(1, room / 3))
    for run in shownFailing { lines += self.lines(run) }
    room = options.isFull ? .max : max(0, TextLayout.height - lines.count - 1)
    let shownGood = good.prefix(room)
    for run in shownGood { lines += self.lines(run) }
    let hidden = result.runs.count - shownFailing.count - shownGood.count
    if hidden > 0 { lines.append("and \(hidden) more (--full)") }
    if options.isColoured, let first = lines.first { lines[0] = coloured(first) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var headline: [String] {
    let count = result.runs.count
    let text = "\(word)  \(count) \(count == 1 ? "deployment" : "deployments"): \(counts)"
    return [TextLayout.shortened(text, to: options.isFull ? 1_000 : TextLayout.width)]
  }

  /// `3 hold, 1 missed, 1 not judged`.
  var counts: String {
    ExitStatus.allCases.reversed().compactMap { status in
      let count = result.count(status)
      return count == 0 ? nil : "\(count) \(status.gateWord(count))"
    }.joined(separator: ", ")
  }

  var word: String {
    switch result.status {
    case .success: "MET"
    case .budgetMissed: "MISSED"
    case .regression: "WORSE"
    case .notJudged: "UNKNOWN"
    case .firmwareFailed, .cannotOpen, .badInput, .usage, .programMissing, .internalFault: "FAILED"
    }
  }

  private func lines(_ run: GateResult.Run) -> [String] {
    let head = row(run.word, run.name, run.board, run.tightest)
    if run.status == .success { return [head] }
    let reasons = run.reasons.flatMap {
      TextLayout.sentence($0, limit: options.isFull ? 20 : 2, width: TextLayout.width - 10)
    }
    return [head] + reasons.prefix(options.isFull ? .max : 2).map { "          " + $0 }
  }

  private func row(_ word: String, _ name: String, _ board: String, _ budget: String) -> String {
    let widths = options.isFull ? (38, 26) : (22, 20)
    var line = TextLayout.left(word, 10)
    line += TextLayout.left(TextLayout.shortened(name, to: widths.0), widths.0 + 1)
    line += TextLayout.left(TextLayout.shortened(board, to: widths.1), widths.1 + 1) + budget
    line = options.isFull ? line : TextLayout.shortened(line, to: TextLayout.width)
    while line.last == " " { line.removeLast() }
    return line
  }

  private func coloured(_ line: String) -> String {
    let colour =
      switch result.status {
      case .success: "32"
      case .notJudged: "33"
      default: "31"
      }
    return "\u{1b}[1;\(colour)m\(word)\u{1b}[0m\(line.dropFirst(word.count))"
  }
}

extension ExitStatus {
  /// How a gate counts its runs.
  fileprivate func gateWord(_ count: Int) -> String {
    switch self {
    case .success: count == 1 ? "holds" : "hold"
    case .regression: "worse than the baseline"
    case .budgetMissed: "missed"
    case .notJudged: "not judged"
    case .firmwareFailed: "crashed or failed"
    case .programMissing: "without a needed program"
    case .cannotOpen: "not found"
    case .badInput, .usage: "with wrong input"
    case .internalFault: "with a fault of the tool"
    }
  }
}

extension GateResult.Run {
  /// One word for a table.
  var word: String {
    switch status {
    case .success: judgement?.budgets.isEmpty == false ? "MET" : "DONE"
    case .budgetMissed: "MISSED"
    case .regression: "WORSE"
    case .notJudged: "UNKNOWN"
    case .firmwareFailed:
      judgement.map { TextReport($0, ReportOptions()).verdictWord } ?? "FAILED"
    default: "ERROR"
    }
  }

  /// The budget with least to spare, or the first that is missed: `latency.p99 26 % spare`.
  var tightest: String {
    guard let budget = judgement?.decisiveBudget, let value = budget.value else { return "" }
    guard let margin = budget.margin else {
      return "\(budget.name) \(Figures.quantity(value.value, budget.unit))"
    }
    let share = Figures.percent(Int128(margin.magnitude), of: 1_000_000)
    return "\(budget.name) \(share) \(margin < 0 ? "over" : "spare")"
  }

  /// Why it is not good, one sentence each; empty when it is.
  var reasons: [String] {
    var reasons = [failure].compactMap(\.self)
    if let judgement {
      let report = TextReport(judgement, ReportOptions())
      if judgement.status != .success { reasons.append(report.reason) }
      let others = judgement.budgets.filter {
        $0.verdict != .met && $0.name != judgement.decisiveBudget?.name
      }
      reasons += others.map(\.sentence)
    }
    if let baseline {
      if !baseline.vanished.isEmpty {
        let names = baseline.vanished.map(\.metric.name).joined(separator: ", ")
        reasons.append("the baseline has \(names), this run has not")
      }
      if !baseline.regressions.isEmpty { reasons.append("worse than the baseline: " + cause) }
    }
    return reasons
  }

  /// What made the difference to the baseline.
  private var cause: String {
    guard let baseline else { return "" }
    return ComparisonReport(
      baseline.comparison, base: "baseline", head: path, ReportOptions()
    ).sentence
  }
}

/// A form of a gate's report.
public struct GateReportFormat: Sendable {
  /// What `--format` calls it.
  public var name: String
  /// What it is called in the directory of `--output`.
  public var fileName: String
  public var render: @Sendable (GateReport) -> String
}

/// Every form of a gate's report, by the name that `--format` uses.
public enum GateReportCatalog {
  public static let formats: [GateReportFormat] = [
    GateReportFormat(name: "text", fileName: "gate.txt") { $0.text },
    GateReportFormat(name: "json", fileName: "gate.json") { $0.json },
    GateReportFormat(name: "junit", fileName: "junit.xml") { $0.junit },
    GateReportFormat(name: "markdown", fileName: "gate.md") { $0.markdown },
    GateReportFormat(name: "html", fileName: "gate.html") { $0.html },
    GateReportFormat(name: "github", fileName: "annotations.txt") { $0.github },
  ]
}
