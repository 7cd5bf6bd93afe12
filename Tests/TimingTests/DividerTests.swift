import Testing
import Timing

/// How long the divider takes for which operands.
@Suite struct DividerTests {
  @Test(
    "a division takes what its operands' lengths ask for",
    arguments: [
      // compendium.i-0.nl, division timing: an operand of zero, a shorter dividend.
      (0, 7, false, 2), (7, 0, false, 2), (0, 0, true, 2), (3, 8, false, 3), (1, .max, false, 3),
      // Five, and one for each four bits of difference; DDI0439D table 3-1: at most twelve.
      (8, 8, false, 5), (9, 8, false, 5), (0x78, 8, false, 5), (0x80, 8, false, 6),
      (0x8000_0000, 1, false, 12), (.max, 1, false, 12), (.max, 0x10_0000, false, 7),
      // A negative number counts as its magnitude.
      (.max, 1, true, 5), (UInt32(bitPattern: -16), 16, true, 5), (0x8000_0000, 1, true, 12),
      (100, UInt32(bitPattern: -1000), true, 3),
    ] as [(UInt32, UInt32, Bool, UInt32)])
  func lengths(dividend: UInt32, divisor: UInt32, isSigned: Bool, cycles: UInt32) {
    #expect(
      Divider().cycles(dividend: dividend, divisor: divisor, isSigned: isSigned) == cycles)
  }

  @Test("no division is outside the manual's 2 to 12 cycles", arguments: 0..<200)
  func bounds(seed: UInt64) {
    var state = seed
    for _ in 0..<100 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let dividend = UInt32(truncatingIfNeeded: state >> 32) >> UInt32(state >> 5 & 31)
      let divisor = UInt32(truncatingIfNeeded: state) >> UInt32(state >> 37 & 31)
      for isSigned in [false, true] {
        let cycles = Divider().cycles(dividend: dividend, divisor: divisor, isSigned: isSigned)
        #expect((2...12).contains(cycles))
      }
    }
  }
}
