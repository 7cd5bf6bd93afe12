import Units

/// Frequencies from Nordic's 32-bit rate registers.
///
/// BAUDRATE, FREQUENCY and PDMCLKCTRL hold a fraction of 2^32 of their source clock, and the
/// hardware divides by the whole part of its inverse: 0x01D60000 gives 16 MHz / 139, the
/// "115108 baud" of the data sheet, and 0x06400000 gives 16 MHz / 40 = 400 kHz exactly.
///
/// Reference: nRF52840 Product Specification v1.7, 6.34.9 BAUDRATE (actual rates), 6.31.7
/// FREQUENCY, 6.15.7 PDMCLKCTRL; all their rows come out exactly by this rule.
enum NordicRate {
  /// Nil for a register value of 0: no clock.
  static func frequency(_ register: UInt32, of source: Hertz) -> Hertz? {
    guard register > 0 else { return nil }
    return source.scaled(by: 1, over: (1 << 32) / UInt64(register))
  }

  static let peripheralClock = Hertz(16_000_000)
  static let audioClock = Hertz(32_000_000)
}
