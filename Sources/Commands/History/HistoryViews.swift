import History
import Reports
import Units
import Verdicts

extension HistoryRun {
  /// `3f2a9c1`, `3f2a9c1+` for one that was changed meanwhile.
  var commitText: String {
    guard let commit else { return "-" }
    return commit.prefix(8) + (isDirty ? "+" : "")
  }

  /// For a plot.
  var label: String { "#\(id) \(commitText)" }
}

/// Seconds since 1970 as a date and a time, without a locale.
struct UTCTime {
  let text: String

  init(_ seconds: Int64) {
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let time = seconds - days * 86_400
    // Reference: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let year = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let civilMonth = month < 10 ? month + 3 : month - 9
    let civilYear = year + era * 400 + (civilMonth <= 2 ? 1 : 0)
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    text =
      "\(civilYear)-\(two(civilMonth))-\(two(day)) \(two(time / 3_600)):\(two(time / 60 % 60))"
  }
}

extension TrendReport {
  /// nil: none of the runs has the figure.
  init?(_ metric: String, _ runs: [HistoryRun], _ store: HistoryStore) throws(HistoryError) {
    var unit: JudgedBudget.Unit?
    let points = runs.compactMap { run -> Point? in
      guard let figure = run.figures.first(where: { $0.name == metric }) else { return nil }
      unit = JudgedBudget.Unit(rawValue: figure.unit)
      return Point(label: run.label, value: figure.value, firmware: run.firmwareHash)
    }
    guard let unit, let last = runs.last else { return nil }
    let filter = HistoryFilter(deployment: last.deployment, board: last.board)
    let baselines = try store.baselines(filter)
    let own = baselines.first { $0.branch == last.branch } ?? baselines.first
    var baseline: Int64?
    if let own { baseline = try store.run(own.run).figure(metric) }
    self.init(
      "\(metric) of \(last.deployment) on \(last.board), \(points.count) runs", unit, points,
      baseline: baseline)
  }
}

/// What a report of a board tells, from its runs.
struct BoardHistory {
  let report: BoardHistoryReport

  /// Figures that a page plots, where a deployment has them.
  private static let plotted = [
    "active-cycles", "energy-per-inference", "average-current", "flash", "ram", "stack",
    "label-accuracy",
  ]
  private static let mostRuns = 500

  init(
    _ board: String, _ filter: HistoryFilter, _ store: HistoryStore
  ) throws(HistoryError) {
    let runs = try store.runs(filter, limit: Self.mostRuns)
    let baselines = try store.baselines(HistoryFilter(board: board))
    var deployments: [BoardHistoryReport.Deployment] = []
    for name in Set(runs.map(\.deployment)).sorted() {
      let own = runs.filter { $0.deployment == name }
      guard let last = own.last else { continue }
      let found = baselines.filter { $0.deployment == name }
      let baseline =
        found.first { $0.branch == last.branch } ?? found.first { $0.branch == "main" }
        ?? found.first
      var comparison: Comparison?
      if let baseline, let head = try HistoryFile.side(last, store.path),
        let base = try HistoryFile.side(try store.run(baseline.run), store.path)
      {
        comparison = Comparison(base: base, head: head)
      }
      let times = last.figures.map(\.name).filter { $0.hasSuffix(".max") }.sorted()
      var trends: [TrendReport] = []
      for metric in times + Self.plotted {
        if let trend = try TrendReport(metric, own, store) { trends.append(trend) }
      }
      deployments.append(
        .init(
          name: name,
          latest: "\(last.label), \(last.branch ?? "no branch"), \(UTCTime(last.time).text) UTC",
          verdict: last.verdict, comparison: comparison, trends: trends))
    }
    report = BoardHistoryReport(board: board, deployments)
  }
}

/// Kept runs for programs.
enum HistoryJSON {
  static func list(_ runs: [HistoryRun]) -> String {
    let rows = runs.map { run in
      let members = [
        ("id", "\(run.id)"), ("time", "\(run.time)"),
        ("deployment", JSONText.quoted(run.deployment)),
        ("board", JSONText.quoted(run.board)), ("branch", optional(run.branch)),
        ("commit", optional(run.commit)), ("dirty", run.isDirty ? "true" : "false"),
        ("firmware_sha256", JSONText.quoted(run.firmwareHash)),
        ("board_files", JSONText.quoted(run.boardHash)),
        ("timing_model", JSONText.quoted(run.timingHash)),
        ("recordings", JSONText.quoted(run.recordings)),
        ("toolchain", JSONText.quoted(run.toolchain)), ("verdict", JSONText.quoted(run.verdict)),
        ("exit_status", "\(run.status)"),
        ("figures", figures(run)),
      ]
      return "  {" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
    }
    return "{\"schemaVersion\": 1, \"runs\": [\n" + rows.joined(separator: ",\n") + "\n]}\n"
  }

  private static func optional(_ text: String?) -> String {
    text.map(JSONText.quoted) ?? "null"
  }

  /// In whole base units.
  private static func figures(_ run: HistoryRun) -> String {
    let members = run.figures.sorted { $0.name < $1.name }.map { figure in
      "\(JSONText.quoted(figure.name)): {\"value\": \(figure.value), \"unit\": "
        + "\(JSONText.quoted(figure.unit))}"
    }
    return "{" + members.joined(separator: ", ") + "}"
  }
}
