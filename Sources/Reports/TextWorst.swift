import RunRecord
import Units
import Verdicts

/// The longest occurrence of a measure taken apart; the printed parts sum to the printed whole.
extension TextReport {
  func worstLines(_ measure: JudgedMeasure) -> [String] {
    let occurrences = judgement.record.measures.first { $0.name == measure.name }?.occurrences ?? []
    guard let worst = measure.worst, occurrences.indices.contains(worst.index) else { return [] }
    let parts = worst.parts.enumerated().sorted {
      ($1.element.time, $0.offset) < ($0.element.time, $1.offset)
    }.map { WorstPart($0.element) }
    let total = parts.reduce(Int128(0)) { $0 + $1.time }
    let scale = Figures.Scale(total, Figures.time)
    let at = Figures.fixed(
      Int128(occurrences[worst.index].to.picoseconds), 1_000_000_000_000, decimals: 3)
    let name = TextLayout.shortened(measure.name, to: options.isFull ? .max : 14)
    let opening = "\(name) #\(worst.index) at \(at) s: \(scale.text(total)) ="
    if options.isFull {
      let rows = printed(parts, scale).map { part in
        TextLayout.right(part.number, 12) + " \(scale.unit.symbol)  \(part.text)"
      }
      return TextLayout.section("worst", [opening] + rows)
    }
    return TextLayout.section("worst", summary(opening, parts, scale))
  }

  /// Code as one sum, every handler and bus of its own as far as two lines hold them; then which
  /// functions the code was.
  private func summary(
    _ opening: String, _ parts: [WorstPart], _ scale: Figures.Scale
  ) -> [String] {
    let groups = grouped(parts)
    var lines: [String] = []
    for shown in stride(from: min(groups.count, 8), through: 1, by: -1) {
      // What rounds to nothing adds nothing.
      let visible = printed(merged(groups, shown), scale).filter { part in
        part.number.contains { "1"..."9" ~= $0 }
      }
      let pieces = visible.enumerated().map { index, part in
        (index == 0 ? "" : "+ ") + "\(part.number) \(TextLayout.shortened(part.text, to: 28))"
      }
      lines = TextLayout.wrapped([opening] + pieces)
      if lines.count <= 2 { break }
    }
    let code = parts.filter { $0.kind == .function }
    lines = Array(lines.prefix(2))
    return code.count > 1 ? lines + [functions(code)] : lines
  }

  /// `code 512 us = 198 deepcraft_infer + 90 kalman_step + 224 in 20 others`, in a unit of its own.
  private func functions(_ code: [WorstPart]) -> String {
    let total = code.reduce(Int128(0)) { $0 + $1.time }
    let scale = Figures.Scale(total, Figures.time)
    var line = ""
    for shown in stride(from: min(code.count, 6), through: 1, by: -1) {
      let pieces = printed(merged(code, shown), scale).map { part in
        "\(part.number) \(TextLayout.shortened(part.text, to: 26))"
      }
      line = "code \(scale.text(total)) = " + pieces.joined(separator: " + ")
      if line.count <= TextLayout.width - TextLayout.gutter { break }
    }
    return line
  }

  /// All functions as one group, largest group first.
  private func grouped(_ parts: [WorstPart]) -> [WorstPart] {
    let code = parts.filter { $0.kind == .function }
    guard code.count > 1 else { return parts }
    let sum = code.reduce(Int128(0)) { $0 + $1.time }
    let groups =
      parts.filter { $0.kind != .function } + [WorstPart(.function, "code", sum)]
    return groups.enumerated().sorted {
      ($1.element.time, $0.offset) < ($0.element.time, $1.offset)
    }.map(\.element)
  }

  /// The first `count` parts and the others as one.
  private func merged(_ parts: [WorstPart], _ count: Int) -> [WorstPart] {
    if count >= parts.count { return parts }
    let rest = parts[count...].reduce(Int128(0)) { $0 + $1.time }
    let hidden = parts.count - count
    return parts[..<count] + [
      WorstPart(.unknown, "in \(hidden) \(hidden == 1 ? "other" : "others")", rest)
    ]
  }

  /// Numbers in one unit that sum exactly to the printed sum of all: each is rounded down, and those
  /// that lost most get what is missing.
  private func printed(
    _ parts: [WorstPart], _ scale: Figures.Scale
  ) -> [(number: String, text: String)] {
    var power: Int128 = 1
    for _ in 0..<scale.decimals { power *= 10 }
    let unit = scale.unit.scale
    let whole = Figures.rounded(parts.reduce(0) { $0 + $1.time }, unit, power)
    var numbers = parts.map { $0.time * power / unit }
    let missing = Int(whole - numbers.reduce(0, +))
    let byLoss = parts.indices.sorted {
      (parts[$1].time * power % unit, $0) < (parts[$0].time * power % unit, $1)
    }
    for index in byLoss.prefix(max(0, missing)) { numbers[index] += 1 }
    return zip(parts, numbers).map { part, number in
      (Figures.fixed(number, power, decimals: scale.decimals), part.text)
    }
  }
}

/// A part of an occurrence as a report names it.
private struct WorstPart {
  let kind: MeasureRecord.Part.Kind
  let text: String
  let time: Int128

  init(_ kind: MeasureRecord.Part.Kind, _ text: String, _ time: Int128) {
    (self.kind, self.text, self.time) = (kind, text, time)
  }

  init(_ part: MeasureRecord.Part) {
    let text =
      switch part.kind {
      case .bus: "bus \(part.what)"
      case .exception: part.what.hasPrefix("[") ? part.what : "handler \(part.what)"
      case .sleep: part.what.hasPrefix("[") ? "sleep" : part.what
      case .wakeUp: "wake-up"
      case .function, .unknown: part.what
      }
    self.init(part.kind, text, Int128(part.time.picoseconds))
  }
}
