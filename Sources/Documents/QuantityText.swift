public import Units

/// Quantities back to text, in the largest unit that needs no fraction: reading it gives the same.
extension Quantity {
  public static func text(_ interval: Interval) -> String {
    text(interval.picoseconds, .duration)
  }
  public static func text(bytes: UInt64) -> String {
    // Sizes are powers of two: 1,000,000 B is not printed as 1 MB.
    let units = Dimension.size.units.filter { $0.scale & ($0.scale - 1) == 0 }
    let unit = units.last { bytes != 0 && bytes % UInt64($0.scale) == 0 } ?? units[0]
    return "\(bytes / UInt64(unit.scale)) \(unit.symbol)"
  }
  public static func text(_ current: Amperes) -> String { text(current.nanoamperes, .current) }
  public static func text(_ voltage: Volts) -> String { text(voltage.millivolts, .voltage) }
  public static func text(_ energy: Joules) -> String { text(energy.femtojoules, .energy) }
  public static func text(_ charge: Charge) -> String { text(charge.nanoampereHours, .charge) }
  public static func text(_ ratio: Ratio) -> String { text(ratio.partsPerBillion, .ratio) }

  /// A frequency that is no decimal number of hertz, which no text can give, is printed as a
  /// fraction: `100/3 Hz`.
  public static func text(_ frequency: Hertz) -> String {
    if frequency.denominator == 1, frequency.numerator <= UInt64(Int64.max) {
      return text(Int64(frequency.numerator), .frequency)
    }
    for digits in 1...18 {
      let power = UInt64(powerOfTen(digits))
      guard power % frequency.denominator == 0 else { continue }
      let (product, overflow) = frequency.numerator
        .multipliedReportingOverflow(by: power / frequency.denominator)
      guard !overflow, let mantissa = Int64(exactly: product) else { break }
      return "\(Decimal(mantissa: mantissa, fractionDigits: digits)) Hz"
    }
    return "\(frequency.numerator)/\(frequency.denominator) Hz"
  }

  private static func text(_ value: Int64, _ dimension: Dimension) -> String {
    let units = dimension.units.filter { !$0.isAlternative }
    let unit = units.last { value != 0 && value % $0.scale == 0 } ?? units[0]
    return "\(value / unit.scale) \(unit.symbol)"
  }
}
