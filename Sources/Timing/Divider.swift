/// An integer divider that ends early: four bits of the quotient a cycle, as far as the operands' lengths
/// ask for.
///
/// Reference: compendium.i-0.nl, division timing (measured on STM32L4): 2 cycles when an operand is zero, 3
/// when the dividend has fewer bits than the divisor, else by the difference of both in bits, where a
/// negative number counts as its magnitude; DDI0439D table 3-1: at most 12. That 12 are the most for a
/// difference of 31 leaves four bits a cycle after the first five cycles.
public struct Divider: Sendable, Hashable {
  /// The shortest and the longest division, and what a block is described with.
  static let cycles: ClosedRange<UInt32> = 2...12
  static let expectedCycles: UInt32 = 7

  public init() {}

  /// What the divisor and the dividend make a division cost beyond what its block is described with.
  public func difference(dividend: UInt32, divisor: UInt32, isSigned: Bool) -> Int64 {
    Int64(cycles(dividend: dividend, divisor: divisor, isSigned: isSigned))
      - Int64(Self.expectedCycles)
  }

  /// What a division costs.
  public func cycles(dividend: UInt32, divisor: UInt32, isSigned: Bool) -> UInt32 {
    if dividend == 0 || divisor == 0 { return Self.cycles.lowerBound }
    let above = Self.bits(dividend, isSigned)
    let below = Self.bits(divisor, isSigned)
    return above < below ? 3 : 5 + (above - below) / 4
  }

  private static func bits(_ value: UInt32, _ isSigned: Bool) -> UInt32 {
    let magnitude = isSigned ? Int32(bitPattern: value).magnitude : value
    return UInt32(32 - magnitude.leadingZeroBitCount)
  }
}
