import Boards
import Deployments
import Reports
import RunRecord
import Units
import Verdicts

/// A deployment of a gate, read and checked before any of them runs.
struct GatePlan: Sendable {
  let path: String
  let plan: Result<RunPlan, CommandFailure>
  /// Where its files go below the gate's own directory.
  var directory = ""
  /// What it was before; nil: there is no baseline of it.
  var baseline: ComparisonSide?
  /// Read only for a history.
  var git = GitState()

  /// The wall-clock time of a run that names none itself: a firmware that hangs must not stop a gate.
  private static let defaultTimeout = Interval.seconds(600)

  init(_ path: String, _ parts: DeploymentParts, data: String?) {
    self.path = path
    do throws(CommandFailure) {
      var plan = try RunPlan(path, parts, data: data)
      plan.deployment.timeout = plan.deployment.timeout ?? Self.defaultTimeout
      self.plan = .success(plan)
    } catch {
      plan = .failure(error.helped(by: "thumbprint run \(path)"))
    }
  }

  var name: String {
    if case .success(let plan) = plan { plan.deployment.name } else { path }
  }

  var board: String { if case .success(let plan) = plan { plan.board.name } else { "" } }

  /// Gives each a directory of its own: its name, counted on where several have it.
  static func nameDirectories(_ plans: inout [GatePlan]) {
    var taken: Set<String> = []
    for index in plans.indices {
      let plain = plans[index].name.map { character -> Character in
        character.isASCII && (character.isLetter || character.isNumber)
          || "-_.+".contains(character)
          ? character : "-"
      }
      let stem = plain.allSatisfy { $0 == "." } ? "run" : String(plain)
      var name = stem
      var count = 1
      while !taken.insert(name).inserted {
        count += 1
        name = "\(stem)-\(count)"
      }
      plans[index].directory = name
    }
  }
}

/// Runs one deployment of a gate, in whatever thread; whatever happens to it is a value.
struct GateRunner: Sendable {
  let isStrict: Bool
  let isFull: Bool
  /// Where the runs' files go; nil: nowhere.
  let output: String?
  /// Where an earlier gate's --output put them, to be judged again; nil: they run.
  let saved: String?
  /// In parts per billion.
  let tolerance: Int64
  let progress: GateProgress

  struct Finished: Sendable {
    var run: GateResult.Run
    /// What the firmware wrote.
    var console: [UInt8] = []
  }

  func run(_ plan: GatePlan) -> Finished {
    defer { progress.end(plan.path) }
    do throws(CommandFailure) {
      if Interruption().isPending {
        throw CommandFailure(.notJudged, "\(plan.path): error: interrupted before it ran")
      }
      return try judged(plan, try plan.plan.get())
    } catch {
      var run = GateResult.Run(
        path: plan.path, name: plan.name, board: plan.board, status: error.status)
      run.failure = error.message
      return Finished(run: run)
    }
  }

  private func judged(_ plan: GatePlan, _ runPlan: RunPlan) throws(CommandFailure) -> Finished {
    progress.begin(plan.path, runPlan.deployment.duration)
    let console = CollectedConsole()
    let judged = try judgedRun(plan, runPlan, console.terminal)
    let check = plan.baseline.map { base in
      BaselineCheck(
        Comparison(base: base, head: ComparisonSide(judged.judgement)), judged.judgement.budgets,
        tolerance: tolerance)
    }
    var notes = judged.unjudged.map { "error: \($0)" }
    if let error = judged.inputError { notes.append("\(error)") }
    if let output {
      let folder = "\(output)/\(plan.directory)"
      var options = ReportOptions()
      options.isFull = isFull
      options.target = shellWords([plan.path])
      try SavedRun(judged, options).write(to: folder)
      try SystemFile.write(console.bytes, to: folder + "/console.txt")
    }
    return Finished(
      run: GateResult.Run(judged.judgement, path: plan.path, notes: notes, baseline: check),
      console: console.bytes)
  }
}

extension GateRunner {
  private func judgedRun(
    _ plan: GatePlan, _ runPlan: RunPlan, _ terminal: Terminal
  ) throws(CommandFailure) -> JudgedRun {
    if let saved {
      return try JudgedRun(
        saved: "\(saved)/\(plan.directory)", runPlan, isStrict: isStrict, baseline: plan.baseline)
    }
    return try JudgedRun(
      runPlan, terminal, console: .output, showsProgress: false, reportFollows: false,
      isStrict: isStrict, baseline: plan.baseline,
      watch: RunWatch { [progress] in progress.reach(plan.path, $0) })
  }
}

/// Takes what a firmware writes, for later.
private final class CollectedConsole {
  private(set) var bytes: [UInt8] = []

  var terminal: Terminal {
    Terminal(
      output: { [self] in
        bytes += $0
        return true
      }, error: { _ in true })
  }
}
