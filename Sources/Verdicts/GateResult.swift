import Boards
import Deployments

/// Several deployments run and judged together: the worst of them is the whole's.
public struct GateResult: Sendable {
  /// One deployment of them.
  public struct Run: Sendable {
    /// As the user named it, or as a directory's search found it.
    public var path: String
    /// The deployment's; its file's where that could not be read.
    public var name: String
    /// The board's; empty where it could not be read.
    public var board: String
    /// nil: it did not come to a run.
    public var judgement: Judgement?
    /// Why it did not, in the printed form: `file:line:column: error: …`.
    public var failure: String?
    /// What could not be looked for during the run, in the printed form.
    public var notes: [String] = []
    /// Against its baseline; nil: it has none.
    public var baseline: BaselineCheck?
    public var status: ExitStatus

    public init(path: String, name: String, board: String, status: ExitStatus) {
      (self.path, self.name, self.board, self.status) = (path, name, board, status)
    }

    public init(_ judgement: Judgement, path: String, notes: [String], baseline: BaselineCheck?) {
      self.init(
        path: path, name: judgement.deployment.name, board: judgement.board.name,
        status: .worst([judgement.status, baseline?.status ?? .success]))
      (self.judgement, self.notes, self.baseline) = (judgement, notes, baseline)
    }
  }

  public var runs: [Run]

  public init(_ runs: [Run]) { self.runs = runs }

  public var status: ExitStatus { .worst(runs.map(\.status)) }

  public func count(_ status: ExitStatus) -> Int { runs.filter { $0.status == status }.count }
}

/// A run held against an earlier one of the same deployment.
///
/// Simulation repeats exactly, so whatever is worse is a regression, beyond what a relative budget of
/// the same figure, or else `tolerance`, allows.
public struct BaselineCheck: Sendable {
  public let comparison: Comparison
  /// Worse by more than is allowed.
  public let regressions: [Comparison.Row]
  /// Measured in the baseline and not any more.
  public let vanished: [Comparison.Row]

  /// `tolerance` in parts per billion of the baseline's value.
  public init(_ comparison: Comparison, _ budgets: [JudgedBudget], tolerance: Int64) {
    self.comparison = comparison
    let relative = budgets.filter { $0.budget.limit.isRelative }.map(\.budget.metric)
    let isHarmless = comparison.isHarmlessRelayout
    regressions = comparison.worse.filter { row in
      if isHarmless { return false }
      // What has a budget of its own for it is judged there.
      if relative.contains(where: { $0.covers(row.metric) }) { return false }
      guard let base = row.base, let delta = row.delta else { return true }
      return Int128(delta.magnitude) * 1_000_000_000
        > Int128(base.magnitude) * Int128(max(0, tolerance))
    }
    vanished = comparison.rows.filter { row in
      // A sensor that is not there any more loses nothing.
      if case .lost = row.metric { return false }
      if case .energyPart = row.metric { return false }
      if case .duplicate = row.metric { return false }
      return row.direction == .vanished && row.base != nil
    }
  }

  public var status: ExitStatus {
    if !vanished.isEmpty { return .notJudged }
    return regressions.isEmpty ? .success : .regression
  }
}

extension BudgetMetric {
  fileprivate func covers(_ metric: ComparisonMetric) -> Bool {
    switch (self, metric) {
    case (.measure(let a, let b), .measure(let c, let d)): a == c && b == d
    case (.missedDeadlines, .missed), (.lostSamples, .lost), (.flash, .flash), (.ram, .ram),
      (.stack, .stack), (.heap, .heap), (.labelAccuracy, .labelAccuracy):
      true
    case (.averageCurrent(let a), .averageCurrent(let b)): a == b
    case (.energyPerInference(let a), .energyPerInference(let b)): a == b
    default: false
    }
  }
}
