import Boards
import Deployments
import RunRecord
import Units
import Verdicts

/// The first sentence of a comparison: the cause, then what it did.
extension ComparisonReport {
  var word: String {
    if comparison.isSame { return "SAME" }
    switch comparison.status {
    case .firmwareFailed: return "FAILED"
    case .notJudged: return "UNKNOWN"
    case .regression: return comparison.better.isEmpty ? "WORSE" : "MIXED"
    default: return comparison.better.isEmpty ? "CHANGED" : "BETTER"
    }
  }

  var headline: [String] {
    let indent = String(repeating: " ", count: word.count + 2)
    let width = options.isFull ? 1_000 : TextLayout.width - indent.count
    let lines = TextLayout.sentence(sentence, limit: 2, width: width)
    return lines.enumerated().map { ($0.offset == 0 ? word + "  " : indent) + $0.element }
  }

  var sentence: String {
    if comparison.isSame { return sameSentence }
    if let unjudged = comparison.unjudged {
      return [knownCause, unjudged].compactMap(\.self).joined(separator: ": ")
    }
    return [cause, effect].compactMap(\.self).joined(separator: ": ")
  }

  private var sameSentence: String {
    if comparison.isHarmlessRelayout {
      let row = comparison.mainRow(.worse) ?? comparison.mainRow(.better)
      if let row { return "the same code at other addresses; alignment moves \(text(row))" }
    }
    if let change = comparison.changes.first {
      return "every figure is equal, though \(change.key) changed"
    }
    if comparison.base.sha256 == comparison.head.sha256 { return "every figure is equal" }
    let cause = comparison.isRelayout ? nil : comparison.hypotheses.first
    return "every figure is equal; "
      + (cause.map { "the firmware files differ: \($0.text)" } ?? "the firmware files differ")
  }

  private var effect: String? {
    let (worse, better) = (comparison.mainRow(.worse), comparison.mainRow(.better))
    if let worse, let better {
      let isMinor = better.metric.rank > worse.metric.rank
      return isMinor ? "\(text(worse)), but \(text(better))" : "\(text(better)), but \(text(worse))"
    }
    if let row = worse ?? better { return text(row) }
    if let budget = comparison.worseBudgets.first {
      return "\(budget.head.name) was \(budget.base.verdict.rawValue), is "
        + budget.head.verdict.rawValue
    }
    let rows = comparison.rows.filter { $0.direction == .changed }
    return rows.first.map { text($0) }
  }

  /// `latency max 9.21 -> 0.80 ms (-91 %)`.
  private func text(_ row: Comparison.Row) -> String {
    let name = row.metric.name.replacing(".", with: " ").replacing("-", with: " ")
    guard let base = row.base, let head = row.head else { return name }
    let unit = row.metric.unit
    var sizes = (Figures.quantity(base, unit), Figures.quantity(head, unit))
    if let units = unit.units {
      let large = Figures.Scale(Int128(max(base.magnitude, head.magnitude)), units)
      sizes = (large.number(Int128(base)), large.text(Int128(head)))
    }
    let share = Figures.change(base, head)
    if sizes.0 == sizes.1.prefix(sizes.0.count) || share.isEmpty {
      return "\(name) \(Figures.change(row, unit)) to \(sizes.1)"
    }
    return "\(name) \(sizes.0) -> \(sizes.1) (\(share))"
  }

  /// What is known to have been changed, where figures say nothing.
  private var knownCause: String? {
    if let change = comparison.mainChange { return text(change) }
    return comparison.hypotheses.first { $0.isOfProgram }.map { grouped($0.text) }
  }

  /// What the runs were made with, else what took most of the difference.
  private var cause: String? {
    if let change = comparison.mainChange {
      // What a compiler's option does is worth a word.
      let arithmetic = comparison.hypotheses.first { $0.kind == .softwareArithmetic }
      return text(change) + (arithmetic.map { ", \($0.text)" } ?? "")
    }
    if comparison.isRelayout { return "the same code at other addresses" }
    if let first = comparison.hypotheses.first, first.share >= 100 || !isOfTime {
      return grouped(first.text)
    }
    let row = comparison.mainRow(.worse) ?? comparison.mainRow(.better)
    switch row?.metric {
    case .measure(let name, _)?, .missed(let name)?: return functionCause ?? partCause(name)
    case .energy?, .averageCurrent?, .energyPerInference?: return functionCause ?? energyCause
    default: return functionCause
    }
  }

  /// Whether what is told first is a time, an energy or cycles.
  private var isOfTime: Bool {
    guard let row = comparison.mainRow(.worse) ?? comparison.mainRow(.better) else { return false }
    switch row.metric {
    case .flash, .ram, .staticRAM, .stack, .heap: return false
    default: return true
    }
  }

  /// Counts of five digits and more as people read them.
  private func grouped(_ text: String) -> String {
    text.split(separator: " ", omittingEmptySubsequences: false).map { word in
      guard word.count > 4, let number = UInt64(word) else { return String(word) }
      return Figures.grouped(number)
    }.joined(separator: " ")
  }

  private func text(_ change: Comparison.Change) -> String {
    let (base, head) = change.values
    if change.key.hasSuffix(".pacing") {
      let sensor = change.key.dropLast(7)
      switch (head.hasPrefix("data-ready"), base.hasPrefix("data-ready")) {
      case (true, false): return "\(sensor) read on data-ready, not by a \(base)"
      case (false, true): return "\(sensor) read by a \(head), not on data-ready"
      default: break
      }
    }
    if change.key.hasSuffix(".content"), change.base != nil, change.head != nil {
      let what = change.key.dropLast(8)
      let more = what == "network" ? comparison.layerCause.map { ", \($0)" } ?? "" : ""
      return what == "network"
        ? "another network" + more : "another recording of \(what) under the same name"
    }
    if change.key == "board-files" { return "the board's description changed" }
    if change.key == "timing-model" { return "the timing model changed" }
    let isOfBoard = change.key.hasPrefix("board.")
    if isOfBoard, change.base == nil { return "\(change.key) set to \(head)" }
    if change.base == nil { return "\(change.key) \(head) added" }
    if change.head == nil { return "\(change.key) \(base) left out" }
    let layer = change.key == "network" ? comparison.layerCause.map { ", \($0)" } ?? "" : ""
    return "\(change.key) \(base) -> \(head)\(layer)"
  }

  /// The function with the largest share of the difference in active cycles, and in what way.
  private var functionCause: String? {
    guard let function = comparison.functions.first, function.delta != 0 else { return nil }
    let name = TextLayout.shortened(function.name, to: 34)
    if function.base.isAbsent { return "\(name) is new" }
    if function.head.isAbsent { return "\(name) is gone" }
    let parts = [
      (function.ofCalls, "calls"), (function.ofCode, "code"), (function.ofStalls, "stalls"),
    ]
    let part = parts.max { $0.0.magnitude < $1.0.magnitude } ?? parts[1]
    let share = Figures.change(
      Int64(clamping: function.base.cycles), Int64(clamping: function.head.cycles))
    switch part.1 {
    case "calls":
      return "\(name) called \(Figures.grouped(function.head.calls)) times instead of "
        + Figures.grouped(function.base.calls)
    case "stalls": return "\(name) \(share) cycles, waiting for memory"
    default: return "\(name) \(share) cycles, other instructions"
    }
  }

  /// The interval of the longest occurrence that differs most.
  private func partCause(_ measure: String) -> String? {
    let parts = comparison.worstDifferences(measure)
    guard let part = parts.max(by: { $0.delta.magnitude < $1.delta.magnitude }), part.delta != 0
    else { return nil }
    return "\(part.what) \(Figures.signed(part.delta, Figures.time)) in the longest"
  }

  private var energyCause: String? {
    let parts = comparison.rows.filter { row in
      if case .energyPart = row.metric { return row.direction != .same }
      return false
    }
    let part = parts.max { ($0.delta ?? 0).magnitude < ($1.delta ?? 0).magnitude }
    guard let part, case .energyPart(let name, _) = part.metric else { return nil }
    return "\(name) \(part.delta.map { Figures.signed($0, Figures.energy) } ?? "")"
  }
}

extension Figures {
  /// `+8 %`, `-91 %`, `+3.2x`; empty when the base is 0.
  static func change(_ base: Int64, _ head: Int64) -> String {
    if base == 0 || base == head { return "" }
    let delta = Int128(head) - Int128(base)
    let size = Int128(base.magnitude)
    let (part, sign) = (Int128(delta.magnitude), delta < 0 ? "-" : "+")
    let ofThousand = part * 1_000 / size
    // A difference is never told as none, nor the loss of nearly all as that of all.
    let isNearlyAll = delta < 0 && ofThousand >= 990 && part < size
    let text = percent(part, of: size, decimals: ofThousand < 100 ? 2 : isNearlyAll ? 1 : 0)
    return text.first == "<" ? "<\(sign)\(text.dropFirst())" : sign + text
  }

  /// `+345 us`.
  static func signed(_ value: Int128, _ units: [Unit]) -> String {
    (value < 0 ? "-" : "+") + text(Int128(value.magnitude), units)
  }

  /// The difference of a row in its unit.
  static func change(_ row: Comparison.Row, _ unit: JudgedBudget.Unit) -> String {
    guard let delta = row.delta else { return "" }
    if let units = unit.units { return signed(delta, units) }
    let size = quantity(Int64(clamping: delta.magnitude), unit)
    return (delta < 0 ? "-" : "+") + size
  }
}
