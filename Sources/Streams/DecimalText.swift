import Units

/// Numbers as files hold them: decimal digits without an exponent.
enum DecimalText {
  /// The shortest decimal number that reads as this one again: `0.00001`, `-9.81`, `10`.
  static func plain(_ value: Double) -> String {
    let text = "\(value)"
    let parts = text.split(separator: "e")
    var digits = String(parts[0])
    let isNegative = digits.hasPrefix("-")
    if isNegative { digits.removeFirst() }
    if digits.hasSuffix(".0") { digits.removeLast(2) }
    guard parts.count == 2, let power = Int(parts[1]) else {
      return (isNegative ? "-" : "") + digits
    }
    let pieces = digits.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = pieces.count > 1 ? String(pieces[1]) : ""
    let mantissa = pieces[0] + fraction
    let point = pieces[0].count + power
    let plain: String
    if point <= 0 {
      plain = "0." + String(repeating: "0", count: -point) + mantissa
    } else if point >= mantissa.count {
      plain = mantissa + String(repeating: "0", count: point - mantissa.count)
    } else {
      plain = mantissa.prefix(point) + "." + mantissa.dropFirst(point)
    }
    return (isNegative ? "-" : "") + plain
  }

  /// Whole picoseconds as seconds, rounded to so many decimals (at most 12); zeros at the end go.
  static func seconds(_ picoseconds: Int64, decimals: Int = 12) -> String {
    var unit: Int128 = 1
    for _ in decimals..<12 { unit *= 10 }
    let magnitude = (Int128(picoseconds.magnitude) + unit / 2) / unit
    let scale = 1_000_000_000_000 / unit
    var fraction = String(String(magnitude % scale + scale).dropFirst())
    while fraction.last == "0" { fraction.removeLast() }
    let sign = picoseconds < 0 ? "-" : ""
    return "\(sign)\(magnitude / scale)" + (fraction.isEmpty ? "" : ".\(fraction)")
  }

  /// A rate whose period is so many milliseconds, exactly as its shortest decimal says; but the whole
  /// rate, where the number is only that rate's period rounded to binary64. nil when out of range.
  static func rate(periodMilliseconds period: Double) -> Hertz? {
    guard period.isFinite, period > 0, period < 1e12 else { return nil }
    let nearest = (1_000 / period).rounded()
    if nearest >= 1, nearest < 1e12, 1_000 / nearest == period { return Hertz(UInt64(nearest)) }
    guard let fraction = fraction(period) else { return nil }
    let (numerator, overflow) = fraction.denominator.multipliedReportingOverflow(by: 1_000)
    return overflow ? nil : Hertz(numerator, per: fraction.numerator)
  }

  /// A positive number's shortest decimal as a fraction; nil when it takes more than 63 bits.
  static func fraction(_ value: Double) -> (numerator: UInt64, denominator: UInt64)? {
    guard value.isFinite, value > 0 else { return nil }
    let pieces = plain(value).split(separator: ".")
    guard let numerator = UInt64(pieces.joined()), numerator > 0 else { return nil }
    var denominator: UInt64 = 1
    for _ in 0..<(pieces.count > 1 ? pieces[1].count : 0) {
      let (product, overflow) = denominator.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      denominator = product
    }
    return (numerator, denominator)
  }

  /// A positive rate in hertz as its shortest decimal says.
  static func rate(_ hertz: Double) -> Hertz? {
    fraction(hertz).map { Hertz($0.numerator, per: $0.denominator) }
  }

  /// The period of a rate in milliseconds, correctly rounded to binary64.
  static func periodMilliseconds(_ rate: Hertz) -> Double {
    // Both are exact up to 2^53; beyond, no logger's rate lies.
    Double(rate.denominator) * 1_000 / Double(rate.numerator)
  }
}
