/// A number of C as a logger stores it, little-endian.
enum StoredNumber: Sendable {
  case signed(bytes: Int)
  case unsigned(bytes: Int)
  case float
  case double

  /// `int16_t`, `float`; nil for anything else.
  init?(_ name: String) {
    switch name {
    case "int8_t": self = .signed(bytes: 1)
    case "int16_t": self = .signed(bytes: 2)
    case "int32_t": self = .signed(bytes: 4)
    case "int64_t": self = .signed(bytes: 8)
    case "uint8_t": self = .unsigned(bytes: 1)
    case "uint16_t": self = .unsigned(bytes: 2)
    case "uint32_t": self = .unsigned(bytes: 4)
    case "uint64_t": self = .unsigned(bytes: 8)
    case "float", "float32_t": self = .float
    case "double", "float64_t": self = .double
    default: return nil
    }
  }

  /// Two's complement of so many bits; nil when they are no whole bytes up to four.
  init?(signedBits bits: Int) {
    guard [8, 16, 24, 32].contains(bits) else { return nil }
    self = .signed(bytes: bits / 8)
  }

  static let names = [
    "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t",
    "float", "double",
  ]

  var width: Int {
    switch self {
    case .signed(let bytes), .unsigned(let bytes): bytes
    case .float: 4
    case .double: 8
    }
  }

  func next(_ reader: inout ByteReader) throws(StreamError) -> Double {
    switch self {
    case .float: return Double(try reader.next(Float.self))
    case .double: return try reader.next(Double.self)
    case .signed(let bytes), .unsigned(let bytes):
      var value: UInt64 = 0
      for index in 0..<bytes {
        value |= UInt64(try reader.next(UInt8.self)) << UInt64(8 * index)
      }
      if case .unsigned = self { return Double(value) }
      let shift = UInt64(64 - 8 * bytes)
      return Double(Int64(bitPattern: value << shift) >> Int64(shift))
    }
  }
}

/// A factor and an offset as their shortest decimals say: counts times it are rounded once.
struct DecimalScale: Sendable {
  private let numerator: Double
  private let offset: Double
  private let denominator: Double

  init(_ factor: Double, offset: Double = 0) {
    func fraction(_ value: Double) -> (numerator: UInt64, denominator: UInt64)? {
      value == 0 ? (0, 1) : DecimalText.fraction(value.magnitude)
    }
    // Products of counts stay exact only below 2^53; both denominators are powers of ten.
    if let first = fraction(factor), let second = fraction(offset), first.numerator < 1 << 21,
      max(first.denominator, second.denominator) < 1 << 53
    {
      let denominator = max(first.denominator, second.denominator)
      let scaled = first.numerator.multipliedReportingOverflow(
        by: denominator / first.denominator)
      let shifted = second.numerator.multipliedReportingOverflow(
        by: denominator / second.denominator)
      if !scaled.overflow, scaled.partialValue < 1 << 21, !shifted.overflow,
        shifted.partialValue < 1 << 52
      {
        numerator = factor < 0 ? -Double(scaled.partialValue) : Double(scaled.partialValue)
        self.offset = offset < 0 ? -Double(shifted.partialValue) : Double(shifted.partialValue)
        self.denominator = Double(denominator)
        return
      }
    }
    (numerator, self.offset, denominator) = (factor, offset, 1)
  }

  func apply(_ value: Double) -> Double { (value * numerator + offset) / denominator }
}
