import Boards
import Deployments
import Documents
import FileSystem
import FirmwareImage
import Profiling
import Reports
import RunRecord
import Verdicts

let runCommand = Command(
  name: "run", summary: "one run, one verdict",
  details: """
    Runs a firmware on a simulated board, feeds its sensors with recordings, and judges what was \
    measured against the budgets.

    Options are laid over the deployment's file; an ELF needs none, only a board.
    """,
  examples: [
    "run Firmware/demo/deployment.yaml --set budgets.response.max=700us",
    "run app.elf --board mps2-an386 --for '10 s' --format json",
    "run app.yaml --saved last/ --budget latency=7ms",
  ],
  keys: RunOptions.keys
) { (arguments, invocation) throws(CommandFailure) in
  try Run(arguments, invocation).status()
}

/// One run from the command line to its report.
private struct Run {
  let arguments: Arguments
  let terminal: Terminal
  let words: [String]
  let plan: RunPlan

  init(_ arguments: Arguments, _ invocation: Invocation) throws(CommandFailure) {
    (self.arguments, terminal, words) = (arguments, invocation.terminal, invocation.words)
    plan = try RunPlan(
      try arguments[RunOptions.firmware], RunOptions.parts(arguments),
      data: try arguments[RunOptions.data])
  }

  func status() throws(CommandFailure) -> ExitStatus {
    let format = try arguments[RunOptions.format]
    let directory = try arguments[RunOptions.output]
    // Before the run: a place that cannot be written would cost its result.
    if let directory { try SystemFile.createDirectory(directory) }
    let exports = try arguments[ViewExport.key]
    for export in exports { try export.check() }
    let history = try HistoryFile(arguments, terminal)
    let git =
      history == nil
      ? GitState() : GitState(of: Files.directory(of: try arguments[RunOptions.firmware]))
    let baseline = try history?.baseline(
      plan.deployment.name, board: plan.board.name, branch: git.branch)
    let run = try judged(format, baseline)
    var judgement = run.judgement
    try history?.keep(judgement, git)
    for message in run.unjudged { terminal.writeError("error: \(message)\n") }
    if let error = run.inputError { terminal.writeError("\(error)\n") }
    var options = ReportOptions()
    options.isFull = try arguments[RunOptions.full]
    options.target = shellWords(words.filter { $0 != "--full" })
    if let directory { try SavedRun(run, options).write(to: directory) }
    if !exports.isEmpty || format.name == "html" {
      let view = run.view
      judgement.evidence.view = view
      for export in exports { try export.write(view, terminal) }
    }
    options.isColoured = terminal.isOutputTerminal && Files.environment("NO_COLOR") == nil
    terminal.write(format.render(judgement, options))
    return judgement.status
  }

  /// Runs it, or takes the run that was saved.
  private func judged(
    _ format: ReportFormat, _ baseline: ComparisonSide?
  ) throws(CommandFailure) -> JudgedRun {
    let isStrict = try arguments[RunOptions.strict]
    let base = try arguments[RunOptions.base]
    if let saved = try arguments[SavedRecord.option] {
      return try JudgedRun(saved: saved, plan, isStrict: isStrict, base: base, baseline: baseline)
    }
    let debugger = try arguments[RunOptions.gdb].map { (port) throws(CommandFailure) in
      try DebuggerPort(port, terminal)
    }
    return try JudgedRun(
      plan, terminal, console: consoleTarget(format),
      showsProgress: try !arguments[RunOptions.quiet], reportFollows: format.name == "text",
      isStrict: isStrict, debugger: debugger, base: base, baseline: baseline)
  }

  private func consoleTarget(_ format: ReportFormat) throws(CommandFailure) -> ConsoleSink.Target {
    switch try arguments[RunOptions.console] {
    case "-": return .output
    case let path?: return .file(path)
    case nil: break
    }
    if try arguments[RunOptions.quiet] { return .nowhere }
    return format.name == "text" ? .output : .error
  }
}

/// Words as a shell takes them, quoted where they must be.
func shellWords(_ words: [String]) -> String {
  let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%")
  return words.map { word in
    if !word.isEmpty, word.allSatisfy(plain.contains) { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }.joined(separator: " ")
}
