import Boards
import Deployments
import RunRecord
import Units
import Verdicts

/// The figures of two runs beside each other.
extension ComparisonReport {
  /// Figures that differ, at most `limit` of them, most important first chosen; all in full.
  func rowLines(limit: Int) -> [String] {
    var rows = comparison.rows.filter { options.isFull || $0.direction != .same }
    rows = rows.filter { $0.base != nil || $0.head != nil }
    if rows.count > limit {
      let chosen = Set(
        rows.enumerated().sorted {
          ($0.element.urgency, $0.offset) < ($1.element.urgency, $1.offset)
        }.prefix(max(1, limit - 1)).map(\.offset))
      let hidden = rows.count - chosen.count
      let lines = rows.enumerated().filter { chosen.contains($0.offset) }.map { line($0.element) }
      return [head] + lines + TextLayout.section("", ["and \(hidden) more figures (--full)"])
    }
    return [head] + rows.map(line)
  }

  private var head: String {
    columns("figures", "base", "head", "delta", "", "")
  }

  private func line(_ row: Comparison.Row) -> String {
    let unit = row.metric.unit
    func text(_ value: Int64?) -> String { value.map { Figures.quantity($0, unit) } ?? "-" }
    var mark = ""
    switch row.direction {
    case .worse, .better: mark = row.direction.rawValue
    case .vanished: mark = "gone"
    case .appeared: mark = "new"
    case .same, .changed: break
    }
    var share = ""
    if let base = row.base, let head = row.head { share = Figures.change(base, head) }
    let delta = row.delta == 0 ? "" : Figures.change(row, unit)
    return columns(
      row.metric.name, text(row.base), text(row.head), delta, share, mark)
  }

  private func columns(
    _ name: String, _ base: String, _ head: String, _ delta: String, _ share: String,
    _ mark: String
  ) -> String {
    let name = options.isFull ? name : TextLayout.shortened(name, to: 22)
    return TextLayout.left(name, options.isFull ? 34 : 23) + TextLayout.right(base, 13)
      + TextLayout.right(head, 13) + TextLayout.right(delta, 14)
      + TextLayout.right(share, 9) + "  " + mark
  }

  var budgetLines: [String] {
    TextLayout.section(
      "budgets",
      comparison.budgets.map { budget in
        let mark = budget.isWorse ? "  worse" : ""
        return TextLayout.left(budget.head.name, 28)
          + TextLayout.left(
            "\(budget.base.verdict.rawValue) -> \(budget.head.verdict.rawValue)", 20)
          + "limit " + Figures.quantity(budget.head.limit, budget.head.unit) + mark
      })
  }

  /// The longest occurrences of both runs, part by part.
  var worstLines: [String] {
    comparison.head.worsts.flatMap { worst in
      let parts = comparison.worstDifferences(worst.measure)
      let rows = parts.map { part in
        TextLayout.left(part.what, 40)
          + TextLayout.right(Figures.text(part.base, Figures.time), 12)
          + TextLayout.right(Figures.text(part.head, Figures.time), 12)
          + TextLayout.right(
            part.delta == 0 ? "" : Figures.signed(part.delta, Figures.time), 13)
      }
      return TextLayout.section("longest", ["of \(worst.measure)"] + rows)
    }
  }

  /// Deltas that sum exactly to the difference of the active cycles; `count` rows and the sum.
  func functionLines(rows count: Int) -> [String] {
    let moved = comparison.functions.filter { $0.base != $0.head }
    if moved.isEmpty { return [] }
    let isCut = moved.count > count
    let shown = isCut ? Array(moved.prefix(count - 1)) : moved
    let hidden = isCut ? Array(moved.dropFirst(count - 1)) : []
    var rows = shown.map { FunctionRow($0.name, [$0]) }
    if isCut { rows.append(FunctionRow("\(hidden.count) others", hidden)) }
    rows.append(FunctionRow("active cycles", comparison.functions))
    return FunctionTable(rows: rows, isFull: options.isFull).lines
  }

  func exceptionLines(limit: Int) -> [String] {
    let moved = comparison.exceptions.filter { options.isFull || $0.base != $0.head }
    let entries = moved.map { exception in
      let (base, head) = exception.entries
      return "\(exception.name) \(Figures.grouped(base)) -> \(Figures.grouped(head))"
    }
    let lines = TextLayout.wrapped(
      entries.enumerated().map { $0.offset == 0 ? $0.element : "  \($0.element)" })
    return TextLayout.section("handlers", Array(lines.prefix(limit)))
  }
}

/// One line of the function table: one function, or several added up.
private struct FunctionRow {
  let name: String
  let functions: [FunctionDifference]

  init(_ name: String, _ functions: [FunctionDifference]) {
    (self.name, self.functions) = (name, functions)
  }

  /// On a screen: generated layers without what they share with each other.
  var shortName: String {
    name.hasPrefix("deepcraft_layer_") ? String(name.dropFirst("deepcraft_".count)) : name
  }

  /// The difference and the parts that sum exactly to it.
  var numbers: [String] {
    [\.delta, \.ofCalls, \.ofCode, \.ofStalls].map { (part: KeyPath<FunctionDifference, Int128>) in
      let value = sum { $0[keyPath: part] }
      return value == 0 ? "0" : (value > 0 ? "+" : "") + Figures.grouped(value)
    }
  }

  /// Both sides' cycles and, of one function, calls.
  var sides: [String] {
    let cycles = [sum { Int128($0.base.cycles) }, sum { Int128($0.head.cycles) }]
    let texts = cycles.map { Figures.grouped($0) }
    guard functions.count == 1, let function = functions.first else { return texts }
    return texts + [Figures.grouped(function.base.calls), Figures.grouped(function.head.calls)]
  }

  private func sum(_ value: (FunctionDifference) -> Int128) -> Int128 {
    functions.reduce(0) { $0 + value($1) }
  }
}

/// Function rows in columns as wide as their numbers.
private struct FunctionTable {
  let rows: [FunctionRow]
  let isFull: Bool

  private static let head = ["delta", "by calls", "by code", "by stalls"]
  private static let sides = ["base cycles", "head cycles", "base calls", "head calls"]

  var lines: [String] {
    let widths = Self.head.indices.map { column in
      2 + max(Self.head[column].count, rows.map { $0.numbers[column].count }.max() ?? 0)
    }
    let sideWidths = Self.sides.indices.map { column in
      let counts = rows.map { $0.sides.indices.contains(column) ? $0.sides[column].count : 0 }
      return 2 + max(Self.sides[column].count, counts.max() ?? 0)
    }
    let room = TextLayout.width - widths.reduce(0, +)
    let name = isFull ? max(room, rows.map(\.name.count).max() ?? 0) : max(room, 12)
    func line(_ first: String, _ numbers: [String], _ sides: [String]) -> String {
      var line = TextLayout.left(isFull ? first : TextLayout.shortened(first, to: name), name)
      for (text, width) in zip(numbers, widths) { line += TextLayout.right(text, width) }
      guard isFull else { return line }
      for (text, width) in zip(sides, sideWidths) { line += TextLayout.right(text, width) }
      return line
    }
    return [line("cycles by function", Self.head, Self.sides)]
      + rows.map { line(isFull ? $0.name : $0.shortName, $0.numbers, $0.sides) }
  }
}

extension Comparison.Row {
  /// What a screen shows first: lower comes earlier.
  fileprivate var urgency: Int {
    let base: Int
    switch metric {
    case .missed, .lost: base = 0
    case .measure(_, .max): base = 1
    case .measure(_, .jitter), .labelAccuracy: base = 2
    case .energy, .activeCycles: base = 3
    case .measure(_, .p99), .measure(_, .p50): base = 4
    case .energyPerInference, .stack, .ram, .flash, .heap: base = 5
    case .averageCurrent, .sleepCycles: base = 7
    case .energyPart, .occurrences, .duplicate, .stallCycles, .instructions, .inferences:
      base = 9
    case .measure, .staticRAM: base = 10
    }
    switch direction {
    case .worse: return base
    case .better, .changed, .same: return base + 3
    case .vanished, .appeared: return base + 8
    }
  }
}
