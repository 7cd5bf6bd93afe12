/// A clock that runs at a constant frequency from an instant on, converted exactly to time and back.
///
/// Tick `n` happens at the first whole picosecond not before its exact time, and
/// `ticks(at: instant(ofTick: n)) == n`: no error accumulates, whatever the frequency.
@frozen public struct ClockDomain: Sendable, Hashable {
  /// When tick 0 happens.
  public let start: Instant
  public let frequency: Hertz
  @usableFromInline let picosecondsNumerator: UInt64
  @usableFromInline let picosecondsDenominator: UInt64

  public init(frequency: Hertz, start: Instant = .zero) {
    self.start = start
    self.frequency = frequency
    // Picoseconds a tick, as a fraction in lowest terms.
    let second: UInt64 = 1_000_000_000_000
    let a = greatestCommonDivisor(second, frequency.numerator)
    picosecondsNumerator = (second / a) * frequency.denominator
    picosecondsDenominator = frequency.numerator / a
  }

  /// The instant of tick `n`; `Instant.never` when that lies beyond the range.
  @inlinable public func instant(ofTick n: UInt64) -> Instant {
    let product = n.multipliedFullWidth(by: picosecondsNumerator)
    if product.high >= picosecondsDenominator { return .never }
    let (quotient, remainder) = picosecondsDenominator.dividingFullWidth(product)
    let elapsed = remainder == 0 ? quotient : quotient + 1
    if elapsed >= UInt64(Int64.max - start.picoseconds) { return .never }
    return Instant(picoseconds: start.picoseconds + Int64(elapsed))
  }

  /// Ticks that have happened at `instant`, tick 0 not counted; 0 before the start.
  @inlinable public func ticks(at instant: Instant) -> UInt64 {
    if instant <= start { return 0 }
    let elapsed = UInt64(instant.picoseconds - start.picoseconds)
    let product = elapsed.multipliedFullWidth(by: picosecondsDenominator)
    if product.high >= picosecondsNumerator { return .max }
    return picosecondsNumerator.dividingFullWidth(product).quotient
  }

  /// The number of the first tick that happens at `instant` or later.
  @inlinable public func firstTick(notBefore instant: Instant) -> UInt64 {
    let n = ticks(at: instant)
    if n == .max { return n }
    return self.instant(ofTick: n) >= instant ? n : n + 1
  }

  /// How long `n` ticks take, rounded up to a picosecond.
  @inlinable public func duration(ofTicks n: UInt64) -> Interval { instant(ofTick: n) - start }
}
