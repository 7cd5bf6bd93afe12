import Deployments
import RunRecord
import Trust
import Units
import Verdicts

/// Latencies, and the longest one taken apart.
extension TextReport {
  func measureLines(limit: Int) -> [String] {
    let measures = judgement.measures
    let isCut = measures.count > limit
    let shown = isCut ? Array(measures.sorted(by: isTighter).prefix(limit)) : measures
    var lines: [String] = []
    for measure in shown { lines += rows(of: measure) }
    if isCut {
      let hidden = measures.count - limit
      lines += TextLayout.section(
        "", ["and \(hidden) other \(hidden == 1 ? "measure" : "measures") (--full)"])
    }
    return lines
  }

  /// The decisive budget's measure first.
  private func isTighter(_ a: JudgedMeasure, _ b: JudgedMeasure) -> Bool {
    let decisive = decisiveMeasure?.name
    return a.name == decisive && b.name != decisive
  }

  private func rows(of measure: JudgedMeasure) -> [String] {
    let count = "\(Figures.grouped(measure.count)) times"
    let name = measure.name.count < TextLayout.gutter ? "" : "\(measure.name): "
    let points = "\(name)\(measure.from) -> \(measure.to)"
    return TextLayout.section(
      measure.name, [ends(points, count), ends(statistics(measure), missed(measure))])
  }

  private func ends(_ first: String, _ second: String) -> String {
    let width = options.isFull ? TextLayout.gutter + first.count + second.count + 2 : 0
    return TextLayout.ends(first, second, width: max(width, TextLayout.width))
  }

  private func statistics(_ measure: JudgedMeasure) -> String {
    guard let statistics = measure.statistics else { return "never happened" }
    let scale = Figures.Scale(Int128(statistics.max.picoseconds), Figures.time)
    func number(_ time: Interval) -> String { scale.number(Int128(time.picoseconds)) }
    var text = "p50 \(number(statistics.p50))   p99 \(number(statistics.p99))   "
    text += "max \(number(statistics.max)) \(scale.unit.symbol)"
    if options.isFull {
      text += "   min \(number(statistics.min))   mean \(number(statistics.mean))"
    }
    return text + "   jitter \(number(statistics.jitter))"
  }

  private func missed(_ measure: JudgedMeasure) -> String {
    let count = "\(Figures.grouped(measure.missed.value)) missed"
    guard let deadline = measure.deadline else { return count }
    return count + " (\(Figures.short(deadline.picoseconds, Figures.time)))"
  }

  /// The measure whose longest occurrence tells most: the decisive budget's, else the first.
  private var decisiveMeasure: JudgedMeasure? {
    if case .measure(let name, _)? = judgement.decisiveBudget?.budget.metric,
      let measure = judgement.measures.first(where: { $0.name == name })
    {
      return measure
    }
    return judgement.measures.first { $0.worst != nil }
  }

  var worstLines: [String] {
    let measures = options.isFull ? judgement.measures : [decisiveMeasure].compactMap(\.self)
    return measures.flatMap(worstLines)
  }

  private func worstLines(_ measure: JudgedMeasure) -> [String] {
    let occurrences = judgement.record.measures.first { $0.name == measure.name }?.occurrences ?? []
    guard let worst = measure.worst, occurrences.indices.contains(worst.index) else { return [] }
    let total = worst.parts.reduce(Int128(0)) { $0 + Int128($1.time.picoseconds) }
    let scale = Figures.Scale(total, Figures.time)
    let at = Figures.fixed(
      Int128(occurrences[worst.index].to.picoseconds), 1_000_000_000_000, decimals: 3)
    let name = TextLayout.shortened(measure.name, to: options.isFull ? .max : 16)
    let opening = "\(name) #\(worst.index) at \(at) s: \(scale.text(total)) ="
    let sorted = worst.parts.enumerated().sorted {
      ($1.element.time, $0.offset) < ($0.element.time, $1.offset)
    }.map(\.element)
    let parts = exactly(sorted, scale)
    if options.isFull {
      let rows = parts.map { part in
        TextLayout.right(part.number, 12) + " \(scale.unit.symbol)  \(part.what)"
      }
      return TextLayout.section("worst", [opening] + rows)
    }
    return TextLayout.section("worst", twoLines(opening, parts, sorted, scale))
  }

  private typealias PrintedPart = (number: String, what: String)

  /// The parts as printed numbers that sum exactly to the printed total.
  private func exactly(_ parts: [MeasureRecord.Part], _ scale: Figures.Scale) -> [PrintedPart] {
    var power: Int128 = 1
    for _ in 0..<scale.decimals { power *= 10 }
    var (sum, printed): (Int128, Int128) = (0, 0)
    return parts.map { part in
      sum += Int128(part.time.picoseconds)
      let rounded = Figures.rounded(sum, scale.unit.scale, power)
      defer { printed = rounded }
      return (Figures.fixed(rounded - printed, power, decimals: scale.decimals), what(part))
    }
  }

  private func what(_ part: MeasureRecord.Part) -> String {
    switch part.kind {
    case .bus: "\(part.what) (bus)"
    case .exception: part.what.hasPrefix("[") ? part.what : "\(part.what) (interrupt)"
    case .sleep: part.what.hasPrefix("[") ? "sleep" : part.what
    case .function, .unknown: part.what
    }
  }

  /// As many parts as two lines hold; the others are one sum.
  private func twoLines(
    _ opening: String, _ parts: [PrintedPart], _ exact: [MeasureRecord.Part],
    _ scale: Figures.Scale
  ) -> [String] {
    for shown in stride(from: min(parts.count, 8), through: 1, by: -1) {
      var printed = parts
      if shown < parts.count {
        let rest = exact[shown...].reduce(Int128(0)) { $0 + Int128($1.time.picoseconds) }
        let merged =
          exact[..<shown] + [
            MeasureRecord.Part(
              kind: .unknown, what: "in \(parts.count - shown) others",
              time: Interval(picoseconds: Int64(clamping: rest)))
          ]
        printed = exactly(Array(merged), scale)
      }
      let pieces = printed.enumerated().map { index, part in
        (index == 0 ? "" : "+ ") + "\(part.number) \(TextLayout.shortened(part.what, to: 28))"
      }
      let lines = TextLayout.wrapped([opening] + pieces)
      if lines.count <= 2 || shown == 1 { return Array(lines.prefix(2)) }
    }
    return [opening]
  }
}
