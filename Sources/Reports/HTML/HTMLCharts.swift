import Units

/// Drawings of an HTML report: inline SVG, coloured by the page's style sheet.
enum HTMLCharts {
  /// Units across a chart that has axes.
  static let width = 960

  /// A bar with its share filled, in thousandths; a mark where a limit lies, and how far the model may
  /// be off.
  static func bar(
    _ share: Int, style: String, mark: Int? = nil, band: ClosedRange<Int>? = nil, title: String
  ) -> String {
    let filled = min(max(share, 0), 1_000)
    var parts = "<rect class=\"track\" y=\"15\" width=\"1000\" height=\"50\" rx=\"8\"/>"
    parts += "<rect class=\"\(style)\" y=\"15\" width=\"\(filled)\" height=\"50\" rx=\"8\"/>"
    if let band, band.lowerBound < 1_000 {
      let low = max(band.lowerBound, 0)
      let high = min(max(band.upperBound, low), 1_000)
      parts += "<rect class=\"band\" x=\"\(low)\" y=\"15\" width=\"\(high - low)\" height=\"50\"/>"
    }
    if let mark {
      parts += "<rect class=\"limitmark\" x=\"\(min(mark, 994))\" width=\"6\" height=\"80\"/>"
    }
    return "<svg class=\"bar\" viewBox=\"0 0 1000 80\" preserveAspectRatio=\"none\" role=\"img\">"
      + "<title>\(MarkupText.escaped(title))</title>\(parts)</svg>"
  }

  struct Part {
    let name: String
    let style: String
    let size: Int64
    /// What it comes to, as printed.
    let figure: String
  }

  /// Parts of one whole beside each other, in their order; widths sum exactly to 1000.
  static func stack(_ parts: [Part]) -> String {
    let total = parts.reduce(Int128(0)) { $0 + Int128(max($1.size, 0)) }
    if total <= 0 { return "" }
    var (before, drawn) = (Int128(0), 0)
    var body = ""
    for part in parts {
      before += Int128(max(part.size, 0))
      let end = Int(before * 1_000 / total)
      defer { drawn = end }
      if end == drawn { continue }
      body += "<rect class=\"\(part.style)\" x=\"\(drawn)\" width=\"\(end - drawn)\" height=\"60\">"
      body += "<title>\(MarkupText.escaped("\(part.name): \(part.figure)"))</title></rect>"
    }
    return "<svg class=\"bar thick\" viewBox=\"0 0 1000 60\" preserveAspectRatio=\"none\" "
      + "role=\"img\">\(body)</svg>" + legend(parts)
  }

  static func legend(_ parts: [Part]) -> String {
    let items = parts.filter { $0.size > 0 }.map { part in
      "<span><svg viewBox=\"0 0 10 10\"><rect class=\"\(part.style)\" width=\"10\" height=\"10\" "
        + "rx=\"2\"/></svg>\(MarkupText.escaped(part.name)) \(MarkupText.escaped(part.figure))</span>"
    }
    return "<div class=\"legend\">\(items.joined())</div>"
  }

  /// A line across a chart from one place to another.
  static func line(_ style: String, _ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int) -> String {
    "<line class=\"\(style)\" x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\"/>"
  }

  static func text(
    _ text: String, _ x: Int, _ y: Int, anchor: String = "start", style: String? = nil
  ) -> String {
    let style = style.map { " class=\"\($0)\"" } ?? ""
    return "<text\(style) x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">"
      + "\(MarkupText.escaped(text))</text>"
  }

  static func chart(height: Int, _ title: String, _ body: String) -> String {
    "<svg viewBox=\"0 0 \(width) \(height)\" role=\"img\"><title>\(MarkupText.escaped(title))"
      + "</title>\(body)</svg>"
  }

  /// Round values that part a range into some four to eight, as printed by `units`.
  static func ticks(_ low: Int128, _ high: Int128) -> [Int128] {
    let span = max(high - low, 1)
    var power: Int128 = 1
    while power * 10 <= span { power *= 10 }
    let steps = [power / 5, power / 2, power, power * 2].filter { $0 > 0 }
    let step = steps.first { span / $0 <= 8 } ?? power
    var ticks: [Int128] = []
    var value = (low + step - 1) / step * step
    while value <= high, ticks.count < 20 {
      ticks.append(value)
      value += step
    }
    return ticks
  }
}
