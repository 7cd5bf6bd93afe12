public import RunRecord
import Units

/// Two runs side by side: what they were made with, what they came to, and where the difference is.
///
/// Simulation repeats exactly, so every difference counts, however small.
public struct Comparison: Sendable {
  public enum Direction: String, Sendable, Hashable {
    case same
    case better
    case worse
    /// Neither is better.
    case changed
    /// Only the base has it.
    case vanished
    /// Only the head has it.
    case appeared
  }

  /// A figure of both runs.
  public struct Row: Sendable, Hashable {
    public var metric: ComparisonMetric
    public var base: Int64?
    public var head: Int64?
    public var direction: Direction

    public var delta: Int128? {
      guard let base, let head else { return nil }
      return Int128(head) - Int128(base)
    }

    /// The change as a share of the larger value, in parts per million.
    var weight: Int128 {
      guard let base, let head, let delta else { return 1_000_000 }
      let size = max(Int128(base.magnitude), Int128(head.magnitude))
      return size == 0 ? 0 : Int128(delta.magnitude) * 1_000_000 / size
    }
  }

  /// Something that the two runs were made with differently; nil: not in that run.
  public struct Change: Sendable, Hashable {
    public var key: String
    public var base: String?
    public var head: String?
  }

  public struct ExceptionDifference: Sendable, Equatable {
    public var name: String
    public var base: ExceptionRecord?
    public var head: ExceptionRecord?

    /// How often it was entered.
    public var entries: (base: UInt64, head: UInt64) { (base?.entries ?? 0, head?.entries ?? 0) }
  }

  /// A budget of both runs.
  public struct BudgetDifference: Sendable, Equatable {
    public var base: ComparisonSide.Budget
    public var head: ComparisonSide.Budget

    public var isWorse: Bool {
      if base.verdict == .met, head.verdict != .met { return true }
      guard let before = base.value, let after = head.value else { return false }
      return head.isMinimum ? after < before : after > before
    }
  }

  public let base: ComparisonSide
  public let head: ComparisonSide
  public let changes: [Change]
  public let rows: [Row]
  /// Largest difference first; the deltas sum exactly to that of the active cycles.
  public let functions: [FunctionDifference]
  /// The same for lines of the source, where both runs know them.
  public let lines: [LineDifference]
  /// The same for layers of a network, in their order.
  public let layers: [LayerDifference]
  public let exceptions: [ExceptionDifference]
  public let budgets: [BudgetDifference]

  public init(base: ComparisonSide, head: ComparisonSide) {
    (self.base, self.head) = (base, head)
    changes = Self.changes(base.settings, head.settings)
    rows = Self.rows(base, head)
    functions = FunctionDifference.all(base, head)
    lines = LineDifference.all(base, head)
    layers = LayerDifference.all(base, head)
    exceptions = Self.exceptions(base.exceptions, head.exceptions)
    budgets = base.budgets.compactMap { budget in
      head.budgets.first { $0.name == budget.name && $0.unit == budget.unit }.map {
        BudgetDifference(base: budget, head: $0)
      }
    }
  }

  /// Whether nothing that was measured differs.
  public var isSame: Bool {
    base.hasSameResults(as: head) || differences.isEmpty || isHarmlessRelayout
  }

  private var differences: [String] {
    var names = rows.filter { $0.direction != .same }.map(\.metric.name)
    names += functions.filter { $0.base != $0.head }.map(\.name)
    names += exceptions.filter { $0.base != $0.head }.map(\.name)
    names += budgets.filter { $0.base.verdict != $0.head.verdict }.map(\.head.name)
    names += Self.times(base.worsts) == Self.times(head.worsts) ? [] : ["worst"]
    names += base.outcome == head.outcome && base.length == head.length ? [] : ["outcome"]
    return names + (base.incomplete == head.incomplete ? [] : ["outcome"])
  }

  /// Without names: a renamed function changes nothing.
  private static func times(_ worsts: [ComparisonSide.Worst]) -> [[Int64]] {
    worsts.map { $0.parts.map(\.time.picoseconds) }
  }

  public var worse: [Row] { rows.filter { $0.direction == .worse } }
  public var better: [Row] { rows.filter { $0.direction == .better } }
  public var worseBudgets: [BudgetDifference] { budgets.filter(\.isWorse) }

  /// Why the runs cannot be compared as a whole.
  public var unjudged: String? {
    if head.isFailed, let why = head.incomplete { return "head: \(why)" }
    if base.incomplete != head.incomplete {
      let (side, why) = head.incomplete.map { ("head", $0) } ?? ("base", base.incomplete ?? "")
      return "\(side): \(why)"
    }
    let gone = rows.first { row in
      // A sensor that is not there any more loses nothing.
      if case .lost = row.metric { return false }
      return row.direction == .vanished && isJudged(row.metric)
    }
    return gone.map { "head has no \($0.metric.name)" }
  }

  public var status: ExitStatus {
    if head.isFailed { return .firmwareFailed }
    if unjudged != nil { return .notJudged }
    if isHarmlessRelayout { return .success }
    return worse.isEmpty && worseBudgets.isEmpty ? .success : .regression
  }

  /// Whether both ran equally long, or each as long as its firmware took.
  public var isSameLength: Bool { Self.isSameLength(base, head) }

  private static func isSameLength(_ base: ComparisonSide, _ head: ComparisonSide) -> Bool {
    base.length == head.length || (base.outcome == "exited" && head.outcome == "exited")
  }

  private func isJudged(_ metric: ComparisonMetric) -> Bool {
    metric.goal(isSameLength: isSameLength) != .none
  }
}

extension Comparison {
  private static func rows(_ base: ComparisonSide, _ head: ComparisonSide) -> [Row] {
    let isSameLength = isSameLength(base, head)
    var metrics = base.figures.map(\.metric)
    let known = Set(metrics)
    metrics += head.figures.map(\.metric).filter { !known.contains($0) }
    return metrics.map { metric in
      let (before, after) = (base.value(metric), head.value(metric))
      return Row(
        metric: metric, base: before, head: after,
        direction: direction(before, after, metric.goal(isSameLength: isSameLength)))
    }
  }

  private static func direction(
    _ base: Int64?, _ head: Int64?, _ goal: ComparisonMetric.Goal
  ) -> Direction {
    guard let base else { return head == nil ? .same : .appeared }
    guard let head else { return .vanished }
    if base == head { return .same }
    switch goal {
    case .none: return .changed
    case .lower: return head < base ? .better : .worse
    case .higher: return head > base ? .better : .worse
    }
  }

  /// In the base's order, then what only the head has.
  private static func changes(
    _ base: [ComparisonSide.Setting], _ head: [ComparisonSide.Setting]
  ) -> [Change] {
    func values(_ settings: [ComparisonSide.Setting], _ key: String) -> [String] {
      settings.filter { $0.key == key }.map(\.value)
    }
    var seen: Set<String> = []
    var changes: [Change] = []
    for key in (base + head).map(\.key) where seen.insert(key).inserted {
      let (before, after) = (values(base, key), values(head, key))
      if before == after { continue }
      let gone = before.filter { !after.contains($0) }
      let new = after.filter { !before.contains($0) }
      changes.append(
        Change(
          key: key, base: gone.isEmpty ? nil : gone.joined(separator: "; "),
          head: new.isEmpty ? nil : new.joined(separator: "; ")))
    }
    return changes
  }

  private static func exceptions(
    _ base: [ExceptionRecord], _ head: [ExceptionRecord]
  ) -> [ExceptionDifference] {
    var names = base.map(\.name)
    names += head.map(\.name).filter { !names.contains($0) }
    return names.map { name in
      ExceptionDifference(
        name: name, base: base.first { $0.name == name }, head: head.first { $0.name == name })
    }
  }
}
