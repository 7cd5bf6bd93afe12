public import Boards
public import Deployments
public import Energy
public import Profiling
public import RunRecord
public import Trust
import Units

/// What a run is judged by: the record that it left and everything that gives it meaning.
public struct Evidence: Sendable {
  public var record: RunRecord
  public var board: Board
  public var deployment: Deployment
  public var firmware: FirmwareSummary
  /// What the source calls the record's functions.
  public var sources = SourceIndex()
  /// What truly happened, in the run's time; nil: nobody says.
  public var labels: [TrueLabel]?
  /// nil: documented instruction costs and the board's wait states.
  public var timing: TimingTrust?
  /// Multiply-accumulates of one inference by layer index, where the network is known.
  public var multiplyAccumulates: [Int: Int] = [:]
  /// Where each cost belongs, for reports that draw it; nil: nobody asked.
  public var view: ViewData?
  /// Of the tool: `0.1.0`.
  public var toolVersion = ""
  /// How long the run took.
  public var wallSeconds = 0.0
  /// Findings other than assumptions leave the run unjudged.
  public var isStrict = false
  /// What else the run was made of: hashes of recordings, board and timing model.
  public var origins: [ComparisonSide.Setting] = []
  /// What budgets that are relative to a baseline are held against; nil: there is none.
  public var baseline: ComparisonSide?

  public init(
    _ record: RunRecord, _ board: Board, _ deployment: Deployment, _ firmware: FirmwareSummary
  ) {
    (self.record, self.board, self.deployment, self.firmware) = (
      record, board, deployment, firmware
    )
  }
}

/// Which program ran.
public struct FirmwareSummary: Hashable, Sendable {
  public var path: String
  /// Of the file, 64 hexadecimal digits.
  public var sha256: String
  /// How many functions have a name.
  public var symbols: Int

  public init(path: String, sha256: String, symbols: Int) {
    (self.path, self.sha256, self.symbols) = (path, sha256, symbols)
  }
}

/// A run with its verdict: everything that a report tells, as plain values.
public struct Judgement: Sendable {
  public var evidence: Evidence
  public var timing: TimingTrust
  /// How well the active cycles are known.
  public var cycles: Trust
  public var profile: Profile
  /// nil: nothing is known of what the board draws.
  public var energy: EnergyBill?
  public var measures: [JudgedMeasure]
  public var budgets: [JudgedBudget]
  /// How samples came to decisions, by sensor.
  public var journeys: [SampleJourney]
  /// nil: no labels were given.
  public var labelAccuracy: Result<LabelAccuracy, Unjudged>?
  public var findings: [Finding]
  /// Why the run as a whole cannot be judged: it crashed, or ended before its time.
  public var incomplete: String?
  public var verdict: Verdict
  public var status: ExitStatus

  public var record: RunRecord { evidence.record }
  public var board: Board { evidence.board }
  public var deployment: Deployment { evidence.deployment }

  public init(_ evidence: Evidence) {
    let (record, deployment) = (evidence.record, evidence.deployment)
    self.evidence = evidence
    timing = evidence.timing ?? .documented(evidence.board)
    let cycles = timing.cycles(of: record)
    self.cycles = cycles
    let energy = evidence.board.power.map { EnergyBill(record, $0, cycles: cycles) }
    self.energy = energy
    profile = Profile(record, evidence.sources, energy)
    measures = Self.measures(
      record, deployment,
      JudgedMeasure.CycleTrust(whole: cycles, functions: timing.functions(of: record)))
    journeys = SampleJourney.journeys(record.timeline, inference: deployment.inference?.entry)
    labelAccuracy = evidence.labels.map {
      LabelAccuracy.compare(
        record.inferences, $0, classes: deployment.inference?.classes ?? [])
    }
    let ending = Ending(record, deployment)
    let values = BudgetValues(
      record: record, measures: measures, energy: energy,
      accuracy: labelAccuracy ?? .failure(Unjudged("no labels are given")))
    budgets = deployment.budgets.map { budget in
      JudgedBudget(
        budget, values.value(of: budget.metric), incomplete: ending.incomplete, deployment.judge,
        baseline: evidence.baseline)
    }
    findings = record.findings + (energy?.findings ?? []) + profile.findings
    let violations = evidence.isStrict ? findings.filter { !$0.isExpected } : []
    incomplete =
      ending.incomplete ?? violations.first.map { "strict: \($0.place): \($0.message)" }
    let isJudged = incomplete == nil
    verdict = .combined(budgets.map(\.verdict) + (isJudged ? [] : [.unknown]))
    status = .worst(
      [ending.status, isJudged ? .success : .notJudged] + budgets.map(\.status))
  }

  /// Why a sample was as old as it was at its decision.
  public func causes(of sample: SampleJourney.Sample) -> [JourneyCause] {
    guard let age = sample.age(at: .decided) else { return [] }
    return JourneyCause.causes(
      record.timeline, from: sample.ready, to: sample.ready + age, exceptions: record.exceptions)
  }

  /// The deployment's measures in its order, also those that the run never saw.
  private static func measures(
    _ record: RunRecord, _ deployment: Deployment, _ cycles: JudgedMeasure.CycleTrust
  ) -> [JudgedMeasure] {
    deployment.measures.map { measure in
      let found = record.measures.first { $0.name == measure.name }
      let limit = deployment.budgets.first {
        $0.metric == .measure(measure.name, .max) && !$0.limit.isRelative
      }?.limit
      var deadline = measure.deadline
      if case .time(let maximum)? = limit { deadline = deadline ?? maximum }
      return JudgedMeasure(
        found
          ?? MeasureRecord(
            name: measure.name, from: "\(measure.from)", to: "\(measure.to)"),
        deadline: deadline, end: record.end, cycles: cycles)
    }
  }
}

extension Finding {
  /// A number that no document supports, as opposed to behaviour that is not modelled.
  public var isAssumption: Bool { kind.hasPrefix("assum") }

  /// Says nothing against the model: an assumption, or a fault that the deployment asks for.
  var isExpected: Bool { isAssumption || kind == "injected-fault" }
}
