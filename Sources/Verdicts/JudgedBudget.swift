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
    _ judge: Deployment.Judge
  ) {
    self.budget = budget
    (unit, limit) = Self.limit(budget.limit)
    switch value {
    case .failure(let unjudged):
      verdict = .unknown
      reason = unjudged.why
    case .success(let value):
      self.value = value
      verdict = value.verdict(limit: limit, isMinimum: budget.isMinimum, judge)
      if verdict == .unknown { reason = "too near the limit for the model's band" }
      // What an unfinished run has missed stays missed; what it has met so far may change.
      if let incomplete, verdict != .missed, budget.metric != .flash {
        verdict = .unknown
        reason = incomplete
      }
    }
  }

  private static func limit(_ limit: BudgetLimit) -> (Unit, Int64) {
    switch limit {
    case .time(let value): (.picoseconds, value.picoseconds)
    case .count(let value): (.count, Int64(clamping: value))
    case .bytes(let value): (.bytes, Int64(clamping: value))
    case .current(let value): (.nanoamperes, value.nanoamperes)
    case .energy(let value): (.femtojoules, value.femtojoules)
    case .ratio(let value): (.partsPerBillion, value.partsPerBillion)
    }
  }
}
