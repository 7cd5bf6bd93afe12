/// An integer divider that ends early: four bits of the quotient a cycle, as far as the operands' lengths ask
/// for.
///
/// Reference: compendium.i-0.nl, division timing (measured on STM32L4): 2 cycles when an operand is zero, 3
/// when the dividend has fewer bits than the divisor, else by the difference of both in bits, where a negative
/// number counts as its magnitude; DDI0439D table 3-1: 2 to 12. That 12 are the most for a difference of 31
/// leaves four bits a cycle after the first five cycles.
public struct Divider: Sendable, Hashable {
  /// The shortest and the longest division.
  static let cycles: ClosedRange<UInt32> = 2...12
  /// What a division costs whose operands are not known.
  static let expectedCycles: UInt32 = 7

  /// Whether the rule was measured on this core, or taken over from another.
  public let isMeasured: Bool

  public init(isMeasured: Bool) { self.isMeasured = isMeasured }

  /// What a division costs beyond the shortest.
  public func excess(dividend: UInt32, divisor: UInt32, isSigned: Bool) -> UInt32 {
    cycles(dividend: dividend, divisor: divisor, isSigned: isSigned) - Self.cycles.lowerBound
  }

  /// The same of operands that are not known.
  public var expectedExcess: UInt32 { Self.expectedCycles - Self.cycles.lowerBound }

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

extension BlockPrice {
  /// Takes the divisions at some instructions for the shortest: what they cost more is charged when they run.
  public mutating func leaveOut(divisions: [Int], _ divider: Divider) {
    let excess = divider.expectedExcess
    for division in divisions {
      cycles -= excess
      split[.divide] -= min(excess, split[.divide])
      for index in offsets.indices where index > division {
        offsets[index] -= min(UInt16(excess), offsets[index])
      }
    }
    let count = UInt32(divisions.count)
    if divider.isMeasured {
      maximum -= count * (Divider.cycles.upperBound - Divider.cycles.lowerBound)
      operandsBelow -= count * excess
      operandsAbove -= count * (Divider.cycles.upperBound - Divider.expectedCycles)
    } else {
      // As far off as a division whose operands are not known.
      minimum -= min(count * excess, minimum)
      maximum -= count * excess
    }
  }
}
