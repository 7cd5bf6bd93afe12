public import Units

/// Why a text is not the quantity that was asked for; says which units there are.
public struct QuantityError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }
}

/// Quantities with their units as people write them, read with integers only: nothing is rounded.
public enum Quantity {
  /// `12 ms`, `-1.5us`, `2 h`.
  public static func interval(_ text: String) throws(QuantityError) -> Interval {
    Interval(picoseconds: try whole(text, of: .duration))
  }

  /// `119 Hz`, `14.9 Hz`, `64 MHz`; positive.
  public static func hertz(_ text: String) throws(QuantityError) -> Hertz {
    let (number, scale) = try split(text, of: .frequency)
    let scaled = Int128(number.mantissa) * Int128(scale)
    guard scaled > 0 else {
      throw QuantityError("expected a frequency above zero, found '\(text)'")
    }
    guard let numerator = UInt64(exactly: scaled) else { throw outOfRange(text, .frequency) }
    return Hertz(numerator, per: UInt64(number.denominator))
  }

  /// `256 KiB`, `512 B`; not negative.
  public static func bytes(_ text: String) throws(QuantityError) -> UInt64 {
    let count = try whole(text, of: .size)
    guard count >= 0 else { throw QuantityError("expected a size, found '\(text)'") }
    return UInt64(count)
  }

  /// `8 mA`, `418 uA`.
  public static func amperes(_ text: String) throws(QuantityError) -> Amperes {
    Amperes(nanoamperes: try whole(text, of: .current))
  }

  /// `3.0 V`, `1800 mV`.
  public static func volts(_ text: String) throws(QuantityError) -> Volts {
    Volts(millivolts: try whole(text, of: .voltage))
  }

  /// `6 mJ`.
  public static func joules(_ text: String) throws(QuantityError) -> Joules {
    Joules(femtojoules: try whole(text, of: .energy))
  }

  /// `220 mAh`.
  public static func charge(_ text: String) throws(QuantityError) -> Charge {
    Charge(nanoampereHours: try whole(text, of: .charge))
  }

  /// `90 %`, `-15 ppm`.
  public static func ratio(_ text: String) throws(QuantityError) -> Ratio {
    Ratio(partsPerBillion: try whole(text, of: .ratio))
  }

  /// `48`, `-3`, `0x40008000`.
  public static func integer(_ text: String) throws(QuantityError) -> Int64 {
    let negative = text.hasPrefix("-")
    let digits = negative ? text.dropFirst() : text[...]
    let hexadecimal = digits.hasPrefix("0x") || digits.hasPrefix("0X")
    let plain = hexadecimal ? digits.dropFirst(2) : digits
    // Int64(_:radix:) would take a second sign.
    guard plain.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
      let value = Int64((negative ? "-" : "") + plain, radix: hexadecimal ? 16 : 10)
    else { throw QuantityError("expected a whole number, found '\(shortened(text))'") }
    return value
  }

  /// The text in base units of `dimension`, exactly.
  private static func whole(
    _ text: String, of dimension: Dimension
  ) throws(QuantityError) -> Int64 {
    let (number, scale) = try split(text, of: dimension)
    let (quotient, remainder) = (Int128(number.mantissa) * Int128(scale))
      .quotientAndRemainder(dividingBy: Int128(number.denominator))
    if remainder != 0 {
      throw QuantityError(
        "'\(shortened(text))' is finer than 1 \(dimension.units[0].symbol), the smallest kept")
    }
    guard let value = Int64(exactly: quotient) else { throw outOfRange(text, dimension) }
    return value
  }

  /// The number before the unit and what one of the unit is in base units.
  private static func split(
    _ text: String, of dimension: Dimension
  ) throws(QuantityError) -> (number: Decimal, scale: Int64) {
    guard let (number, rest) = Decimal.prefix(of: text) else {
      throw QuantityError(
        "expected \(dimension.name) such as '\(dimension.example)', found '\(shortened(text))'")
    }
    let symbol = String(rest.drop { $0 == " " })
    if symbol.isEmpty {
      throw QuantityError(
        "'\(shortened(text))' has no unit; \(dimension.name) is in "
          + dimension.symbols.joined(separator: ", "))
    }
    guard let unit = dimension.units.first(where: { $0.symbol == symbol }) else {
      throw QuantityError(
        "unknown unit '\(shortened(symbol))'; \(dimension.name) is in "
          + dimension.symbols.joined(separator: ", "))
    }
    return (number, unit.scale)
  }

  private static func outOfRange(_ text: String, _ dimension: Dimension) -> QuantityError {
    QuantityError("'\(shortened(text))' is out of range for \(dimension.name)")
  }
}
