/// A frequency as an exact fraction: 14.9 Hz is 149/10, a 15 ppm drift multiplies by 1000015/1000000.
@frozen public struct Hertz: Hashable, Sendable, Codable {
  public let numerator: UInt64
  public let denominator: UInt64

  /// `numerator / denominator` hertz in lowest terms. Precondition: both are positive.
  public init(_ numerator: UInt64, per denominator: UInt64 = 1) {
    precondition(numerator > 0 && denominator > 0, "a frequency is positive")
    let divisor = greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// This frequency times `numerator / denominator`.
  public func scaled(by numerator: UInt64, over denominator: UInt64) -> Hertz {
    let a = greatestCommonDivisor(self.numerator, denominator)
    let b = greatestCommonDivisor(numerator, self.denominator)
    return Hertz(
      (self.numerator / a) * (numerator / b), per: (self.denominator / b) * (denominator / a))
  }

  /// For printing only.
  public var value: Double { Double(numerator) / Double(denominator) }
}

extension Hertz: Comparable {
  public static func < (a: Hertz, b: Hertz) -> Bool {
    let left = a.numerator.multipliedFullWidth(by: b.denominator)
    let right = b.numerator.multipliedFullWidth(by: a.denominator)
    return (left.high, left.low) < (right.high, right.low)
  }
}

func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
