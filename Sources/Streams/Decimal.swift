/// A decimal number in ASCII, read the same way in every locale.
enum Decimal {
  /// The nearest binary64 number; nil when the bytes are no finite decimal number.
  static func double(_ text: ArraySlice<UInt8>) -> Double? {
    guard let parts = Parts(text) else { return nil }
    // Both operands are exact here, so that one operation rounds correctly.
    if parts.isExact, parts.mantissa <= 1 << 53, (-22...22).contains(parts.exponent) {
      let magnitude = Double(parts.mantissa)
      let power = powers[abs(parts.exponent)]
      let value = parts.exponent < 0 ? magnitude / power : magnitude * power
      return parts.isNegative ? -value : value
    }
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return value
  }

  /// The number times 10^`scale`, rounded half away from zero; nil from 10^30 on.
  ///
  /// Digits after the nineteenth are dropped.
  static func scaled(_ text: ArraySlice<UInt8>, by scale: Int) -> Int128? {
    guard let parts = Parts(text) else { return nil }
    var magnitude = Int128(parts.mantissa)
    let shift = parts.exponent + scale
    if shift >= 0 {
      for _ in 0..<(magnitude == 0 ? 0 : min(shift, 31)) {
        if magnitude >= limit { return nil }
        magnitude *= 10
      }
    } else {
      var divisor: Int128 = 1
      for _ in 0..<min(-shift, 30) { divisor *= 10 }
      magnitude = (magnitude + divisor / 2) / divisor
    }
    if magnitude >= limit { return nil }
    return parts.isNegative ? -magnitude : magnitude
  }

  private static let limit: Int128 = 1_000_000_000_000_000_000_000_000_000_000

  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Sign, digits and power of ten.
  private struct Parts {
    var isNegative = false
    var mantissa: UInt64 = 0
    var exponent = 0
    /// No digit was dropped.
    var isExact = true

    init?(_ text: ArraySlice<UInt8>) {
      var rest = text
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        isNegative = sign == UInt8(ascii: "-")
        rest.removeFirst()
      }
      var hasDigits = false
      var isFraction = false
      while let byte = rest.first {
        if byte == UInt8(ascii: "."), !isFraction {
          isFraction = true
        } else if case 0x30...0x39 = byte {
          hasDigits = true
          append(byte - 0x30, isFraction)
        } else {
          break
        }
        rest.removeFirst()
      }
      guard hasDigits else { return nil }
      if rest.isEmpty { return }
      guard rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") else { return nil }
      guard let power = Self.power(rest.dropFirst()) else { return nil }
      exponent += power
    }

    private mutating func append(_ digit: UInt8, _ isFraction: Bool) {
      if mantissa >= 1_000_000_000_000_000_000 {
        if !isFraction { exponent += 1 }
        if digit != 0 { isExact = false }
        return
      }
      mantissa = mantissa * 10 + UInt64(digit)
      if isFraction { exponent -= 1 }
    }

    private static func power(_ text: ArraySlice<UInt8>) -> Int? {
      var digits = text
      var sign = 1
      if let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
        sign = first == UInt8(ascii: "-") ? -1 : 1
        digits.removeFirst()
      }
      guard !digits.isEmpty, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
      var value = 0
      for digit in digits { value = min(value * 10 + Int(digit - 0x30), 100_000) }
      return sign * value
    }
  }
}
