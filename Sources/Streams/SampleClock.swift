import Units

/// When the samples of a constant-rate recording happen while it is played: exact fractions.
struct SampleClock: Sendable {
  /// Samples in a picosecond = numerator ÷ denominator, drift included.
  private let numerator: UInt128
  private let denominator: UInt128

  /// nil when rate and drift together do not fit 128 bits: rates below 1e-17 Hz.
  init?(_ rate: Hertz, _ drift: Drift) {
    let billion: Int64 = 1_000_000_000
    let (speed, overflow) = billion.addingReportingOverflow(drift.partsPerBillion)
    guard !overflow, speed > 0 else { return nil }
    var a = UInt128(rate.numerator) * UInt128(speed)
    var b: UInt128 = 1_000_000_000_000 * UInt128(billion)
    var denominator = UInt128(rate.denominator)
    Self.reduce(&a, &b)
    Self.reduce(&a, &denominator)
    let (product, tooLarge) = b.multipliedReportingOverflow(by: denominator)
    if tooLarge { return nil }
    (numerator, self.denominator) = (a, product)
  }

  /// The newest sample `elapsed` picoseconds after sample 0, and how far it is to the next one.
  func position(after elapsed: UInt64) -> (index: UInt64, fraction: Double) {
    let product = UInt128(elapsed).multipliedFullWidth(by: numerator)
    if product.high >= denominator { return (.max, 0) }
    let quotient: UInt128
    let remainder: UInt128
    if product.high == 0 {
      (quotient, remainder) = product.low.quotientAndRemainder(dividingBy: denominator)
    } else {
      (quotient, remainder) = denominator.dividingFullWidth(product)
    }
    let fraction = remainder == 0 ? 0 : Double(remainder) / Double(denominator)
    return (UInt64(clamping: quotient), fraction)
  }

  /// The first whole picosecond at or after sample `index`; nil beyond 63 bits.
  func elapsed(toSample index: UInt64) -> Int64? {
    let product = UInt128(index).multipliedFullWidth(by: denominator)
    if product.high >= numerator { return nil }
    let (quotient, remainder) = numerator.dividingFullWidth(product)
    return Int64(exactly: remainder == 0 ? quotient : quotient + 1)
  }

  private static func reduce(_ a: inout UInt128, _ b: inout UInt128) {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    (a, b) = (a / x, b / x)
  }
}
