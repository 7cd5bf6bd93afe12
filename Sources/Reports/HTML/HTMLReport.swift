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
  /// Rows that are seen before somebody asks for the others.
  private static let shownRows = 14

  public var text: String {
    let title = "\(judgement.deployment.name) on \(judgement.board.name)"
    let sections = [
      header, cards, crash, budgets, measures, journeys, functions, layers, energy, memory,
      findings, sources,
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
        let isChart = tag == "td" ? cell.hasPrefix("<svg") : head[index].isEmpty
        let style = isNumber[index] ? " class=\"n\"" : isChart ? " class=\"c\"" : ""
        return "<\(tag)\(style)>\(cell)</\(tag)>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    func table(_ rows: some Sequence<[String]>) -> [String] {
      ["<table>", line(head.map { $0.replacing(":", with: "") }, "th")]
        + rows.map { line($0, "td") } + ["</table>"]
    }
    var lines = ["<div class=\"scroll\">"] + table(rows.prefix(Self.shownRows)) + ["</div>"]
    let rest = rows.dropFirst(Self.shownRows)
    if rest.isEmpty { return lines }
    lines.append("<details><summary>\(Figures.grouped(rest.count)) more</summary>")
    lines += table(rest.prefix(Self.rows))
    if rest.count > Self.rows { lines.append("<p>and \(rest.count - Self.rows) others</p>") }
    return lines + ["</details>"]
  }

  private var style: String {
    judgement.status == .success ? "met" : judgement.verdict == .unknown ? "unknown" : "missed"
  }

  private var header: String {
    let word = TextReport(judgement, ReportOptions()).verdictWord
    let reason = judgement.incomplete ?? judgement.decisiveBudget?.sentence ?? ""
    let record = judgement.record
    let firmware = judgement.evidence.firmware
    let chips = [
      judgement.board.name,
      "\(judgement.board.chip.name), \(judgement.board.chip.core.name), "
        + Figures.frequency(record.coreClock),
      "\(Figures.short(record.end.picoseconds, Figures.time)) simulated",
      "\(fileName(firmware.path)) \(firmware.sha256.prefix(8))",
      "cycles \(judgement.cycles.tier.rawValue) \(Figures.band(judgement.cycles.band))",
      record.engine,
    ]
    return """
      <header style="--edge:var(--\(style))">
      <h1><span class="pill \(style)">\(word)</span> \(escaped(judgement.deployment.name))</h1>
      <p class="lead">\(escaped(reason))</p>
      <div class="chips">\(chips.map { "<span>\(escaped($0))</span>" }.joined())</div>
      </header>
      """
  }

  /// What most people look for.
  private var cards: String {
    var cards: [(String, String)] = []
    for measure in judgement.measures.prefix(2) {
      guard let statistics = measure.statistics else { continue }
      func time(_ interval: Interval) -> String { Figures.text(interval.picoseconds, Figures.time) }
      cards.append(
        (
          time(statistics.max),
          "\(measure.name) at most; p99 \(time(statistics.p99)), p50 \(time(statistics.p50))"
        ))
    }
    if let energy = judgement.energy {
      let current = energy.averageCurrent(.socAndSensors).value
      var note =
        "on average, \(Figures.text(energy.total(.socAndSensors).value.femtojoules, Figures.energy)) in all"
      if let battery = judgement.batterySeconds { note += "; battery \(Figures.lifetime(battery))" }
      cards.append((Figures.text(current.nanoamperes, Figures.current), note))
    }
    let profile = judgement.profile
    cards.append(
      (
        Figures.percent(
          Int128(profile.activeCycles), of: Int128(max(profile.totalCycles, 1)), decimals: 1),
        "of \(Figures.grouped(profile.totalCycles)) cycles awake"
      ))
    let cells = cards.prefix(4).map {
      "<div><b>\(escaped($0.0))</b><span>\(escaped($0.1))</span></div>"
    }
    return "<div class=\"cards\">\(cells.joined())</div>"
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
    func place(_ value: Int64) -> Int {
      Int(clamping: Int128(value) * 800 / Int128(budget.limit))
    }
    let (low, high) = (place(value.low), place(value.high))
    return HTMLCharts.bar(
      place(value.value), style: budget.verdict.rawValue, mark: 800,
      band: low < high ? low...high : nil, title: budget.sentence)
  }

  private var functions: String {
    let profile = judgement.profile
    var lines = [
      "<p>\(Figures.grouped(profile.activeCycles)) cycles awake of "
        + "\(Figures.grouped(profile.totalCycles)), spent on:</p>",
      HTMLCharts.stack(causes),
    ]
    if let view = judgement.evidence.view {
      let graph = FlameGraphView(view).fragment
      if !graph.isEmpty {
        lines.append("<h3>By way of calls; each interrupt stands on its own</h3>")
        lines.append("<figure class=\"scroll\">\(graph)</figure>")
      }
    }
    return section("Where the cycles went", lines + functionTable)
  }

  /// Active cycles by cause.
  private var causes: [HTMLCharts.Part] {
    let causes = judgement.profile.causes
    let named: [(String, String, [CycleCauses.Cause])] = [
      ("issue", "c1", [.issue]), ("loads and stores", "c3", [.loadStore]),
      ("operands", "c6", [.operands]), ("branches", "c2", [.branch]),
      ("instruction fetch", "c4", [.fetch]), ("data wait", "c5", [.data]),
      ("divide, float", "c7", [.divide, .float]),
      ("exceptions, wake-up", "c8", [.exception, .wakeUp, .unattributed]),
    ]
    let total = Int128(max(judgement.profile.activeCycles, 1))
    return named.map { name, style, list in
      let cycles = list.reduce(UInt64(0)) { $0 &+ causes[$1] }
      return HTMLCharts.Part(
        name: name, style: style, size: Int64(clamping: cycles),
        figure: Figures.percent(Int128(cycles), of: total, decimals: 1))
    }
  }

  private var functionTable: [String] {
    let profile = judgement.profile
    let total = Int128(max(profile.totalCycles, 1))
    let busy = profile.rows.dropLast().filter { $0.selfCycles > 0 }
    let most = Int128(max(busy.map(\.selfCycles).max() ?? 1, 1))
    let rows = busy + (profile.rows.last.map { [$0] } ?? [])
    return table(
      ["Function", "", "Cycles:", "Share:", "Stalls:", "Calls:", "Energy:"],
      rows.enumerated().map { index, row in
        let isSleep = index == rows.count - 1
        let share = isSleep ? 0 : Int(clamping: Int128(row.selfCycles) * 1_000 / most)
        let place = row.file.map { " <span class=\"soft\">\(escaped(fileName($0)))</span>" }
        return [
          escaped(row.name) + (place ?? ""),
          isSleep ? "" : HTMLCharts.bar(share, style: "code", title: row.name),
          Figures.grouped(row.selfCycles),
          Figures.percent(Int128(row.selfCycles), of: total, decimals: 2),
          row.stallCycles == 0
            ? "" : Figures.percent(Int128(row.stallCycles), of: Int128(max(row.selfCycles, 1))),
          row.kind == .function ? Figures.grouped(row.calls) : "",
          row.joules.map { Figures.text($0.femtojoules, Figures.energy) } ?? "",
        ]
      })
  }

  private var layers: String {
    let layers = judgement.profile.layers
    let most = Int128(max(layers.map(\.cycles).max() ?? 1, 1))
    return section(
      "Layers of the network",
      table(
        ["Layer", "Operator", "", "Cycles:", "Cycles/MAC:", "Energy:"],
        layers.map { layer in
          let macs = judgement.evidence.multiplyAccumulates[layer.index] ?? 0
          let perMAC =
            macs > 0 && layer.calls > 0
            ? Figures.fixed(Int128(layer.cycles), Int128(macs) * Int128(layer.calls), decimals: 2)
            : ""
          return [
            "\(layer.index)", escaped(layer.operatorName),
            HTMLCharts.bar(
              Int(clamping: Int128(layer.cycles) * 1_000 / most), style: "c3",
              title: layer.operatorName),
            Figures.grouped(layer.cycles), perMAC,
            layer.joules.map { Figures.text($0.femtojoules, Figures.energy) } ?? "",
          ]
        }))
  }
}
