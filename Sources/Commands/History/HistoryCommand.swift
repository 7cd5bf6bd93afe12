import Documents
import FileSystem
import History
import Reports
import Verdicts

private let actions = ["list", "show", "trend", "set", "clear", "baselines", "report"]
private let actionKey = Key.positional(
  "ACTION",
  "list (without one), show RUN, trend METRIC, set RUN|last, clear, baselines, report")
private let subjectKey = Key.positional("WHAT", "a run's number, or a figure such as latency.max")
private let boardKey = Key.option("--board", "NAME", "only runs on this board")
private let deploymentKey = Key.option("--deployment", "NAME", "only runs of this deployment")
private let branchKey = Key.option(
  "--branch", "NAME", "only runs of this git branch; of 'set', the branch that the baseline is for")
private let limitKey = Key<Int?>(
  name: "--limit", help: "at most so many runs, the newest",
  shape: .option(placeholder: "N")
) { (texts) throws(CommandFailure) in
  guard let text = texts.first else { return nil }
  guard let limit = Int(text), limit > 0 else {
    throw CommandFailure(
      .usage, "--limit: error: expected a whole number above 0, found '\(shortened(text))'")
  }
  return limit
}
private let formatKey = Key.choice(
  "--format", [("text", "text"), ("json", "json"), ("html", "html")],
  "how it is printed; html is the regression report of a board")

let historyCommand = Command(
  name: "history", summary: "kept runs: list, show, trend, baselines",
  details: """
    Reads the file in which 'run' and 'gate' keep their runs when --history or $THUMBPRINT_HISTORY \
    names it: what ran, of which commit and compiler, on which board and model, and what it came to.

    A baseline belongs to a branch, a board and a deployment; 'gate --history FILE' holds each run \
    against that of its branch, else of main or master. Several processes may write at once; a \
    damaged file is set aside, what can be read of it is kept, and the tool says so.
    """,
  examples: [
    "gate boards/ --history runs.db", "history set last --branch main --history runs.db",
    "history trend latency.max --deployment demo --history runs.db",
    "history --board nrf52840-dk --format html --history runs.db",
  ],
  keys: [
    actionKey, subjectKey, HistoryFile.option, boardKey, deploymentKey, branchKey, limitKey,
    formatKey,
  ]
) { (arguments, invocation) throws(CommandFailure) in
  let listing = try HistoryListing(arguments, invocation.terminal)
  do throws(HistoryError) { try listing.run() } catch { throw CommandFailure(error) }
  if let failure = listing.failure { throw failure }
  return .success
}

/// One call of `history`.
private final class HistoryListing {
  private let store: HistoryStore
  private let terminal: Terminal
  private let action: String
  private let subject: String?
  private let format: String
  private let filter: HistoryFilter
  private let branch: String?
  private let limit: Int
  /// What was wrong with the command line.
  private(set) var failure: CommandFailure?

  init(_ arguments: Arguments, _ terminal: Terminal) throws(CommandFailure) {
    self.terminal = terminal
    format = try arguments[formatKey]
    let named = try arguments[actionKey]
    action = named ?? (format == "html" ? "report" : "list")
    guard actions.contains(action) else {
      throw .usage("unknown action '\(shortened(action))'" + hint(for: action, in: actions))
    }
    subject = try arguments[subjectKey]
    branch = try arguments[branchKey]
    filter = HistoryFilter(
      deployment: try arguments[deploymentKey], board: try arguments[boardKey],
      branch: action == "set" ? nil : branch)
    limit = try arguments[limitKey] ?? 20
    guard let path = try arguments[HistoryFile.option] ?? Files.environment("THUMBPRINT_HISTORY")
    else { throw .usage("no history; name its file with --history FILE") }
    if action != "list" || !Files.exists(path) {
      guard Files.exists(path) else {
        throw CommandFailure(
          .cannotOpen,
          "\(path): error: no such history; 'thumbprint gate ... --history \(path)' makes one")
      }
    }
    guard let file = try HistoryFile(arguments, terminal) else {
      throw .usage("no history; name its file with --history FILE")
    }
    store = file.store
  }

  func run() throws(HistoryError) {
    switch action {
    case "show": try show()
    case "trend": try trend()
    case "set": try set()
    case "clear":
      let count = try store.clearBaselines(filter)
      terminal.write("\(count) \(count == 1 ? "baseline" : "baselines") cleared\n")
    case "baselines": try listBaselines()
    case "report": try report()
    default: try list()
    }
  }

  private func list() throws(HistoryError) {
    let runs = try store.runs(filter, limit: limit)
    if format == "json" {
      terminal.write(HistoryJSON.list(runs))
      return
    }
    var lines = ["  run  when (UTC)        verdict  deployment          board           commit"]
    for run in runs {
      let cells = [
        padded(right: "\(run.id)", 5), padded(UTCTime(run.time).text, 16),
        padded(run.verdict.uppercased(), 7), padded(run.deployment, 18), padded(run.board, 14),
        run.commitText,
      ]
      lines.append(cells.joined(separator: "  "))
    }
    if runs.isEmpty { lines.append("no runs") }
    terminal.write(lines.map { String($0.prefix(80)) }.joined(separator: "\n") + "\n")
  }

  /// The run that was asked for; nil after a mistake in the command line.
  private func wantedRun() throws(HistoryError) -> HistoryRun? {
    if subject == "last" || subject == nil {
      guard let run = try store.runs(filter, limit: 1).last else {
        failure = .usage("no such run; see 'thumbprint history list'")
        return nil
      }
      return run
    }
    guard let id = Int64(subject ?? "") else {
      failure = .usage(
        "expected the number of a run or 'last', found '\(shortened(subject ?? ""))'")
      return nil
    }
    return try store.run(id)
  }

  private func show() throws(HistoryError) {
    guard let run = try wantedRun() else { return }
    if format == "json" {
      terminal.write(run.result)
      return
    }
    var rows = [
      ("run", "\(run.id), \(UTCTime(run.time).text) UTC"), ("deployment", run.deployment),
      ("board", "\(run.board), files \(run.boardHash)"),
      ("model", "thumbprint \(run.toolVersion), timing \(run.timingHash)"),
      ("firmware", "\(run.firmware), \(run.firmwareHash.prefix(12))"),
      ("commit", [run.branch, run.commitText].compactMap(\.self).joined(separator: " ")),
      ("verdict", "\(run.verdict), status \(run.status)"),
    ]
    rows += run.recordings.split(separator: "\n").map { ("recording", String($0)) }
    rows += run.toolchain.split(separator: "\n").map { ("compiler", String($0)) }
    let figures = run.figures.sorted { $0.name < $1.name }
    rows += figures.map { figure in
      let unit = JudgedBudget.Unit(rawValue: figure.unit) ?? .count
      return (figure.name, ComparisonMetric.text(figure.value, unit))
    }
    let width = (rows.map(\.0.count).max() ?? 0) + 2
    terminal.write(rows.map { padded($0.0, width) + $0.1 + "\n" }.joined())
  }

  private func trend() throws(HistoryError) {
    guard let metric = subject else {
      failure = .usage("missing argument METRIC, such as latency.max or flash")
      return
    }
    let runs = try store.runs(filter, limit: max(limit, 200))
    let groups = Set(runs.map { [$0.deployment, $0.board] }).sorted { $0.joined() < $1.joined() }
    guard groups.count == 1 || filter.deployment != nil else {
      failure = .usage(
        "several deployments were kept; choose one with --deployment: "
          + Set(groups.map { $0[0] }).sorted().joined(separator: ", "))
      return
    }
    var text = ""
    for group in groups {
      let own = runs.filter { $0.deployment == group[0] && $0.board == group[1] }
      guard let trend = try TrendReport(metric, own, store) else {
        let known = Set(own.flatMap { $0.figures.map(\.name) }).sorted()
        failure = .usage("no figure '\(shortened(metric))'" + hint(for: metric, in: known))
        return
      }
      text += trend.text
    }
    terminal.write(text)
  }

  private func set() throws(HistoryError) {
    if subject == "last" || subject == nil {
      let runs = try store.runs(filter)
      var newest: [[String]: HistoryRun] = [:]
      for run in runs { newest[[run.deployment, run.board]] = run }
      if newest.isEmpty { failure = .usage("no such run; see 'thumbprint history list'") }
      for run in newest.values.sorted(by: { $0.id < $1.id }) { try set(run) }
    } else if let run = try wantedRun() {
      try set(run)
    }
  }

  private func set(_ run: HistoryRun) throws(HistoryError) {
    guard let branch = branch ?? run.branch else {
      failure = .usage("run \(run.id) was on no git branch; name one with --branch NAME")
      return
    }
    try store.setBaseline(run, branch: branch)
    terminal.write(
      "run \(run.id) is the baseline of \(run.deployment) on \(run.board), \(branch)\n")
  }

  private func listBaselines() throws(HistoryError) {
    let baselines = try store.baselines(filter)
    if baselines.isEmpty {
      terminal.write("no baselines; 'thumbprint history set last' sets them\n")
    }
    for baseline in baselines {
      terminal.write(
        "\(padded(baseline.branch, 16))  \(padded(baseline.board, 26))  "
          + "\(padded(baseline.deployment, 26))  run \(baseline.run)\n")
    }
  }

  private func report() throws(HistoryError) {
    guard let board = filter.board else {
      failure = .usage("a report is of one board; name it with --board NAME")
      return
    }
    terminal.write(try BoardHistory(board, filter, store).report.text)
  }
}

private func padded(_ text: String, _ width: Int) -> String {
  let cut = text.count > width ? text.prefix(width - 2) + ".." : text[...]
  return cut + String(repeating: " ", count: max(0, width - cut.count))
}

private func padded(right text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
