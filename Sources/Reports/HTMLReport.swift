import Boards
import Deployments
import Energy
import Profiling
import RunRecord
import Trust
import Units
public import Verdicts

/// A judged run as one HTML page: nothing is loaded from anywhere, and it reads without scripts, in
/// the light, in the dark and on paper.
public struct HTMLReport: Sendable {
  let judgement: Judgement

  public init(_ judgement: Judgement) { self.judgement = judgement }

  /// Rows of one table: keeps the page below two megabytes.
  static let rows = 400

  public var text: String {
    let title = "\(judgement.deployment.name) on \(judgement.board.name)"
    let sections = [
      header, crash, budgets, measures, functions, layers, energy, memory, findings,
    ]
    return HTMLPage.text(
      title: title, body: sections.filter { !$0.isEmpty }.joined(separator: "\n"))
  }

  func escaped(_ text: String) -> String {
    MarkupText.escaped(text.count > 300 ? TextLayout.shortened(text, to: 300) : text)
  }

  func section(_ title: String, _ lines: [String]) -> String {
    if lines.isEmpty { return "" }
    return "<section>\n<h2>\(title)</h2>\n\(lines.joined(separator: "\n"))\n</section>"
  }

  /// Cells are markup; heads that end in `:` are of numbers.
  func table(_ head: [String], _ rows: [[String]]) -> [String] {
    if rows.isEmpty { return [] }
    let isNumber = head.map { $0.hasSuffix(":") }
    func line(_ cells: [String], _ tag: String) -> String {
      let cells = cells.enumerated().map { index, cell in
        let style = isNumber[index] ? " class=\"n\"" : cell.hasPrefix("<svg") ? " class=\"c\"" : ""
        return "<\(tag)\(style)>\(cell)</\(tag)>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    var lines = ["<table>", line(head.map { $0.replacing(":", with: "") }, "th")]
    lines += rows.prefix(Self.rows).map { line($0, "td") }
    lines.append("</table>")
    if rows.count > Self.rows { lines.append("<p>and \(rows.count - Self.rows) others</p>") }
    return lines
  }

  private var header: String {
    let report = TextReport(judgement, ReportOptions())
    let word = report.verdictWord
    let style =
      judgement.status == .success ? "met" : judgement.verdict == .unknown ? "unknown" : "missed"
    let reason = judgement.incomplete ?? judgement.decisiveBudget?.sentence ?? ""
    let chip = "\(judgement.board.chip.name), \(Figures.frequency(judgement.record.coreClock))"
    let time = Figures.short(judgement.record.end.picoseconds, Figures.time)
    return """
      <header>
      <h1><span class="\(style)">\(word)</span> \(escaped(judgement.deployment.name))</h1>
      <p>\(escaped(reason))</p>
      <p class="soft">\(escaped(judgement.board.name)) (\(escaped(chip))), \(time) simulated; \
      cycles \(judgement.cycles.tier.rawValue) \(Figures.band(judgement.cycles.band))</p>
      </header>
      """
  }

  /// The whole dump, as text.
  private var crash: String {
    var options = ReportOptions()
    options.isFull = true
    let lines = TextReport(judgement, options).dumpLines
    return section(
      "Core dump",
      lines.isEmpty ? [] : ["<pre>" + lines.map(escaped).joined(separator: "\n") + "</pre>"])
  }

  private var budgets: String {
    section(
      "Budgets",
      table(
        ["Budget", "", "Value:", "Limit:", "To spare:", "Verdict"],
        judgement.budgets.map { budget in
          let verdict = budget.verdict.rawValue
          let spare = budget.margin.map {
            ($0 < 0 ? "-" : "") + Figures.percent(Int128($0.magnitude), of: 1_000_000, decimals: 1)
          }
          return [
            escaped(budget.name), budgetBar(budget),
            budget.value.map { Figures.quantity($0.value, budget.unit) } ?? "-",
            "\(budget.budget.limit)", spare ?? "",
            "<span class=\"\(verdict)\">\(verdict)</span> \(escaped(budget.reason ?? ""))",
          ]
        }))
  }

  /// The limit lies at four fifths, so that what exceeds it is seen to.
  private func budgetBar(_ budget: JudgedBudget) -> String {
    guard let value = budget.value, budget.limit > 0 else { return "" }
    let share = Int(clamping: Int128(value.value) * 800 / Int128(budget.limit))
    return HTMLCharts.bar(
      share, style: budget.verdict.rawValue, mark: 800, title: budget.sentence)
  }

  private var functions: String {
    let profile = judgement.profile
    let total = Int128(max(profile.totalCycles, 1))
    let most = Int128(max(profile.rows.dropLast().map(\.selfCycles).max() ?? 1, 1))
    return section(
      "Where the cycles went",
      [
        "<p>\(Figures.grouped(profile.totalCycles)) cycles, "
          + "\(Figures.grouped(profile.activeCycles)) of them active</p>"
      ]
        + table(
          ["Function", "", "Cycles:", "Share:", "Stalls:", "Calls:"],
          profile.rows.enumerated().map { index, row in
            let isSleep = index == profile.rows.count - 1
            let share = isSleep ? 0 : Int(clamping: Int128(row.selfCycles) * 1_000 / most)
            let place = row.file.map { " <span class=\"soft\">\(escaped(fileName($0)))</span>" }
            return [
              escaped(row.name) + (place ?? ""),
              isSleep ? "" : HTMLCharts.bar(share, style: "code", title: row.name),
              Figures.grouped(row.selfCycles),
              Figures.percent(Int128(row.selfCycles), of: total, decimals: 2),
              Figures.grouped(row.stallCycles),
              row.kind == .function ? Figures.grouped(row.calls) : "",
            ]
          }))
  }

  private var layers: String {
    section(
      "Layers",
      table(
        ["Layer", "Operator", "Cycles:", "Energy:"],
        judgement.profile.layers.map { layer in
          [
            "\(layer.index)", escaped(layer.operatorName), Figures.grouped(layer.cycles),
            layer.joules.map { Figures.text($0.femtojoules, Figures.energy) } ?? "",
          ]
        }))
  }
}
