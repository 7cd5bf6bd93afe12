import Trust
import Units

/// Numbers as people read them, from whole base units and without floating point.
enum Figures {
  /// `640,000,000`.
  static func grouped(_ value: some BinaryInteger) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `value / scale` with that many decimals, rounded half away from zero.
  static func fixed(_ value: Int128, _ scale: Int128, decimals: Int) -> String {
    var power: Int128 = 1
    for _ in 0..<decimals { power *= 10 }
    let rounded = self.rounded(value, scale, power)
    var digits = String(rounded.magnitude)
    if decimals > 0 {
      if digits.count <= decimals {
        digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
      }
      digits = digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }
    return rounded < 0 ? "-" + digits : digits
  }

  /// `value × power / scale`, rounded half away from zero.
  static func rounded(_ value: Int128, _ scale: Int128, _ power: Int128) -> Int128 {
    let twice = 2 * value * power
    return (value < 0 ? twice - scale : twice + scale) / (2 * scale)
  }

  /// A unit and how many base units it has.
  struct Unit {
    let symbol: String
    let scale: Int128
  }

  static let time = [
    Unit(symbol: "ps", scale: 1), Unit(symbol: "ns", scale: 1_000),
    Unit(symbol: "us", scale: 1_000_000), Unit(symbol: "ms", scale: 1_000_000_000),
    Unit(symbol: "s", scale: 1_000_000_000_000),
  ]
  static let current = [
    Unit(symbol: "nA", scale: 1), Unit(symbol: "uA", scale: 1_000),
    Unit(symbol: "mA", scale: 1_000_000), Unit(symbol: "A", scale: 1_000_000_000),
  ]
  static let energy = [
    Unit(symbol: "fJ", scale: 1), Unit(symbol: "pJ", scale: 1_000),
    Unit(symbol: "nJ", scale: 1_000_000), Unit(symbol: "uJ", scale: 1_000_000_000),
    Unit(symbol: "mJ", scale: 1_000_000_000_000), Unit(symbol: "J", scale: 1_000_000_000_000_000),
  ]
  static let bytes = [
    Unit(symbol: "B", scale: 1), Unit(symbol: "KiB", scale: 1_024),
    Unit(symbol: "MiB", scale: 1_048_576),
  ]

  /// A unit and decimals in which a value has three significant digits.
  struct Scale {
    let unit: Unit
    let decimals: Int

    init(_ value: Int128, _ units: [Unit]) {
      let size = Int128(value.magnitude)
      // 999.6 of a unit would print as 1000: it is 1.00 of the next.
      unit = units.last { size * 1_000 >= $0.scale * 995 } ?? units[0]
      if unit.scale == 1 {
        decimals = 0
      } else if size * 10 >= unit.scale * 995 {
        decimals = size * 10 >= unit.scale * 9_995 || size >= unit.scale * 100 ? 0 : 1
      } else {
        decimals = size * 100 >= unit.scale * 995 ? 1 : 2
      }
    }

    func number(_ value: Int128) -> String {
      Figures.fixed(value, unit.scale, decimals: decimals)
    }
    func text(_ value: Int128) -> String { "\(number(value)) \(unit.symbol)" }
  }

  /// `766 us`, `2.11 mA`: three significant digits.
  static func text(_ value: some BinaryInteger, _ units: [Unit]) -> String {
    Scale(Int128(value), units).text(Int128(value))
  }

  /// The same without zeros at its end: `10 s`.
  static func short(_ value: some BinaryInteger, _ units: [Unit]) -> String {
    let scale = Scale(Int128(value), units)
    var number = scale.number(Int128(value))
    if number.contains(".") {
      while number.last == "0" { number.removeLast() }
      if number.last == "." { number.removeLast() }
    }
    return "\(number) \(scale.unit.symbol)"
  }

  /// `71.3 KiB`.
  static func size(_ bytes: UInt64) -> String {
    bytes < 1_024 ? "\(bytes) B" : "\(kibibytes(bytes)) KiB"
  }
  static func kibibytes(_ bytes: UInt64) -> String {
    let text = fixed(Int128(bytes), 1_024, decimals: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// `2.13 %`; a part that is not zero is never printed as zero.
  static func percent(_ part: Int128, of whole: Int128, decimals: Int = 0) -> String {
    if whole == 0 { return "-" }
    let text = fixed(part * 100, whole, decimals: decimals)
    if part > 0, whole > 0, !text.contains(where: { "1"..."9" ~= $0 }) {
      return decimals == 0 ? "<1 %" : "<0.\(String(repeating: "0", count: decimals - 1))1 %"
    }
    return text + " %"
  }

  /// `+-7 %`, rounded up to a whole percent or, below one, a tenth.
  static func band(_ band: Band) -> String { "+-\(bandSize(band))" }

  static func bandSize(_ band: Band) -> String {
    let ppm = Int128(band.partsPerMillion)
    if ppm >= 10_000_000 { return "1000 % or more" }
    if ppm > 9_000 || ppm == 0 { return "\((ppm + 9_999) / 10_000) %" }
    return "0.\((ppm + 999) / 1_000) %"
  }

  /// `4.3 days`: what a battery lasts.
  static func lifetime(_ seconds: Int64) -> String {
    let units: [(String, Int128)] = [
      ("seconds", 1), ("minutes", 60), ("hours", 3_600), ("days", 86_400), ("years", 31_557_600),
    ]
    let unit = units.last { Int128(seconds) >= 2 * $0.1 } ?? units[0]
    return fixed(Int128(seconds), unit.1, decimals: unit.1 == 1 ? 0 : 1) + " " + unit.0
  }

  /// `64 MHz`.
  static func frequency(_ frequency: Hertz) -> String {
    let numerator = Int128(frequency.numerator)
    let denominator = Int128(frequency.denominator)
    let units: [(String, Int128)] = [("Hz", 1), ("kHz", 1_000), ("MHz", 1_000_000)]
    let unit = units.last { numerator >= $0.1 * denominator } ?? units[0]
    var text = fixed(numerator, unit.1 * denominator, decimals: 3)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return "\(text) \(unit.0)"
  }
}
