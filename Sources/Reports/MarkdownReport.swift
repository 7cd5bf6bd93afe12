import Boards
import Deployments
import Energy
import Profiling
import RunRecord
import Trust
import Units
public import Verdicts

/// A judged run as Markdown for a job's summary: budgets, measures, functions, energy.
///
/// Never longer than the megabyte that GitHub takes: rows that do not fit are counted instead.
public struct MarkdownReport: Sendable {
  let judgement: Judgement

  public init(_ judgement: Judgement) { self.judgement = judgement }

  /// Rows of one table, and characters of one cell.
  private static let rows = 200
  private static let width = 200

  public var text: String {
    let report = TextReport(judgement, ReportOptions())
    let headline = "\(report.verdictWord): \(judgement.deployment.name) on \(judgement.board.name)"
    var lines = ["## \(cell(headline))", ""]
    lines += [cell(judgement.decisiveBudget?.sentence ?? judgement.incomplete ?? ""), ""]
    if let why = judgement.incomplete { lines += ["**Not judged:** \(cell(why))", ""] }
    if !report.dumpSummary.isEmpty {
      lines +=
        ["```text"] + report.dumpSummary.map { $0.replacing("```", with: "'''") } + ["```", ""]
    }
    lines += budgets + measures + functions + energy + findings
    return lines.joined(separator: "\n") + "\n"
  }

  private func cell(_ text: String) -> String {
    MarkupText.cell(TextLayout.shortened(text, to: Self.width))
  }

  /// A table; columns whose head ends in `:` are aligned to the right.
  private func table(_ title: String, _ head: [String], _ rows: [[String]]) -> [String] {
    if rows.isEmpty { return [] }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = [
      "### \(title)", "", line(head.map { $0.hasSuffix(":") ? String($0.dropLast()) : $0 }),
      line(head.map { $0.hasSuffix(":") ? "---:" : "---" }),
    ]
    lines += rows.prefix(Self.rows).map { line($0.map(cell)) }
    if rows.count > Self.rows { lines += ["", "and \(rows.count - Self.rows) others"] }
    return lines + [""]
  }

  private var budgets: [String] {
    table(
      "Budgets", ["Budget", "Verdict", "Value:", "Limit:", "To spare:", "At worst:"],
      judgement.budgets.map { budget in
        func share(_ margin: Int64?) -> String {
          margin.map {
            ($0 < 0 ? "-" : "")
              + Figures.percent(Int128($0.magnitude), of: 1_000_000, decimals: 1)
          } ?? ""
        }
        return [
          budget.name, budget.verdict.rawValue,
          budget.value.map { Figures.quantity($0.value, budget.unit) } ?? budget.reason ?? "-",
          "\(budget.budget.limit)", share(budget.margin), share(budget.worstMargin),
        ]
      })
  }

  private var measures: [String] {
    table(
      "Measures", ["Measure", "p50:", "p99:", "max:", "jitter:", "count:", "missed:"],
      judgement.measures.map { measure in
        func time(_ interval: Interval?) -> String {
          interval.map { Figures.text($0.picoseconds, Figures.time) } ?? "-"
        }
        let statistics = measure.statistics
        return [
          measure.name, time(statistics?.p50), time(statistics?.p99), time(statistics?.max),
          time(statistics?.jitter), Figures.grouped(measure.count),
          Figures.grouped(measure.missed.value),
        ]
      })
  }

  private var functions: [String] {
    let profile = judgement.profile
    let total = Int128(profile.totalCycles)
    var rows = Array(profile.rows.prefix(20))
    if profile.rows.count > 20 {
      var others = Profile.Row(.remainder, "\(profile.rows.count - 20) others")
      for row in profile.rows.dropFirst(20) {
        others.selfCycles &+= row.selfCycles
        others.stallCycles &+= row.stallCycles
      }
      rows.append(others)
    }
    return table(
      "Cycles", ["Function", "Cycles:", "Share:", "Stalls:", "Calls:"],
      rows.map { row in
        [
          row.name, Figures.grouped(row.selfCycles),
          Figures.percent(Int128(row.selfCycles), of: total, decimals: 2),
          Figures.grouped(row.stallCycles),
          row.kind == .function ? Figures.grouped(row.calls) : "",
        ]
      })
  }

  private var energy: [String] {
    guard let energy = judgement.energy else { return [] }
    let scope = EnergyScope.socAndSensors
    let total = energy.total(scope).value
    let parts = energy.parts(in: scope).map { part in
      [part.name, part.scope.rawValue, Figures.text(part.joules.femtojoules, Figures.energy)]
    }
    let sum = ["total", scope.rawValue, Figures.text(total.femtojoules, Figures.energy)]
    return table("Energy", ["Part", "Scope", "Energy:"], parts + [sum])
  }

  private var findings: [String] {
    table(
      "Findings", ["Kind", "Where", "Count:", "Message"],
      judgement.findings.map { [$0.kind, $0.place, Figures.grouped($0.count), $0.message] })
  }
}
