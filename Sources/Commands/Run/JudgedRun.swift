import Boards
import Deployments
import Documents
import FirmwareImage
import NetworkCompiler
import Profiling
import RunRecord
import Timing
import Units
import Verdicts

/// A planned run, run and judged.
struct JudgedRun {
  let judgement: Judgement
  /// What could not be looked for, as printed.
  let unjudged: [String]
  /// What ran.
  let image: FirmwareImage
  /// What was found wrong with a recording while it played.
  let inputError: DocumentError?

  init(
    _ plan: RunPlan, _ terminal: Terminal, console target: ConsoleSink.Target,
    showsProgress: Bool, reportFollows: Bool, isStrict: Bool, debugger: DebuggerPort? = nil,
    base: Address? = nil, baseline: ComparisonSide? = nil, watch: RunWatch? = nil
  ) throws(CommandFailure) {
    // Before the run: what is found wrong after it would cost its result.
    let labels = try RunLabels(plan.deployment)
    let lines = try SerialLines(plan.deployment.uarts, terminal)
    image = try loadFirmware(
      [Self.firmwarePath(plan)] + plan.deployment.furtherFirmware, base: base)
    let progress = ProgressLine(
      terminal, isWanted: showsProgress, duration: plan.deployment.duration)
    let console = try ConsoleSink(target, terminal) { progress.clear() }
    let run = try MachineRun(
      image, plan.board, plan.deployment, progress, console, debugger, lines, watch)
    progress.clear()
    lines.finish()
    console.finish(reportFollows: reportFollows)
    judgement = Self.judge(run, image, plan, labels, isStrict: isStrict, baseline)
    unjudged = run.unjudged
    inputError = run.inputError
  }

  /// One that was saved, judged again.
  init(
    saved directory: String, _ plan: RunPlan, isStrict: Bool, base: Address? = nil,
    baseline: ComparisonSide? = nil
  ) throws(CommandFailure) {
    let labels = try RunLabels(plan.deployment)
    let saved = try SavedRecord(directory)
    image = try loadFirmware(saved.firmware, base: base)
    let run = MachineRun(saved: saved.record, plan.deployment)
    judgement = Self.judge(run, image, plan, labels, isStrict: isStrict, baseline)
    unjudged = run.unjudged
    inputError = run.inputError
  }

  /// What views of the run are drawn from.
  var view: ViewData { ViewData(judgement, image) }

  private static func firmwarePath(_ plan: RunPlan) throws(CommandFailure) -> String {
    switch plan.deployment.firmware {
    case .file(let path): return path
    case .generated(let generation):
      return try GeneratedFirmware(generation, plan).build()
    }
  }

  /// What each layer of a network that the tool compiled multiplies and adds.
  private static func multiplyAccumulates(_ plan: RunPlan) -> [Int: Int] {
    guard case .generated(let generation) = plan.deployment.firmware,
      let network = try? Network(file: generation.network)
    else { return [:] }
    return Dictionary(
      network.layers.map { ($0.index, $0.multiplyAccumulates) },
      uniquingKeysWith: { first, _ in first })
  }

  private static func judge(
    _ run: MachineRun, _ image: FirmwareImage, _ plan: RunPlan, _ labels: RunLabels?,
    isStrict: Bool, _ baseline: ComparisonSide?
  ) -> Judgement {
    let summary = FirmwareSummary(
      path: image.path, sha256: image.sha256, symbols: image.functions.count)
    var evidence = Evidence(run.record, plan.board, plan.deployment, summary)
    evidence.sources = SourceIndex(image, for: run.record)
    evidence.timing = .documented(
      plan.board,
      assumptions: TimingCatalog.timing(of: plan.board.chip.core.name)?.assumptions ?? [],
      record: run.record)
    evidence.multiplyAccumulates = Self.multiplyAccumulates(plan)
    evidence.labels = labels?.played(until: run.record.end)
    evidence.toolVersion = Version.number
    evidence.wallSeconds = run.wallSeconds
    evidence.isStrict = isStrict
    evidence.origins = Origins(plan).settings
    evidence.baseline = baseline
    var judgement = Judgement(evidence)
    if run.wasInterrupted { judgement.incomplete = "interrupted" }
    var unjudged = run.unjudged.first
    if unjudged == nil, let inference = plan.deployment.inference, run.record.inferences.isEmpty {
      unjudged = "no inference happened: '\(inference.entry)' never returned"
    }
    if let error = run.inputError {
      judgement.verdict = .unknown
      judgement.incomplete = error.message
      judgement.status = .worst([judgement.status, .badInput])
    } else if let unjudged {
      judgement.incomplete = judgement.incomplete ?? unjudged
      judgement.verdict = .unknown
      judgement.status = .worst([judgement.status, .notJudged])
    }
    return judgement
  }
}
