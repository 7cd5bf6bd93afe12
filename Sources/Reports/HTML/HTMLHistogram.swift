import Units

/// How often each latency occurred, with its percentiles and the deadline.
struct HTMLHistogram {
  /// Picoseconds.
  let latencies: [Int64]
  let deadline: Int64?
  let marks: [(name: String, at: Int64)]

  private static let bins = 80
  private static let (left, top, height) = (48, 26, 150)

  var figure: String {
    guard var low = latencies.min(), let most = latencies.max() else { return "" }
    // A deadline that is not far off belongs in the picture.
    var high = most
    if let deadline, deadline < low, Int128(deadline) * 2 > Int128(low) { low = deadline }
    if let deadline, deadline > most, Int128(deadline) < Int128(most) * 3 / 2 { high = deadline }
    let span = max(Int128(high) - Int128(low), 1)
    var counts = [Int](repeating: 0, count: Self.bins)
    for latency in latencies {
      let bin = (Int128(latency) - Int128(low)) * Int128(Self.bins) / (span + 1)
      counts[min(max(Int(bin), 0), Self.bins - 1)] += 1
    }
    let peak = counts.max() ?? 1
    func x(_ value: Int128) -> Int {
      Self.left + Int((value - Int128(low)) * Int128(HTMLCharts.width - Self.left - 8) / span)
    }
    let base = Self.top + Self.height
    var body = grid(peak, base)
    for (index, count) in counts.enumerated() where count > 0 {
      let from = Int128(low) + span * Int128(index) / Int128(Self.bins)
      let to = Int128(low) + span * Int128(index + 1) / Int128(Self.bins)
      // What occurred once is still seen.
      let tall = max(2, count * Self.height / peak)
      let isLate = deadline.map { from >= Int128($0) } ?? false
      body += "<rect class=\"\(isLate ? "missed" : "code")\" x=\"\(x(from))\" y=\"\(base - tall)\" "
      body += "width=\"\(max(1, x(to) - x(from) - 1))\" height=\"\(tall)\"><title>"
      body += "\(time(from)) to \(time(to)): \(Figures.grouped(count))</title></rect>"
    }
    body += HTMLCharts.line("axis", Self.left, base, HTMLCharts.width - 8, base)
    let scale = Figures.Scale(Int128(high), Figures.time)
    for tick in HTMLCharts.ticks(Int128(low), Int128(high)) {
      body += HTMLCharts.line("axis", x(tick), base, x(tick), base + 4)
      body += HTMLCharts.text(scale.text(tick), x(tick), base + 18, anchor: "middle")
    }
    body += lines(base, x)
    if let deadline, deadline >= low, deadline <= high {
      body += HTMLCharts.line("limit", x(Int128(deadline)), 4, x(Int128(deadline)), base)
      let isLeft = x(Int128(deadline)) < 130
      body += HTMLCharts.text(
        "deadline", x(Int128(deadline)) + (isLeft ? 5 : -5), 14, anchor: isLeft ? "start" : "end")
    }
    let title =
      "\(Figures.grouped(latencies.count)) latencies from \(time(Int128(low))) to "
      + time(Int128(most))
    return "<figure>\(HTMLCharts.chart(height: base + 24, title, body))</figure>"
  }

  private func grid(_ peak: Int, _ base: Int) -> String {
    var body = ""
    for tick in HTMLCharts.ticks(0, Int128(peak)) where tick > 0 {
      let y = base - Int(tick * Int128(Self.height) / Int128(peak))
      body += HTMLCharts.line("grid", Self.left, y, HTMLCharts.width - 8, y)
      body += HTMLCharts.text(Figures.grouped(tick), Self.left - 6, y + 4, anchor: "end")
    }
    return body
  }

  /// Percentiles, their names where there is room.
  private func lines(_ base: Int, _ x: (Int128) -> Int) -> String {
    var body = ""
    var last = HTMLCharts.width * 2
    for mark in marks.reversed() {
      let place = x(Int128(mark.at))
      body += HTMLCharts.line("mark", place, 18, place, base)
      if last - place > 80 || last > HTMLCharts.width {
        let label = "\(mark.name) \(time(Int128(mark.at)))"
        body += HTMLCharts.text(
          label, place - (place < 130 ? 0 : 4), 14, anchor: place < 130 ? "start" : "end",
          style: "ink")
        last = place - 70
      }
    }
    return body
  }

  private func time(_ picoseconds: Int128) -> String { Figures.text(picoseconds, Figures.time) }
}
