/// A point in simulated time: whole picoseconds since power-on.
///
/// A picosecond divides a 64 MHz cycle exactly; clocks that it does not divide are converted tick by
/// tick from the start of their domain (`ClockDomain`), so that nothing accumulates. 63 bits hold
/// 106 days.
@frozen public struct Instant: Hashable, Comparable, Sendable, Codable {
  public var picoseconds: Int64

  @inlinable public init(picoseconds: Int64) { self.picoseconds = picoseconds }

  public static let zero = Instant(picoseconds: 0)
  /// Later than anything that happens.
  public static let never = Instant(picoseconds: .max)

  @inlinable public static func < (a: Instant, b: Instant) -> Bool {
    a.picoseconds < b.picoseconds
  }
  @inlinable public static func + (a: Instant, b: Interval) -> Instant {
    Instant(picoseconds: a.picoseconds + b.picoseconds)
  }
  @inlinable public static func - (a: Instant, b: Interval) -> Instant {
    Instant(picoseconds: a.picoseconds - b.picoseconds)
  }
  @inlinable public static func - (a: Instant, b: Instant) -> Interval {
    Interval(picoseconds: a.picoseconds - b.picoseconds)
  }

  /// For printing only; results are kept in whole picoseconds.
  public var seconds: Double { Double(picoseconds) / 1e12 }

  public init(from decoder: any Decoder) throws {
    picoseconds = try decoder.singleValueContainer().decode(Int64.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(picoseconds)
  }
}

/// A length of simulated time in whole picoseconds; may be negative (an offset).
@frozen public struct Interval: Hashable, Comparable, Sendable, Codable {
  public var picoseconds: Int64

  @inlinable public init(picoseconds: Int64) { self.picoseconds = picoseconds }

  @inlinable public static func nanoseconds(_ n: Int64) -> Interval {
    Interval(picoseconds: n * 1_000)
  }
  @inlinable public static func microseconds(_ n: Int64) -> Interval {
    Interval(picoseconds: n * 1_000_000)
  }
  @inlinable public static func milliseconds(_ n: Int64) -> Interval {
    Interval(picoseconds: n * 1_000_000_000)
  }
  @inlinable public static func seconds(_ n: Int64) -> Interval {
    Interval(picoseconds: n * 1_000_000_000_000)
  }

  public static let zero = Interval(picoseconds: 0)

  @inlinable public static func < (a: Interval, b: Interval) -> Bool {
    a.picoseconds < b.picoseconds
  }
  @inlinable public static func + (a: Interval, b: Interval) -> Interval {
    Interval(picoseconds: a.picoseconds + b.picoseconds)
  }
  @inlinable public static func - (a: Interval, b: Interval) -> Interval {
    Interval(picoseconds: a.picoseconds - b.picoseconds)
  }
  @inlinable public static func += (a: inout Interval, b: Interval) {
    a.picoseconds += b.picoseconds
  }
  @inlinable public static func * (a: Interval, n: Int64) -> Interval {
    Interval(picoseconds: a.picoseconds * n)
  }

  /// For printing only; results are kept in whole picoseconds.
  public var seconds: Double { Double(picoseconds) / 1e12 }

  public init(from decoder: any Decoder) throws {
    picoseconds = try decoder.singleValueContainer().decode(Int64.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(picoseconds)
  }
}
