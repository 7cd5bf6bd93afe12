import Units

/// A PLL of STM32U5 and H7: input divided by M, multiplied by N with a 13-bit fraction, divided by P, Q
/// and R.
///
/// Reference: RM0456 11.8.9 to 11.8.14, RM0455 8.7.11 to 8.7.15.
/// Not modelled: the limits of VCO and input, that a fraction is latched by its enable bit alone.
struct STM32FractionalPLL {
  /// Names of its outputs: `pll1-p`, `pll1-q`, `pll1-r`.
  let name: String
  let dividers: UInt32
  let fraction: UInt32

  /// `isEnabled` says whether each output is on, P first.
  func outputs(
    _ rcc: STM32RCC, input: Hertz, over divider: Int, usesFraction: Bool, isEnabled: [Bool]
  ) -> [(name: String, frequency: Hertz)] {
    let fraction = usesFraction ? UInt64(rcc.bits(self.fraction, 3, 13)) : 0
    let multiplier = UInt64(rcc.bits(dividers, 0, 9) + 1) << 13 + fraction
    let vco = input.scaled(by: multiplier, over: UInt64(divider) << 13)
    let shifts: [(String, UInt32)] = [("p", 9), ("q", 16), ("r", 24)]
    return zip(shifts, isEnabled).filter(\.1).map { output, _ in
      let over = UInt64(rcc.bits(dividers, output.1, 7) + 1)
      return ("\(name)-\(output.0)", vco.scaled(by: 1, over: over))
    }
  }
}
