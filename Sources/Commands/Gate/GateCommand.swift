import Deployments
import Documents
import FileSystem
import Reports
import RunRecord
import Units
import Verdicts

private let targets = Key<[String]>(
  name: "DEPLOYMENT.yaml|DIRECTORY",
  help: "deployments, and directories that are searched for them", shape: .remaining
) { (texts) throws(CommandFailure) in
  if texts.isEmpty { throw .usage("missing argument DEPLOYMENT.yaml|DIRECTORY") }
  return texts
}
private let jobs = Key<Int?>(
  name: "--jobs", help: "runs at once; without it as many as there are processors",
  shape: .option(placeholder: "N")
) { (texts) throws(CommandFailure) in
  guard let text = texts.first else { return nil }
  guard let jobs = Int(text), 1...256 ~= jobs else {
    throw CommandFailure(
      .usage, "--jobs: error: expected a whole number from 1 to 256, found '\(shortened(text))'")
  }
  return jobs
}
private let format = Key.choice(
  "--format", GateReportCatalog.formats.map { ($0.name, $0) }, "how the result is printed")
private let output = Key.option(
  "--output", "DIR",
  "also writes gate.json and the other forms there, and each run's files in a "
    + "directory of its name")
private let console = Key.option(
  "--console", "FILE", "where the firmwares' own output goes, one after the other")
private let baseline = Key.option(
  "--baseline", "DIR|FILE.json",
  "what --output or --format json saved before; whatever is worse now is status 2")
private let tolerance = Key<Int64?>(
  name: "--tolerance",
  help: "by how much a figure without a relative budget may be worse than its baseline: 2 %",
  shape: .option(placeholder: "SHARE")
) { (texts) throws(CommandFailure) in
  guard let text = texts.first else { return nil }
  do throws(DocumentError) {
    let node = Node(.scalar(text, quoted: true), at: Position(file: "--tolerance"))
    let ratio = try node.ratio()
    if ratio < .zero { throw node.error("expected a share that is not negative") }
    return ratio.partsPerBillion
  } catch { throw CommandFailure(error) }
}

let gateCommand = Command(
  name: "gate", summary: "many runs, one table, one exit status",
  details: """
    Runs every deployment, several at once, and judges each by its budgets and against its baseline. \
    The exit status is the worst of them. What cannot be run or judged fails the gate: an empty \
    result is never a good one.

    In a directory, a deployment is a YAML file that is called deployment, or in which one line \
    begins with 'board:' and another with 'firmware:' or 'generate:'. The results do not depend on \
    --jobs. A run that takes longer than --timeout (10 min without one) is cut and named; Ctrl-C \
    ends those under way and reports what there is.
    """,
  examples: [
    "gate Firmware --format markdown", "gate boards/ --baseline last/ --tolerance '1 %'",
  ],
  keys: [
    targets, jobs, format, output, console, baseline, HistoryFile.option, tolerance,
    SavedRecord.option,
  ] + RunOptions.shared
) { (arguments, invocation) throws(CommandFailure) in
  try Gate(arguments, invocation).status()
}

/// One gate from the command line to its report.
private struct Gate {
  let arguments: Arguments
  let terminal: Terminal
  let words: [String]

  init(_ arguments: Arguments, _ invocation: Invocation) {
    (self.arguments, terminal, words) = (arguments, invocation.terminal, invocation.words)
  }

  func status() throws(CommandFailure) -> ExitStatus {
    let format = try arguments[format]
    let directory = try arguments[output]
    // Before the runs: a place that cannot be written would cost their results.
    if let directory { try SystemFile.createDirectory(directory) }
    let consoleFile = try arguments[console].map { (path) throws(CommandFailure) in
      path == "-" ? SystemFile(descriptor: 1) : try SystemFile(creating: path)
    }
    let history = try HistoryFile(arguments, terminal)
    let plans = try plans(history)
    let progress = GateProgress()
    let finished = try run(plans, progress)
    for one in finished { _ = consoleFile?.write(one.console) }
    let result = GateResult(finished.map(\.run))
    for (plan, run) in zip(plans, result.runs) {
      // Before the report: it is lost, should keeping fail.
      if let judgement = run.judgement { try history?.keep(judgement, plan.git) }
    }
    tellProblems(result)
    tellRate(result, progress)
    var options = ReportOptions()
    options.isFull = try arguments[RunOptions.full]
    options.target = shellWords(words.filter { $0 != "--full" })
    let report = GateReport(result, options, toolVersion: Version.number)
    if let directory {
      for format in GateReportCatalog.formats {
        try SystemFile.write(format.render(report), to: "\(directory)/\(format.fileName)")
      }
    }
    options.isColoured = terminal.isOutputTerminal && Files.environment("NO_COLOR") == nil
    terminal.write(format.render(GateReport(result, options, toolVersion: Version.number)))
    return result.status
  }

  private func plans(_ history: HistoryFile?) throws(CommandFailure) -> [GatePlan] {
    let parts = try RunOptions.parts(arguments)
    let data = try arguments[RunOptions.data]
    let path = try arguments[baseline]
    let baselines = try path.map { (path) throws(CommandFailure) in try Baselines(path) }
    var plans = try DeploymentSearch(try arguments[targets]).paths.map {
      GatePlan($0, parts, data: data)
    }
    GatePlan.nameDirectories(&plans)
    for index in plans.indices {
      let (name, board) = (plans[index].name, plans[index].board)
      plans[index].baseline = baselines?.side(name, board: board)
      guard let history else { continue }
      plans[index].git = GitState(of: Files.directory(of: plans[index].path))
      if baselines == nil {
        plans[index].baseline = try history.baseline(
          name, board: board, branch: plans[index].git.branch)
      }
    }
    return plans
  }

  /// All of them, in the order of the plans.
  private func run(
    _ plans: [GatePlan], _ progress: GateProgress
  ) throws(CommandFailure) -> [GateRunner.Finished] {
    let runner = GateRunner(
      isStrict: try arguments[RunOptions.strict], isFull: try arguments[RunOptions.full],
      output: try arguments[output], saved: try arguments[SavedRecord.option],
      tolerance: try arguments[tolerance] ?? 0, progress: progress)
    let shows = try !arguments[RunOptions.quiet] && terminal.isErrorTerminal
    let results = Results<GateRunner.Finished>(plans.count)
    let interruption = Interruption()
    interruption.hold()
    var next = 0.0
    Workers.run(plans.count, threads: try arguments[jobs] ?? Workers.processors) {
      guard shows, progress.seconds >= next else { return }
      next = progress.seconds + 0.2
      let line = progress.line(of: plans.count).prefix(79)
      terminal.writeError("\r\u{1b}[K\(line)")
    } _: { index in
      results.set(index, runner.run(plans[index]))
    }
    interruption.release()
    if shows { terminal.writeError("\r\u{1b}[K") }
    return results.all
  }

  private func tellProblems(_ result: GateResult) {
    for run in result.runs {
      if let failure = run.failure { terminal.writeError(failure + "\n") }
      for note in run.notes { terminal.writeError(note + "\n") }
    }
  }

  /// On standard error: it is another each time.
  private func tellRate(_ result: GateResult, _ progress: GateProgress) {
    guard let isQuiet = try? arguments[RunOptions.quiet], !isQuiet else { return }
    let seconds = progress.seconds
    let simulated = result.runs.reduce(0.0) {
      $0 + Double($1.judgement?.record.end.picoseconds ?? 0) / 1e12
    }
    func tenths(_ value: Double) -> String {
      let tenths = Int(value * 10)
      return "\(tenths / 10).\(tenths % 10)"
    }
    let rate = seconds > 0 ? simulated / seconds : 0
    terminal.writeError(
      "\(result.runs.count) \(result.runs.count == 1 ? "run" : "runs"), \(tenths(simulated)) simulated s in \(tenths(seconds)) s: "
        + "\(tenths(rate)) times real time\n")
  }
}
