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
    let room = TextLayout.width - TextLayout.gutter - points.count - count.count - 4
    let curve = room < Self.curve ? "" : curve(of: measure) + "  "
    return TextLayout.section(
      measure.name, [ends(points, curve + count), ends(statistics(measure), missed(measure))])
  }

  /// Columns of a measure's curve.
  private static let curve = 12

  /// How the occurrences lie between the shortest and the longest.
  private func curve(of measure: JudgedMeasure) -> String {
    let record = judgement.record.measures.first { $0.name == measure.name }
    let latencies = (record?.occurrences ?? []).map { occurrence in
      occurrence.to.picoseconds.subtractingReportingOverflow(occurrence.from.picoseconds)
        .partialValue
    }
    return TextBars.histogram(latencies, width: Self.curve)
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
}
