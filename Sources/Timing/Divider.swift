/// What an integer division costs on the cores whose divider ends early: by its operands, which the price
/// of a block does not know.
///
/// Reference: DDI0439D table 3-1: 2 to 12. Measured on STM32L4 (compendium.i-0.nl, division timing): 2 cycles
/// when an operand is zero, 3 when the dividend has fewer bits than the divisor, else more with the
/// difference of both in bits.
enum Divider {
  static let cycles: ClosedRange<UInt32> = 2...12
  static let expectedCycles: UInt32 = 7
}
