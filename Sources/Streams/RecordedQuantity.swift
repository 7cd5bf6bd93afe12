/// What a sensor measures, and what loggers call its columns.
public enum RecordedQuantity: String, Sendable, CaseIterable {
  case acceleration = "accelerometer"
  case angularRate = "gyroscope"
  case magneticField = "magnetometer"
  case temperature
  case humidity
  case pressure
  case illuminance
  case voltage

  /// One column or three.
  public var isVector: Bool {
    switch self {
    case .acceleration, .angularRate, .magneticField: true
    case .temperature, .humidity, .pressure, .illuminance, .voltage: false
    }
  }

  /// The places of the quantity's columns among these channels, in the order of the axes; nil when
  /// they do not say that they hold it, or more than one set does.
  public func columns(of channels: [Channel]) -> [Int]? {
    let names = channels.map { Self.plain($0.name) }
    for stem in stems {
      let wanted = isVector ? ["x", "y", "z"].map { stem + $0 } : [stem]
      let places = wanted.map { name in names.indices.filter { names[$0] == name } }
      if places.allSatisfy({ $0.count == 1 }) { return places.map { $0[0] } }
    }
    // Bare axes are those of an accelerometer only where their unit says so.
    if self == .acceleration {
      let places = ["x", "y", "z"].map { names.firstIndex(of: $0) }
      let units = places.map { $0.flatMap { channels[$0].unit }?.lowercased() }
      let known: [String?] = ["g", "mg", "ug", "m/s2", "m/s^2"]
      if units.allSatisfy(known.contains) { return places.compactMap { $0 } }
    }
    return nil
  }

  private var stems: [String] {
    switch self {
    case .acceleration: ["a", "acc", "accel", "acceleration", "accelerometer"]
    case .angularRate: ["g", "gyr", "gyro", "gyroscope", "angularrate"]
    case .magneticField: ["m", "mag", "magnetic", "magnetometer"]
    case .temperature: ["temperature", "temp"]
    case .humidity: ["humidity", "hum"]
    case .pressure: ["pressure", "press"]
    case .illuminance: ["illuminance", "lux", "light"]
    case .voltage: ["voltage"]
    }
  }

  /// `Acc_X`, `accX` and `acc x` alike; a unit at the end is no part of the name.
  private static func plain(_ name: String) -> String {
    var parts = name.lowercased().split { " _-.".contains($0) }
    if parts.count > 1, let last = parts.last, nameSuffixUnits.contains(String(last)) {
      parts.removeLast()
    }
    return parts.joined()
  }
}

/// Units that loggers put at the end of a column's name: `x_mg`. A lone g may name a gyroscope's axis.
let nameSuffixUnits = ["mg", "ug", "dps", "mdps", "udps"]
