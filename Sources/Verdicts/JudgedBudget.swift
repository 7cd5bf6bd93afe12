import Boards
public import Deployments
import Trust
import Units

/// A budget with what the run came to.
public struct JudgedBudget: Sendable {
  /// What its whole numbers count.
  public enum Unit: String, CaseIterable, Hashable, Sendable {
    case picoseconds
    case count
    case bytes
    case nanoamperes
    case femtojoules
    case partsPerBillion
  }

  public var budget: Budget
  public var unit: Unit
  public var limit: Int64
  /// nil when it could not be measured.
  public var value: JudgedValue?
  public var verdict: Verdict
  /// Why there is no verdict.
  public var reason: String?

  public var name: String { budget.name }

  /// What is left to the limit as a share of it, negative when it is missed, in parts per million;
  /// nil without a value and for a limit of zero.
  public var margin: Int64? { value.flatMap { margin($0.value) } }
  /// The same at the worst of the band.
  public var worstMargin: Int64? {
    value.flatMap { margin(budget.isMinimum ? $0.low : $0.high) }
  }

  private func margin(_ value: Int64) -> Int64? {
    if limit == 0 { return nil }
    let spare = Int128(limit) - Int128(value)
    let signed = budget.isMinimum ? -spare : spare
    return Int64(clamping: signed * 1_000_000 / Int128(limit))
  }

  init(
    _ budget: Budget, _ value: Result<JudgedValue, Unjudged>, incomplete: String?,
    _ judge: Deployment.Judge, baseline: ComparisonSide? = nil
  ) {
    self.budget = budget
    var missing: Unjudged?
    (unit, limit) = Self.limit(budget, baseline, &missing)
    switch value {
    case .failure(let unjudged):
      verdict = .unknown
      reason = unjudged.why
    case .success(let value):
      self.value = value
      // Simulation repeats exactly: against a baseline the model's band does not count.
      verdict = value.verdict(
        limit: limit, isMinimum: budget.isMinimum, budget.limit.isRelative ? .nominal : judge)
      if verdict == .unknown { reason = "too near the limit for the model's band" }
      // What an unfinished run has missed stays missed; what it has met so far may change.
      if let incomplete, verdict != .missed, budget.metric != .flash {
        verdict = .unknown
        reason = incomplete
      }
      if let missing { (verdict, reason) = (.unknown, missing.why) }
    }
  }

  /// What it asks for when it is not met.
  var status: ExitStatus {
    switch verdict {
    case .met: .success
    case .unknown: .notJudged
    case .missed: budget.limit.isRelative ? .regression : .budgetMissed
    }
  }

  private static func limit(
    _ budget: Budget, _ baseline: ComparisonSide?, _ missing: inout Unjudged?
  ) -> (Unit, Int64) {
    switch budget.limit {
    case .relative(let share):
      let unit = budget.metric.unit
      guard let baseline else {
        missing = Unjudged("no baseline to compare with; give one with --baseline")
        return (unit, 0)
      }
      guard let value = baseline.value(of: budget.metric) else {
        missing = Unjudged("the baseline has no such figure")
        return (unit, 0)
      }
      let whole = Int128(Ratio.one.partsPerBillion)
      let grown = Int128(value) * (whole + Int128(share.partsPerBillion))
      // Whole numbers within the share: rounded down for a maximum, up for a minimum.
      let limit = budget.isMinimum ? (grown + whole - 1) / whole : grown / whole
      return (unit, Int64(clamping: limit))
    case .time(let value): return (.picoseconds, value.picoseconds)
    case .count(let value): return (.count, Int64(clamping: value))
    case .bytes(let value): return (.bytes, Int64(clamping: value))
    case .current(let value): return (.nanoamperes, value.nanoamperes)
    case .energy(let value): return (.femtojoules, value.femtojoules)
    case .ratio(let value): return (.partsPerBillion, value.partsPerBillion)
    }
  }
}

extension BudgetMetric {
  /// What its values count.
  var unit: JudgedBudget.Unit {
    switch self {
    case .measure: .picoseconds
    case .missedDeadlines, .lostSamples: .count
    case .flash, .ram, .stack, .heap: .bytes
    case .averageCurrent: .nanoamperes
    case .energyPerInference: .femtojoules
    case .labelAccuracy: .partsPerBillion
    }
  }
}

extension ComparisonSide {
  /// What the run came to in the metric of a budget; nil: it was not measured.
  func value(of metric: BudgetMetric) -> Int64? {
    func sum(_ isCounted: (ComparisonMetric) -> Bool) -> Int64? {
      let counted = figures.filter { isCounted($0.metric) }
      return counted.isEmpty ? nil : counted.reduce(0) { $0 &+ ($1.value ?? 0) }
    }
    switch metric {
    case .measure(let name, let statistic): return value(.measure(name, statistic))
    case .missedDeadlines: return sum { if case .missed = $0 { true } else { false } }
    case .lostSamples: return sum { if case .lost = $0 { true } else { false } }
    case .flash: return value(.flash)
    case .ram: return value(.ram)
    case .stack: return value(.stack)
    case .heap: return value(.heap)
    case .averageCurrent(let scope): return value(.averageCurrent(scope))
    case .energyPerInference(let scope): return value(.energyPerInference(scope))
    case .labelAccuracy: return value(.labelAccuracy)
    }
  }
}
