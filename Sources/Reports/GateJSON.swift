import Verdicts

/// A gate as one JSON object, `schemaVersion` 1: every run's result as `run --format json` has it.
extension GateReport {
  var json: String { value.description + "\n" }

  private var value: JSONValue {
    .object([
      ("schemaVersion", .integer(1)),
      ("tool", .object([("version", .string(toolVersion))])),
      ("verdict", .string(word.lowercased())),
      ("exit_status", .integer(result.status.rawValue)),
      ("runs", .array(result.runs.map(run))),
    ])
  }

  private func run(_ run: GateResult.Run) -> JSONValue {
    .object([
      ("path", .string(run.path)), ("name", .string(run.name)), ("board", .string(run.board)),
      ("verdict", .string(run.word.lowercased())),
      ("exit_status", .integer(run.status.rawValue)),
      ("reasons", .array(run.reasons.map { .string($0) })),
      ("notes", .array(run.notes.map { .string($0) })),
      ("baseline", .optional(run.baseline, baseline)),
      ("result", .optional(run.judgement) { JSONReport($0).value }),
    ])
  }

  private func baseline(_ check: BaselineCheck) -> JSONValue {
    func rows(_ rows: [Comparison.Row]) -> JSONValue {
      .array(
        rows.map { row in
          let digits = row.metric.unit.digits
          return .object([
            ("name", .string(row.metric.name)), ("unit", .string(row.metric.unit.symbol)),
            ("base", .optional(row.base) { .decimal(Int128($0), digits: digits) }),
            ("head", .optional(row.head) { .decimal(Int128($0), digits: digits) }),
          ])
        })
    }
    return .object([
      ("sha256", .string(check.comparison.base.sha256)),
      ("regressions", rows(check.regressions)), ("vanished", rows(check.vanished)),
    ])
  }
}
