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
    // Before the run: what is found wrong after it would cost its result.
    let labels = try RunLabels(plan.deployment)
    let image = try loadFirmware(firmwarePath())
    let progress = ProgressLine(
      terminal, isWanted: try !arguments[RunOptions.quiet], duration: plan.deployment.duration)
    let console = try ConsoleSink(consoleTarget(format), terminal) { progress.clear() }
    let run = try MachineRun(image, plan.board, plan.deployment, progress, console)
    progress.clear()
    console.finish(reportFollows: format.name == "text")
    let judgement = try judge(run, image, labels)
    for message in run.unjudged { terminal.writeError("error: \(message)\n") }
    var options = ReportOptions()
    options.isFull = try arguments[RunOptions.full]
    options.target = shellWords(words.filter { $0 != "--full" })
    if let directory = try arguments[RunOptions.output] {
      try SavedRun(judgement: judgement, options: options).write(to: directory)
    }
    options.isColoured = terminal.isOutputTerminal && Files.environment("NO_COLOR") == nil
    terminal.write(format.render(judgement, options))
    return judgement.status
  }

  private func firmwarePath() throws(CommandFailure) -> String {
    switch plan.deployment.firmware {
    case .file(let path): return path
    case .generated(let generation):
      return try GeneratedFirmware(generation, plan).build()
    }
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

  private func judge(
    _ run: MachineRun, _ image: FirmwareImage, _ labels: RunLabels?
  ) throws(CommandFailure) -> Judgement {
    let summary = FirmwareSummary(
      path: image.path, sha256: image.sha256, symbols: image.functions.count)
    var evidence = Evidence(run.record, plan.board, plan.deployment, summary)
    evidence.sources = SourceIndex(image, for: run.record)
    evidence.labels = labels?.played(until: run.record.end)
    evidence.toolVersion = Version.number
    evidence.wallSeconds = run.wallSeconds
    evidence.isStrict = try arguments[RunOptions.strict]
    var judgement = Judgement(evidence)
    if run.wasInterrupted { judgement.incomplete = "interrupted" }
    var unjudged = run.unjudged.first
    if unjudged == nil, let inference = plan.deployment.inference, run.record.inferences.isEmpty {
      unjudged = "no inference happened: '\(inference.entry)' never returned"
    }
    if let unjudged {
      judgement.incomplete = judgement.incomplete ?? unjudged
      judgement.verdict = .unknown
      judgement.status = .worst([judgement.status, .notJudged])
    }
    return judgement
  }
}

/// Words as a shell takes them, quoted where they must be.
private func shellWords(_ words: [String]) -> String {
  let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%")
  return words.map { word in
    if !word.isEmpty, word.allSatisfy(plain.contains) { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }.joined(separator: " ")
}
