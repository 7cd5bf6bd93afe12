/// A decimal number as it was written, exactly: `14.9` is 149 with one fraction digit.
public struct Decimal: Hashable, Sendable {
  public var mantissa: Int64
  /// At most 18.
  public var fractionDigits: Int

  public init(mantissa: Int64, fractionDigits: Int = 0) {
    precondition((0...18).contains(fractionDigits), "at most 18 fraction digits")
    self.mantissa = mantissa
    self.fractionDigits = fractionDigits
  }

  /// 10 to the power of `fractionDigits`.
  public var denominator: Int64 { powerOfTen(fractionDigits) }

  /// For printing, and for factors of samples; correctly rounded.
  public var value: Double { Double(mantissa) / Double(denominator) }

  /// Reads a number without a unit or exponent, `-0.061`; nil when it is none or has over 18 digits.
  public init?(_ text: some StringProtocol) {
    guard let (number, rest) = Decimal.prefix(of: text), rest.isEmpty else { return nil }
    self = number
  }

  /// The number that a text starts with, and what follows it.
  public static func prefix<Text: StringProtocol>(
    of text: Text
  ) -> (number: Decimal, rest: Text.SubSequence)? {
    var rest = text[...]
    var negative = false
    if let sign = rest.first, sign == "-" || sign == "+" {
      negative = sign == "-"
      rest = rest.dropFirst()
    }
    var mantissa: Int64 = 0
    var (digits, fraction) = (0, 0)
    var inFraction = false
    while let character = rest.first {
      if character == "." && !inFraction {
        inFraction = true
      } else if let digit = character.asciiValue.map({ Int64($0) - 48 }), (0...9).contains(digit) {
        if digits == 18 { return nil }
        mantissa = mantissa * 10 + digit
        digits += mantissa == 0 ? 0 : 1
        fraction += inFraction ? 1 : 0
        if fraction > 18 { return nil }
      } else {
        break
      }
      rest = rest.dropFirst()
    }
    let consumed = text.utf8.count - rest.utf8.count - (inFraction ? 1 : 0)
    if consumed - (text.first == "-" || text.first == "+" ? 1 : 0) == 0 { return nil }
    return (Decimal(mantissa: negative ? -mantissa : mantissa, fractionDigits: fraction), rest)
  }
}

extension Decimal: CustomStringConvertible {
  public var description: String {
    let digits = String(mantissa.magnitude)
    let sign = mantissa < 0 ? "-" : ""
    if fractionDigits == 0 { return sign + digits }
    let padded = String(repeating: "0", count: max(0, fractionDigits + 1 - digits.count)) + digits
    return sign + padded.dropLast(fractionDigits) + "." + padded.suffix(fractionDigits)
  }
}

func powerOfTen(_ exponent: Int) -> Int64 {
  var result: Int64 = 1
  for _ in 0..<exponent { result *= 10 }
  return result
}
