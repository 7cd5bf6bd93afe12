public import Units

/// How much faster than nominal a recorder's clock ran, in whole parts per billion: 15 ppm is 15,000.
public struct Drift: Sendable, Hashable {
  public var partsPerBillion: Int64

  public init(partsPerBillion: Int64) { self.partsPerBillion = partsPerBillion }

  public static func partsPerMillion(_ ppm: Int32) -> Drift {
    Drift(partsPerBillion: Int64(ppm) * 1_000)
  }
  public static let zero = Drift(partsPerBillion: 0)
}

/// A recording as the world around the sensor: the value of every channel at any instant.
///
/// Sample 0 happens `offset` after power-on; before it the recording's first sample holds. With a
/// positive drift every sample comes earlier by that part. A sample holds from its own instant, exact
/// to the picosecond, up to the next one's; `linear` draws a line to the next. After the last sample's
/// period comes the `end`.
public struct Playback: Sendable {
  public enum Interpolation: String, Sendable, Hashable {
    case hold
    case linear
  }
  public enum End: String, Sendable, Hashable {
    /// There are no more values; the run ends.
    case stop
    /// The last sample stays.
    case hold
    /// Sample 0 follows the last one's period; `linear` leads from one to the other.
    case `repeat`
  }

  public let recording: Recording
  public let offset: Interval
  public let drift: Drift
  public let interpolation: Interpolation
  public let end: End
  private let clock: Clock

  private enum Clock: Sendable {
    case constant(SampleClock)
    case timestamps([Interval])
  }

  /// Throws when the drift stops or reverses time, or the rate is out of all range.
  public init(
    _ recording: Recording, offset: Interval = .zero, drift: Drift = .zero,
    interpolation: Interpolation = .hold, end: End = .stop
  ) throws(StreamError) {
    // A tenth is far beyond any oscillator and keeps every product within 128 bits.
    guard drift.partsPerBillion.magnitude <= 100_000_000 else {
      throw StreamError(
        .unsupported, recording.path, "a drift beyond 100,000 ppm",
        hint: "expected what an oscillator has, such as `drift: 15 ppm`")
    }
    switch recording.timing {
    case .timestamps(let times): clock = .timestamps(times)
    case .rate(let rate):
      guard let clock = SampleClock(rate, drift) else {
        throw StreamError(
          .wrongRate, recording.path, "a sample rate out of all range",
          hint: "check the stream's `rate:`")
      }
      self.clock = .constant(clock)
    }
    (self.recording, self.offset, self.drift) = (recording, offset, drift)
    (self.interpolation, self.end) = (interpolation, end)
  }

  /// Every channel at `instant`; nil when the recording has ended and `end` is `stop`.
  public func values(at instant: Instant) -> [Double]? {
    guard let place = place(at: instant) else { return nil }
    return recording.samples.map { value($0, place) }
  }

  /// One channel at `instant`, without an array; nil as for `values`.
  public func value(ofChannel channel: Int, at instant: Instant) -> Double? {
    guard let place = place(at: instant) else { return nil }
    return value(recording.samples[channel], place)
  }

  /// The sample that is newest at `instant`, counted on through repeats; nil once it has ended.
  public func sampleIndex(at instant: Instant) -> UInt64? { place(at: instant)?.absolute }

  /// Every channel of the sample of that number, for a sensor clocked by the recording itself: the
  /// `end` rule applies past the last one.
  public func sample(index: UInt64) -> [Double]? {
    guard let index = wrapped(index) else { return nil }
    return recording.samples.map { $0[index] }
  }

  /// One channel of the sample of that number.
  public func sample(index: UInt64, channel: Int) -> Double? {
    wrapped(index).map { recording.samples[channel][$0] }
  }

  /// When the recording has ended: the first instant without a value; `never` unless it stops.
  public var endInstant: Instant {
    guard end == .stop else { return .never }
    let length: Int64?
    switch clock {
    case .constant(let clock): length = clock.elapsed(toSample: UInt64(recording.count))
    case .timestamps: length = played(recording.duration)
    }
    guard let length else { return .never }
    let (sum, overflow) = offset.picoseconds.addingReportingOverflow(length)
    return overflow ? .never : max(.zero, Instant(picoseconds: sum))
  }
}

extension Playback {
  /// Between which samples an instant lies.
  private struct Place {
    /// Counted on through repeats.
    var absolute: UInt64
    var index: Int
    var next: Int
    var fraction: Double
  }

  private func value(_ samples: [Double], _ place: Place) -> Double {
    let first = samples[place.index]
    if interpolation == .hold || place.fraction == 0 { return first }
    return first + (samples[place.next] - first) * place.fraction
  }

  private func wrapped(_ index: UInt64) -> Int? {
    let count = UInt64(recording.count)
    if index < count { return Int(index) }
    switch end {
    case .stop: return nil
    case .hold: return recording.count - 1
    case .repeat: return Int(index % count)
    }
  }

  private func place(at instant: Instant) -> Place? {
    let (elapsed, overflow) = instant.picoseconds.subtractingReportingOverflow(offset.picoseconds)
    if overflow { return offset.picoseconds > 0 ? start : place(after: UInt64(Int64.max)) }
    return elapsed < 0 ? start : place(after: UInt64(elapsed))
  }

  private var start: Place { Place(absolute: 0, index: 0, next: 0, fraction: 0) }

  private func place(after elapsed: UInt64) -> Place? {
    let (absolute, fraction) = position(after: elapsed)
    guard let index = wrapped(absolute) else { return nil }
    var next = index + 1
    if next == recording.count { next = end == .repeat ? 0 : index }
    // Held past the end: there is no next sample to lead to.
    return Place(absolute: absolute, index: index, next: next, fraction: fraction)
  }

  private func position(after elapsed: UInt64) -> (index: UInt64, fraction: Double) {
    switch clock {
    case .constant(let clock): return clock.position(after: elapsed)
    case .timestamps(let times): return position(after: elapsed, times)
    }
  }

  private func position(
    after elapsed: UInt64, _ times: [Interval]
  ) -> (index: UInt64, fraction: Double) {
    // The recorder's own time, in billionths of a picosecond, compared exactly.
    let own = Int128(elapsed) * Int128(1_000_000_000 + drift.partsPerBillion)
    let period = Int128(recording.duration.picoseconds) * 1_000_000_000
    let count = times.count
    let (round, inside) = own.quotientAndRemainder(dividingBy: period)
    if round > 0 && end != .repeat { return (UInt64(count), 0) }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if Int128(times[middle].picoseconds) * 1_000_000_000 <= inside {
        low = middle + 1
      } else {
        high = middle
      }
    }
    let index = low - 1
    let from = Int128(times[index].picoseconds) * 1_000_000_000
    let to = low < count ? Int128(times[low].picoseconds) * 1_000_000_000 : period
    let fraction = inside == from ? 0 : Double(inside - from) / Double(to - from)
    return (UInt64(clamping: round * Int128(count) + Int128(index)), fraction)
  }

  /// How long a stretch of the recorder's time takes, rounded up to a picosecond.
  private func played(_ length: Interval) -> Int64? {
    let speed = Int128(1_000_000_000 + drift.partsPerBillion)
    let product = Int128(length.picoseconds) * 1_000_000_000
    return Int64(exactly: (product + speed - 1) / speed)
  }
}
