import RunRecord
public import Verdicts

/// Two gates side by side: one sentence for each deployment that differs, the worst first.
public struct GateComparison: Sendable {
  /// A deployment on a board; nil: that gate has no run of it.
  public struct Pair: Sendable {
    var name: String
    var board: String
    var base: ComparisonSide?
    var head: ComparisonSide?

    public init(name: String, board: String, base: ComparisonSide?, head: ComparisonSide?) {
      (self.name, self.board, self.base, self.head) = (name, board, base, head)
    }
  }

  private struct Row {
    let title: String
    let status: ExitStatus
    /// nil: one of the gates has no run of it.
    let report: ComparisonReport?
    let word: String
    let sentence: String
  }

  private let rows: [Row]
  private let names: (base: String, head: String)
  private let options: ReportOptions

  public init(_ pairs: [Pair], base: String, head: String, _ options: ReportOptions) {
    names = (base, head)
    self.options = options
    rows = pairs.map { Self.row($0, options) }
  }

  private static func row(_ pair: Pair, _ options: ReportOptions) -> Row {
    let title = "\(pair.name) on \(pair.board)"
    guard let base = pair.base, let head = pair.head else {
      let isGone = pair.head == nil
      return Row(
        title: title, status: isGone ? .notJudged : .success, report: nil,
        word: isGone ? "GONE" : "NEW",
        sentence: isGone ? "head has no run of it" : "base has no run of it")
    }
    let report = ComparisonReport(
      Comparison(base: base, head: head), base: pair.name, head: pair.name, options)
    return Row(
      title: title, status: report.comparison.status, report: report, word: report.word,
      sentence: report.sentence)
  }

  /// The worst of all; without any run nothing is judged.
  public var status: ExitStatus { rows.isEmpty ? .notJudged : .worst(rows.map(\.status)) }

  /// Those that differ, the worst first, in the gate's order.
  private var different: [Row] {
    let order = ExitStatus.allCases
    let rows = rows.filter { $0.word != "SAME" }
    return rows.enumerated().sorted { a, b in
      (order.firstIndex(of: a.element.status) ?? 0, a.offset)
        < (order.firstIndex(of: b.element.status) ?? 0, b.offset)
    }.map(\.element)
  }

  public var text: String {
    var lines = different.flatMap { row in
      let indent = String(repeating: " ", count: row.word.count + 2)
      let width = options.isFull ? 1_000 : TextLayout.width - indent.count
      let sentence = TextLayout.sentence("\(row.title): \(row.sentence)", limit: 2, width: width)
      return sentence.enumerated().map { ($0.offset == 0 ? row.word + "  " : indent) + $0.element }
    }
    let same = rows.count - different.count
    if same > 0 || rows.isEmpty {
      let all = different.isEmpty ? "all " : ""
      lines.append("SAME  \(all)\(same) \(same == 1 ? "deployment" : "deployments")")
    }
    lines += ["base  \(names.base)", "head  \(names.head)"]
    if options.isFull {
      for row in different { lines += ["", row.title, ""] + (row.report.map { [$0.text] } ?? []) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  public func json(toolVersion: String) -> String {
    let runs = rows.map { row -> JSONValue in
      .object([
        ("name", .string(row.title)), ("result", .string(row.word.lowercased())),
        ("summary", .string(row.sentence)), ("exit_status", .integer(row.status.rawValue)),
        (
          "comparison",
          .optional(row.report) { report in
            ComparisonJSON(
              report.comparison, base: names.base, head: names.head, toolVersion: toolVersion
            ).value
          }
        ),
      ])
    }
    let value = JSONValue.object([
      ("schemaVersion", .integer(1)), ("base", .string(names.base)), ("head", .string(names.head)),
      ("exit_status", .integer(status.rawValue)), ("runs", .array(runs)),
    ])
    return value.description + "\n"
  }
}
