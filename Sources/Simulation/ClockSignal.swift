public import Units

/// A clock on the chip whose frequency firmware may change while it runs: its ticks are counted on
/// from one frequency to the next, and convert exactly to time and back.
///
/// Not modelled: the phase of the tick under way when the frequency changes; the first tick of the
/// new frequency comes one whole period after the change. A stopped clock has no next tick.
public final class ClockSignal {
  /// A stretch of time at one frequency.
  private struct Segment {
    let firstTick: UInt64
    let domain: ClockDomain
  }

  private var current: Segment
  /// Earlier stretches, oldest first; only the newest are kept.
  private var past: [Segment] = []
  private static let capacity = 1 << 16
  private var observers: [() -> Void] = []

  public init(frequency: Hertz, start: Instant = .zero) {
    current = Segment(firstTick: 0, domain: ClockDomain(frequency: frequency, start: start))
  }

  public var frequency: Hertz { current.domain.frequency }
  /// It has stopped: no tick happens until `start` or `change`.
  public private(set) var isStopped = false

  /// Has its new frequency from `instant` on, which is not before the last change.
  public func change(to frequency: Hertz, at instant: Instant) {
    guard frequency != self.frequency || isStopped else { return }
    begin(frequency, at: instant)
  }

  /// Has no more ticks from `instant` on, until it has a frequency again.
  public func stop(at instant: Instant) {
    guard !isStopped else { return }
    begin(frequency, at: instant)
    isStopped = true
    for observer in observers { observer() }
  }

  private func begin(_ frequency: Hertz, at instant: Instant) {
    if past.count >= 2 * Self.capacity { past.removeFirst(Self.capacity) }
    past.append(current)
    current = Segment(
      firstTick: ticks(at: instant), domain: ClockDomain(frequency: frequency, start: instant))
    isStopped = false
    for observer in observers { observer() }
  }

  /// Calls `observer` after each change of frequency.
  public func observe(_ observer: @escaping () -> Void) { observers.append(observer) }

  /// The instant of tick `n`; `Instant.never` when that lies beyond the range.
  public func instant(ofTick n: UInt64) -> Instant {
    if isStopped && n > current.firstTick { return .never }
    let segment = n >= current.firstTick ? current : segment { $0.firstTick <= n }
    return segment.domain.instant(ofTick: n >= segment.firstTick ? n - segment.firstTick : 0)
  }

  /// Ticks that have happened at `instant`, tick 0 not counted.
  public func ticks(at instant: Instant) -> UInt64 {
    let segment =
      instant >= current.domain.start ? current : segment { $0.domain.start <= instant }
    let stands = isStopped && instant >= current.domain.start
    let ticks = stands ? 0 : segment.domain.ticks(at: instant)
    return ticks == .max ? ticks : segment.firstTick + ticks
  }

  /// The number of the first tick that happens at `instant` or later.
  public func firstTick(notBefore instant: Instant) -> UInt64 {
    let n = ticks(at: instant)
    if n == .max { return n }
    return self.instant(ofTick: n) >= instant ? n : n + 1
  }

  /// How long `n` ticks take at the present frequency, rounded up to a picosecond.
  public func duration(ofTicks n: UInt64) -> Interval { current.domain.duration(ofTicks: n) }

  /// The ticks of the present frequency that cover `interval`.
  public func ticks(in interval: Interval) -> UInt64 {
    current.domain.firstTick(notBefore: current.domain.start + interval)
  }

  private func segment(where isReached: (Segment) -> Bool) -> Segment {
    past.last(where: isReached) ?? past.first ?? current
  }
}
