import Units

/// How a number in one unit becomes a number in another: an exact fraction, but for radians.
///
/// Reference: The International System of Units (BIPM, 9th edition); standard gravity 9.80665 m/s²
/// (3rd CGPM, 1901).
public struct UnitFactor: Sendable, Hashable {
  enum Quantity: Hashable {
    case acceleration, angularRate, magneticField, pressure, temperature, humidity, voltage
    case illuminance, sound
  }

  /// Value in the base unit (m/s², dps, µT, Pa, °C, %, V, lux, counts) = value × numerator ÷ denominator.
  private struct Scale {
    let quantity: Quantity
    let numerator: Double
    let denominator: Double
  }

  private let numerator: Double
  private let denominator: Double

  /// Throws when a unit is unknown or the two measure different things.
  public init(
    from source: String, to target: String, of channel: String, in path: String
  ) throws(StreamError) {
    if source == target {
      (numerator, denominator) = (1, 1)
      return
    }
    let from = try Self.scale(source, channel, path)
    let to = try Self.scale(target, channel, path)
    guard from.quantity == to.quantity else {
      throw StreamError(
        .unknownUnit, path, "column '\(channel)' is in \(source), which is no \(target)",
        hint: "check the stream's `units:` and `columns:`")
    }
    (numerator, denominator) = (from.numerator * to.denominator, from.denominator * to.numerator)
  }

  /// Leaves values as they are; throws when the unit is unknown.
  init(knowing unit: String, of channel: String, in path: String) throws(StreamError) {
    _ = try Self.scale(unit, channel, path)
    (numerator, denominator) = (1, 1)
  }

  /// The value in the target unit; exact up to the rounding of one product and one quotient.
  public func apply(_ value: Double) -> Double { value * numerator / denominator }

  private static func scale(
    _ unit: String, _ channel: String, _ path: String
  ) throws(StreamError) -> Scale {
    // A megapascal is no millipascal.
    if unit == "mPa" {
      return Scale(quantity: .pressure, numerator: 1, denominator: 1_000)
    }
    if let scale = table[unit.lowercased()] { return scale }
    let hint =
      Spelling.nearest(to: unit, among: names).map { "did you mean '\($0)'?" }
      ?? "expected one of \(names.joined(separator: ", "))"
    throw StreamError(.unknownUnit, path, "column '\(channel)': unknown unit '\(unit)'", hint: hint)
  }

  /// Every unit under its usual name.
  public static let names = [
    "g", "mg", "ug", "m/s2", "dps", "mdps", "udps", "rad/s", "mrad/s", "1e-5 rad/s", "uT", "nT",
    "gauss", "mgauss", "Pa", "hPa", "kPa", "mPa", "C", "mC", "%", "m%", "V", "mV", "uV", "nV",
    "lux", "int16",
  ]

  private static let table: [String: Scale] = {
    var table: [String: Scale] = [:]
    func add(_ quantity: Quantity, _ numerator: Double, _ denominator: Double, _ units: String...) {
      for unit in units {
        table[unit] = Scale(quantity: quantity, numerator: numerator, denominator: denominator)
      }
    }
    add(.acceleration, 980_665, 1e5, "g")
    add(.acceleration, 980_665, 1e8, "mg")
    add(.acceleration, 980_665, 1e11, "ug", "µg")
    add(.acceleration, 1, 1, "m/s2", "m/s^2", "m/s²")
    add(.angularRate, 1, 1, "dps", "deg/s", "°/s")
    add(.angularRate, 1, 1e3, "mdps")
    add(.angularRate, 1, 1e6, "udps", "µdps")
    // 180 / pi, rounded to nearest.
    add(.angularRate, 57.295_779_513_082_32, 1, "rad/s")
    add(.angularRate, 57.295_779_513_082_32, 1e3, "mrad/s")
    // As Renode's files keep it.
    add(.angularRate, 57.295_779_513_082_32, 1e5, "1e-5 rad/s")
    add(.magneticField, 1, 1, "ut", "µt")
    add(.magneticField, 1, 1e3, "nt")
    add(.magneticField, 100, 1, "gauss")
    add(.magneticField, 1, 10, "mgauss")
    add(.pressure, 1, 1, "pa")
    add(.pressure, 100, 1, "hpa", "mbar")
    add(.pressure, 1_000, 1, "kpa")
    add(.temperature, 1, 1, "c", "°c", "celsius", "cel")
    add(.temperature, 1, 1e3, "mc")
    add(.humidity, 1, 1, "%", "%rh")
    add(.humidity, 1, 1e3, "m%")
    add(.voltage, 1, 1, "v")
    add(.voltage, 1, 1e3, "mv")
    add(.voltage, 1, 1e6, "uv", "µv")
    add(.voltage, 1, 1e9, "nv")
    add(.illuminance, 1, 1, "lux", "lx")
    add(.sound, 1, 1, "int16", "wav", "waveform")
    return table
  }()
}
