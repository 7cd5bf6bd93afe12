import Boards
import RunRecord
public import Verdicts

/// Two runs side by side as one JSON object, `schemaVersion` 1; figures in the units of a run's.
public struct ComparisonJSON: Sendable {
  let comparison: Comparison
  let report: ComparisonReport
  let toolVersion: String

  public init(_ comparison: Comparison, base: String, head: String, toolVersion: String) {
    self.comparison = comparison
    self.toolVersion = toolVersion
    report = ComparisonReport(comparison, base: base, head: head, ReportOptions())
  }

  /// The object and a line break.
  public var text: String { value.description + "\n" }

  var value: JSONValue {
    .object([
      ("schemaVersion", .integer(1)),
      ("tool", .object([("version", .string(toolVersion))])),
      ("base", side(report.names.base, comparison.base)),
      ("head", side(report.names.head, comparison.head)),
      ("summary", .string(report.sentence)),
      ("result", .string(report.word.lowercased())),
      ("exit_status", .integer(comparison.status.rawValue)),
      ("unjudged_because", .optional(comparison.unjudged) { .string($0) }),
      ("changes", .array(comparison.changes.map(change))),
      (
        "hypotheses",
        .array(
          comparison.hypotheses.prefix(20).map {
            .object([
              ("kind", .string("\($0.kind)")), ("text", .string($0.text)),
              ("share_of_thousand", .integer($0.share)),
            ])
          })
      ),
      ("figures", .array(comparison.rows.map(row))),
      ("budgets", .array(comparison.budgets.map(budget))),
      ("active_cycles", activeCycles),
      ("functions", .array(comparison.functions.map(function))),
      ("lines", .array(comparison.lines.filter { $0.delta != 0 }.map(line))),
      ("layers", .array(comparison.layers.map(layer))),
      ("exceptions", .array(comparison.exceptions.map(exception))),
      ("longest", .array(comparison.head.worsts.map(longest))),
    ])
  }

  private func side(_ name: String, _ side: ComparisonSide) -> JSONValue {
    .object([
      ("path", .string(name)), ("deployment", .string(side.name)),
      ("sha256", .string(side.sha256)), ("outcome", .string(side.outcome)),
      ("seconds", .decimal(Int128(side.length), digits: 12)),
    ])
  }

  private func change(_ change: Comparison.Change) -> JSONValue {
    .object([
      ("key", .string(change.key)), ("base", .optional(change.base) { .string($0) }),
      ("head", .optional(change.head) { .string($0) }),
    ])
  }

  private func row(_ row: Comparison.Row) -> JSONValue {
    let unit = row.metric.unit
    return .object([
      ("name", .string(row.metric.name)), ("unit", .string(unit.symbol)),
      ("base", .optional(row.base) { .decimal(Int128($0), digits: unit.digits) }),
      ("head", .optional(row.head) { .decimal(Int128($0), digits: unit.digits) }),
      ("delta", .optional(row.delta) { .decimal($0, digits: unit.digits) }),
      ("direction", .string(row.direction.rawValue)),
    ])
  }

  private func budget(_ budget: Comparison.BudgetDifference) -> JSONValue {
    func side(_ side: ComparisonSide.Budget) -> JSONValue {
      .object([
        ("limit", .decimal(Int128(side.limit), digits: side.unit.digits)),
        ("value", .optional(side.value) { .decimal(Int128($0), digits: side.unit.digits) }),
        ("verdict", .string(side.verdict.rawValue)),
      ])
    }
    return .object([
      ("name", .string(budget.head.name)), ("worse", .boolean(budget.isWorse)),
      ("base", side(budget.base)), ("head", side(budget.head)),
    ])
  }

  private var activeCycles: JSONValue {
    func sum(_ value: (FunctionDifference) -> Int128) -> JSONValue {
      .number(comparison.functions.reduce(0) { $0 + value($1) })
    }
    return .object([
      ("base", sum { Int128($0.base.cycles) }), ("head", sum { Int128($0.head.cycles) }),
      ("delta", sum(\.delta)), ("by_calls", sum(\.ofCalls)), ("by_code", sum(\.ofCode)),
      ("by_stalls", sum(\.ofStalls)),
    ])
  }

  private func function(_ function: FunctionDifference) -> JSONValue {
    .object([
      ("name", .string(function.name)), ("delta", .number(function.delta)),
      ("by_calls", .number(function.ofCalls)), ("by_code", .number(function.ofCode)),
      ("by_stalls", .number(function.ofStalls)),
      ("base_cycles", .integer(function.base.cycles)),
      ("head_cycles", .integer(function.head.cycles)),
      ("base_calls", .integer(function.base.calls)),
      ("head_calls", .integer(function.head.calls)),
      ("base_stall_cycles", .integer(function.base.stalls)),
      ("head_stall_cycles", .integer(function.head.stalls)),
    ])
  }

  private func line(_ difference: LineDifference) -> JSONValue {
    let either = difference.head ?? difference.base
    func number(_ line: ComparisonSide.Line?) -> JSONValue {
      .optional(line.flatMap { $0.file == nil ? nil : $0.line }) { .integer($0) }
    }
    return .object([
      ("function", .string(either?.function ?? "")),
      ("file", .optional(either?.file) { .string($0) }),
      ("base_line", number(difference.base)), ("head_line", number(difference.head)),
      ("text", .optional(either?.text) { .string($0) }),
      ("delta", .number(difference.delta)),
      ("base_cycles", .integer(difference.base?.cycles ?? 0)),
      ("head_cycles", .integer(difference.head?.cycles ?? 0)),
    ])
  }

  private func layer(_ difference: LayerDifference) -> JSONValue {
    .object([
      ("name", .string(difference.name)), ("delta", .number(difference.delta)),
      ("base_cycles", .integer(difference.base)), ("head_cycles", .integer(difference.head)),
    ])
  }

  private func exception(_ difference: Comparison.ExceptionDifference) -> JSONValue {
    func side(_ record: ExceptionRecord?) -> JSONValue {
      .optional(record) { record in
        .object([
          ("entries", .integer(record.entries)), ("cycles", .integer(record.cycles)),
          ("max_latency_cycles", .integer(record.maxLatencyCycles)),
          ("pended_twice", .integer(record.pendedTwice)),
        ])
      }
    }
    return .object([
      ("name", .string(difference.name)), ("base", side(difference.base)),
      ("head", side(difference.head)),
    ])
  }

  private func longest(_ worst: ComparisonSide.Worst) -> JSONValue {
    .object([
      ("measure", .string(worst.measure)),
      (
        "parts",
        .array(
          comparison.worstDifferences(worst.measure).map { part in
            .object([
              ("what", .string(part.what)),
              ("base_seconds", .decimal(Int128(part.base), digits: 12)),
              ("head_seconds", .decimal(Int128(part.head), digits: 12)),
              ("delta_seconds", .decimal(part.delta, digits: 12)),
            ])
          })
      ),
    ])
  }
}
