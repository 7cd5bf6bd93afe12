import RunRecord
import Units

/// What happened around one occurrence, track by track: sensors, buses, handlers, functions of interest
/// and sleep.
struct HTMLTimeline {
  let timeline: RunTimeline
  let from: Instant
  let to: Instant
  let exceptions: [ExceptionRecord]

  private static let (left, top, row) = (150, 30, 24)
  /// Tracks and spans of one drawing: what is finer cannot be seen.
  private static let (tracks, spans) = (14, 1_200)

  private enum Group: Int {
    case sensor, bus, pin, handler, function, core
  }

  private struct Key: Hashable, Comparable {
    let group: Group
    let name: String

    static func < (a: Key, b: Key) -> Bool {
      (a.group.rawValue, a.name) < (b.group.rawValue, b.name)
    }
  }

  private struct Span {
    let start: Int64
    let end: Int64
    let name: String
    let style: String
  }

  private struct Track {
    var spans: [Span] = []
    var marks: [(at: Int64, name: String)] = []
    var openedAt: [Int64] = []
  }

  var figure: String {
    guard to > from, !timeline.events.isEmpty else { return "" }
    let length = Int128(to.picoseconds) - Int128(from.picoseconds)
    let margin = Int64(clamping: length / 12)
    let low = from.picoseconds.subtractingReportingOverflow(margin).partialValue
    let high = to.picoseconds.addingReportingOverflow(margin).partialValue
    guard low < high else { return "" }
    let tracks = collect(low, high).filter { key, track in
      // A pin that never moves tells nothing.
      if key.group == .pin { return track.spans.contains { $0.start > low || $0.end < high } }
      return !track.spans.isEmpty || !track.marks.isEmpty
    }
    .sorted { $0.key < $1.key }.prefix(Self.tracks)
    if tracks.isEmpty { return "" }
    return draw(Array(tracks), low, high)
  }

  // MARK: Spans

  /// The spans that reach into the drawing; what began before it begins at its edge.
  private func collect(_ low: Int64, _ high: Int64) -> [Key: Track] {
    var tracks: [Key: Track] = [:]
    func begin(_ key: Key, _ at: Instant) {
      tracks[key, default: Track()].openedAt.append(at.picoseconds)
    }
    func end(_ key: Key, _ at: Int64, _ style: String) {
      guard let start = tracks[key]?.openedAt.popLast(), at >= low, start <= high,
        (tracks[key]?.spans.count ?? 0) < Self.spans
      else { return }
      tracks[key]?.spans.append(
        Span(start: max(start, low), end: min(at, high), name: key.name, style: style))
    }
    func mark(_ key: Key, _ at: Instant, _ name: String) {
      guard low <= at.picoseconds, at.picoseconds <= high,
        (tracks[key]?.marks.count ?? 0) < Self.spans
      else { return }
      tracks[key, default: Track()].marks.append((at.picoseconds, name))
    }
    for event in timeline.events {
      if event.at.picoseconds > high && tracks.values.allSatisfy({ $0.openedAt.isEmpty }) { break }
      let name = timeline.name(of: event)
      let (style, key) = look(event, name)
      switch event.kind {
      case .handlerEntered, .slept, .functionEntered, .busyBegan, .pinRose: begin(key, event.at)
      case .handlerLeft, .woke, .functionLeft, .busyEnded, .pinFell:
        end(key, event.at.picoseconds, style)
      case .pended: mark(key, event.at, "pended")
      case .sampleReady: mark(key, event.at, "ready")
      case .sampleRead: mark(key, event.at, "read")
      case .sampleLost: mark(key, event.at, "lost")
      case .powerState, .masked: break
      }
    }
    for key in tracks.keys {
      while tracks[key]?.openedAt.isEmpty == false { end(key, high, style(key.group)) }
    }
    return tracks
  }

  private func look(_ event: RunTimeline.Event, _ name: String) -> (String, Key) {
    let key: Key
    switch event.kind {
    case .pended, .masked, .handlerEntered, .handlerLeft:
      let exception = exceptions.first { $0.number == event.value }
      key = Key(group: .handler, name: exception?.name ?? "exception \(event.value)")
    case .slept, .woke: key = Key(group: .core, name: "asleep")
    case .functionEntered, .functionLeft: key = Key(group: .function, name: name)
    case .sampleReady, .sampleRead, .sampleLost: key = Key(group: .sensor, name: name)
    case .pinRose, .pinFell: key = Key(group: .pin, name: name)
    case .busyBegan, .busyEnded, .powerState: key = Key(group: .bus, name: name)
    }
    return (style(key.group), key)
  }

  private func style(_ group: Group) -> String {
    switch group {
    case .sensor, .pin: "c3"
    case .bus: "bus"
    case .handler: "handler"
    case .function: "code"
    case .core: "sleep"
    }
  }

  // MARK: Drawing

  private func draw(_ tracks: [(key: Key, value: Track)], _ low: Int64, _ high: Int64) -> String {
    let base = Self.top + tracks.count * Self.row
    let span = Int128(high) - Int128(low)
    func x(_ at: Int64) -> Int {
      Self.left
        + Int((Int128(at) - Int128(low)) * Int128(HTMLCharts.width - Self.left - 4) / span)
    }
    var body = ""
    // Ticks count from the occurrence's start.
    let scale = Figures.Scale(Int128(high) - Int128(from.picoseconds), Figures.time)
    let ticks = HTMLCharts.ticks(
      Int128(low) - Int128(from.picoseconds), Int128(high) - Int128(from.picoseconds))
    for tick in ticks {
      let place = x(Int64(clamping: tick + Int128(from.picoseconds)))
      body += HTMLCharts.line("grid", place, Self.top - 6, place, base)
      body += HTMLCharts.text(
        tick == 0 ? "0" : scale.text(tick), place, base + 16, anchor: "middle")
    }
    for (index, track) in tracks.enumerated() {
      let y = Self.top + index * Self.row
      body += HTMLCharts.text(
        TextLayout.shortened(track.key.name, to: 21), Self.left - 8, y + 15, anchor: "end",
        style: "ink")
      body += HTMLCharts.line("grid", Self.left, y + Self.row, HTMLCharts.width, y + Self.row)
      for span in track.value.spans { body += bar(span, y, x) }
      for mark in track.value.marks { body += self.mark(mark, y, x(mark.at)) }
    }
    for (at, name) in [(from, "from"), (to, "to")] {
      let place = x(at.picoseconds)
      body += HTMLCharts.line("mark", place, 16, place, base)
      body += HTMLCharts.text(name, place, 12, anchor: "middle", style: "ink")
    }
    let length = Figures.text(to.picoseconds - from.picoseconds, Figures.time)
    let title = "what happened in the longest occurrence, \(length)"
    return "<figure>\(HTMLCharts.chart(height: base + 22, title, body))<figcaption>Time from the "
      + "occurrence's start. A circle is a sample that became ready, a dot one that was read, a "
      + "triangle an interrupt that became pending.</figcaption></figure>"
  }

  private func bar(_ span: Span, _ y: Int, _ x: (Int64) -> Int) -> String {
    let width = max(1, x(span.end) - x(span.start))
    let time = Figures.text(Int128(span.end) - Int128(span.start), Figures.time)
    var text = "<rect class=\"\(span.style)\" x=\"\(x(span.start))\" y=\"\(y + 4)\" "
    text += "width=\"\(width)\" height=\"\(Self.row - 8)\" rx=\"2\"><title>"
    text += MarkupText.escaped("\(span.name): \(time)") + "</title></rect>"
    if width > 70 { text += HTMLCharts.text(time, x(span.start) + 6, y + 16, style: "on") }
    return text
  }

  private func mark(_ mark: (at: Int64, name: String), _ y: Int, _ x: Int) -> String {
    let middle = y + Self.row / 2
    let title = "<title>\(mark.name)</title>"
    switch mark.name {
    case "pended":
      return "<path class=\"handler\" d=\"M\(x - 4) \(y + 2)h8l-4 7z\">\(title)</path>"
    case "ready":
      return "<circle class=\"sample\" cx=\"\(x)\" cy=\"\(middle)\" r=\"5\">\(title)</circle>"
    case "lost":
      return "<circle class=\"missed\" cx=\"\(x)\" cy=\"\(middle)\" r=\"5\">\(title)</circle>"
    default:
      return "<circle class=\"c3\" cx=\"\(x)\" cy=\"\(middle)\" r=\"4\">\(title)</circle>"
    }
  }
}
