public import Units

/// A stretch of the run and what truly happened in it.
public struct TrueLabel: Hashable, Sendable {
  public var start: Instant
  /// One past its last instant.
  public var end: Instant
  public var text: String

  public init(start: Instant, end: Instant, text: String) {
    (self.start, self.end, self.text) = (start, end, text)
  }
}

extension TrueLabel {
  /// How a recording's own time lies in the run's.
  public struct Playing: Hashable, Sendable {
    /// When its first sample happens.
    public var offset = Interval.zero
    /// How much faster the recorder's clock ran.
    public var drift = Ratio.zero
    /// What it starts over after, in its own time; nil: it does not.
    public var period: Interval?

    public init() {}
  }

  /// Labels in the recording's time, put into the run that plays it up to `end`.
  public static func placed(
    _ labels: [(start: Interval, end: Interval, text: String)], _ playing: Playing,
    until end: Instant
  ) -> [TrueLabel] {
    let speed = Int128(1_000_000_000) + Int128(playing.drift.partsPerBillion)
    guard speed > 0 else { return [] }
    var placed: [TrueLabel] = []
    func instant(_ recorded: Int128) -> Instant {
      let played = (recorded * 1_000_000_000 + speed - 1) / speed
      return Instant(
        picoseconds: Int64(clamping: Int128(playing.offset.picoseconds) + played))
    }
    var turn = Int128(0)
    while placed.count < mostLabels {
      for label in labels {
        let start = instant(turn + Int128(label.start.picoseconds))
        if start >= end { continue }
        let last = instant(turn + Int128(label.end.picoseconds))
        placed.append(TrueLabel(start: start, end: last, text: label.text))
      }
      guard let period = playing.period, period > .zero, !labels.isEmpty else { break }
      turn += Int128(period.picoseconds)
      if instant(turn) >= end { break }
    }
    return placed
  }

  /// Bounds the work on a recording that starts over without end.
  private static let mostLabels = 1_000_000
}
