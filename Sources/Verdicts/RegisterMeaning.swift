/// What a register's value means to a reader, where its name alone says how to work it out.
enum RegisterMeaning {
  /// "400 kHz" for a bus clock; nil: not known.
  ///
  /// Reference: nRF52840 Product Specification, sections 6.25 (SPIM), 6.31 (TWIM), 6.34 (UARTE): FREQUENCY
  /// and BAUDRATE are the rate as a fraction of 16 MHz by 2^32.
  static func text(_ name: String, _ value: UInt32, chip: String) -> String? {
    guard chip.hasPrefix("nrf") else { return nil }
    let isBaud = name.hasSuffix(".BAUDRATE")
    guard isBaud || name.hasSuffix(".FREQUENCY") else { return nil }
    let rate = (UInt64(value) * 16_000_000) >> 32
    // The registers' named values lie a few per cent beside what they are called.
    let named = isBaud ? bauds : frequencies
    guard let nearest = named.min(by: { distance($0, rate) < distance($1, rate) }),
      distance(nearest, rate) * 25 < nearest
    else { return nil }
    if isBaud { return "\(nearest) baud" }
    return nearest < 1_000_000 ? "\(nearest / 1_000) kHz" : "\(nearest / 1_000_000) MHz"
  }

  private static func distance(_ a: UInt64, _ b: UInt64) -> UInt64 { max(a, b) - min(a, b) }

  private static let frequencies: [UInt64] = [
    100_000, 125_000, 250_000, 400_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000,
  ]
  private static let bauds: [UInt64] = [
    1_200, 2_400, 4_800, 9_600, 14_400, 19_200, 28_800, 31_250, 38_400, 56_000, 57_600, 76_800,
    115_200, 230_400, 250_000, 460_800, 921_600, 1_000_000,
  ]
}
