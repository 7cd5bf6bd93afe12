import Energy
import Units

/// What was drawn over time, consumer upon consumer.
struct HTMLPower {
  let series: EnergySeries
  let end: Instant

  private static let (left, top, height, columns) = (56, 10, 170, 300)

  private struct Layer {
    let name: String
    let style: String
    /// Femtojoules by column.
    var columns: [Int128]
    var total: Int128 { columns.reduce(0, +) }
  }

  var figure: String {
    let layers = layers
    guard series.step > .zero, end > .zero, let first = layers.first else { return "" }
    let count = first.columns.count
    let sums = (0..<count).map { column in layers.reduce(Int128(0)) { $0 + $1.columns[column] } }
    guard let peak = sums.max(), peak > 0 else { return "" }
    let base = Self.top + Self.height
    func x(_ column: Int) -> Int {
      Self.left + column * (HTMLCharts.width - Self.left - 8) / count
    }
    // Microwatts of a full column: fJ / ps = mW.
    let length = max(columnTime, 1)
    let most = max(peak * 1_000 / length, 1)
    func y(_ microwatts: Int128) -> Int { base - Int(microwatts * Int128(Self.height) / most) }
    var body = ""
    for tick in HTMLCharts.ticks(0, most) where tick > 0 {
      body += HTMLCharts.line("grid", Self.left, y(tick), HTMLCharts.width - 8, y(tick))
      body += HTMLCharts.text(
        Figures.short(tick, Self.power), Self.left - 6, y(tick) + 4, anchor: "end")
    }
    var below = [Int128](repeating: 0, count: count)
    for layer in layers {
      var upper = ""
      var lower: [String] = []
      for column in 0..<count {
        let bottom = y(below[column] * 1_000 / length)
        below[column] += layer.columns[column]
        let top = y(below[column] * 1_000 / length)
        upper += " \(x(column)),\(top) \(x(column + 1)),\(top)"
        lower.append("\(x(column + 1)),\(bottom) \(x(column)),\(bottom)")
      }
      body += "<polygon class=\"\(layer.style)\" points=\""
      body += upper.dropFirst() + " " + lower.reversed().joined(separator: " ") + "\"><title>"
      body += MarkupText.escaped(layer.name) + "</title></polygon>"
    }
    body += HTMLCharts.line("axis", Self.left, base, HTMLCharts.width - 8, base)
    let all = Int128(end.picoseconds)
    for tick in HTMLCharts.ticks(0, all) {
      let place = Self.left + Int(tick * Int128(HTMLCharts.width - Self.left - 8) / all)
      body += HTMLCharts.text(
        tick == 0 ? "0" : Figures.short(tick, Figures.time), place, base + 18,
        anchor: tick == 0 ? "start" : place > HTMLCharts.width - 40 ? "end" : "middle")
    }
    let legend = HTMLCharts.legend(
      layers.reversed().map { layer in
        HTMLCharts.Part(
          name: layer.name, style: layer.style, size: Int64(clamping: layer.total),
          figure: Figures.text(layer.total, Figures.energy))
      })
    return
      "<figure>\(HTMLCharts.chart(height: base + 24, "power over time", body))\(legend)</figure>"
  }

  private static let power = [
    Figures.Unit(symbol: "uW", scale: 1), Figures.Unit(symbol: "mW", scale: 1_000),
    Figures.Unit(symbol: "W", scale: 1_000_000),
  ]

  private var merged: Int {
    let steps = series.parts.first?.steps.count ?? 0
    return max(1, (steps + Self.columns - 1) / Self.columns)
  }
  private var columnTime: Int128 { Int128(series.step.picoseconds) * Int128(merged) }

  /// The largest consumers first, the others as one.
  private var layers: [Layer] {
    let sorted = series.parts.enumerated().sorted { a, b in
      let (left, right) = (total(a.element), total(b.element))
      return left == right ? a.offset < b.offset : left > right
    }.map(\.element)
    var layers = sorted.prefix(6).enumerated().map { index, part in
      Layer(name: part.name, style: "c\(index + 1)", columns: columns(part))
    }
    for part in sorted.dropFirst(6) {
      if layers.count < 7 {
        layers.append(Layer(name: "others", style: "c8", columns: columns(part)))
      } else {
        layers[6].columns = zip(layers[6].columns, columns(part)).map(+)
      }
    }
    return layers
  }

  private func total(_ part: EnergySeries.Part) -> Int128 {
    part.steps.reduce(Int128(0)) { $0 + Int128($1) }
  }

  private func columns(_ part: EnergySeries.Part) -> [Int128] {
    var columns = [Int128](repeating: 0, count: (part.steps.count + merged - 1) / merged)
    for (step, joules) in part.steps.enumerated() { columns[step / merged] += Int128(joules) }
    return columns
  }
}
