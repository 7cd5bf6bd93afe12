public import Verdicts

/// A figure over the runs that were kept: a plot of a terminal's width, or a line in SVG.
public struct TrendReport: Sendable {
  public struct Point: Sendable, Hashable {
    /// What the run is called: `#12 3f2a9c1`.
    public var label: String
    public var value: Int64
    /// Of the firmware, to see where it changed.
    public var firmware: String

    public init(label: String, value: Int64, firmware: String) {
      (self.label, self.value, self.firmware) = (label, value, firmware)
    }
  }

  let title: String
  let unit: JudgedBudget.Unit
  let points: [Point]
  /// A line across the plot.
  let baseline: Int64?

  public init(
    _ title: String, _ unit: JudgedBudget.Unit, _ points: [Point], baseline: Int64?
  ) {
    (self.title, self.unit, self.points, self.baseline) = (title, unit, points, baseline)
  }

  private static let rows = 10
  private static let axis = 13

  /// The newest runs that fit 80 columns, oldest first.
  public var text: String {
    guard let last = points.last else { return "\(title): no runs\n" }
    let shown = Array(points.suffix(TextLayout.width - Self.axis - 1))
    let values = shown.map(\.value) + [baseline].compactMap(\.self)
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    var lines = [TextLayout.shortened(title, to: TextLayout.width)]
    for row in (0..<Self.rows).reversed() {
      let isEdge = row == 0 || row == Self.rows - 1
      let size = row == 0 ? low : high
      let label = isEdge ? Figures.quantity(size, unit) : ""
      let base = baseline.map { Self.row(of: $0, low, high) == row } ?? false
      let cells = shown.map { point in
        Self.row(of: point.value, low, high) == row ? "*" : base ? "-" : " "
      }
      lines.append(trimmed(TextLayout.right(label, Self.axis - 1) + " |" + cells.joined()))
    }
    let marks = shown.indices.map { index in
      index > 0 && shown[index].firmware != shown[index - 1].firmware ? "^" : "-"
    }
    lines.append(String(repeating: " ", count: Self.axis) + "+" + marks.joined())
    if marks.contains("^") {
      lines.append(String(repeating: " ", count: Self.axis + 1) + "^ the firmware changed")
    }
    lines += changes(shown)
    lines.append(trimmed("latest    \(last.label): \(Figures.quantity(last.value, unit))"))
    return lines.joined(separator: "\n") + "\n"
  }

  /// The last steps of the figure, newest first.
  private func changes(_ shown: [Point]) -> [String] {
    let steps = zip(shown, shown.dropFirst()).filter { $0.0.value != $0.1.value }.suffix(5)
    return steps.reversed().enumerated().map { index, step in
      let word = TextLayout.left(index == 0 ? "steps" : "", TextLayout.gutter)
      return word + "\(step.1.label): \(Figures.quantity(step.0.value, unit)) -> "
        + "\(Figures.quantity(step.1.value, unit)) \(Figures.change(step.0.value, step.1.value))"
    }
  }

  private static func row(of value: Int64, _ low: Int64, _ high: Int64) -> Int {
    let span = Int128(high) - Int128(low)
    if span == 0 { return rows / 2 }
    return Int((Int128(value) - Int128(low)) * Int128(rows - 1) / span)
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }

  /// The same as a drawing for a page.
  var drawing: String {
    let values = points.map(\.value) + [baseline].compactMap(\.self)
    guard let low = values.min(), let high = values.max() else { return "" }
    func height(_ value: Int64) -> Int {
      let span = Int128(high) - Int128(low)
      return span == 0 ? 60 : 110 - Int((Int128(value) - Int128(low)) * 100 / span)
    }
    let step = points.count > 1 ? 980 / (points.count - 1) : 0
    var body = ""
    if let baseline {
      let y = height(baseline)
      body += "<line class=\"mark\" x1=\"0\" x2=\"1000\" y1=\"\(y)\" y2=\"\(y)\" "
      body += "stroke=\"currentColor\" stroke-dasharray=\"8 8\"/>"
    }
    let places = points.enumerated().map { "\(10 + $0.offset * step),\(height($0.element.value))" }
    body += "<polyline fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" "
    body += "points=\"\(places.joined(separator: " "))\"/>"
    for (index, point) in points.enumerated() {
      body += "<circle cx=\"\(10 + index * step)\" cy=\"\(height(point.value))\" r=\"4\" "
      body += "fill=\"currentColor\"><title>"
      body += MarkupText.escaped("\(point.label): \(Figures.quantity(point.value, unit))")
      body += "</title></circle>"
    }
    return "<svg viewBox=\"0 0 1000 120\" width=\"100%\" role=\"img\">\(body)</svg>"
  }
}

extension ComparisonMetric {
  /// A figure as reports print it.
  public static func text(_ value: Int64, _ unit: JudgedBudget.Unit) -> String {
    Figures.quantity(value, unit)
  }
}
