/// A current in whole nanoamperes.
@frozen public struct Amperes: Hashable, Comparable, Sendable, Codable {
  public var nanoamperes: Int64

  public init(nanoamperes: Int64) { self.nanoamperes = nanoamperes }

  public static let zero = Amperes(nanoamperes: 0)
  public static func < (a: Amperes, b: Amperes) -> Bool { a.nanoamperes < b.nanoamperes }
  public static func + (a: Amperes, b: Amperes) -> Amperes {
    Amperes(nanoamperes: a.nanoamperes + b.nanoamperes)
  }
}

/// A voltage in whole millivolts.
@frozen public struct Volts: Hashable, Comparable, Sendable, Codable {
  public var millivolts: Int64

  public init(millivolts: Int64) { self.millivolts = millivolts }

  public static func < (a: Volts, b: Volts) -> Bool { a.millivolts < b.millivolts }
}

/// An energy in whole femtojoules, so that parts add up to their total exactly; 63 bits hold 9 kJ.
@frozen public struct Joules: Hashable, Comparable, Sendable, Codable {
  public var femtojoules: Int64

  public init(femtojoules: Int64) { self.femtojoules = femtojoules }

  /// `current` drawn at `voltage` for `time`, rounded half up to a femtojoule.
  public init(_ current: Amperes, at voltage: Volts, for time: Interval) {
    // nA x mV = pW; pW x ps = 1e-24 J = 1e-9 fJ.
    let picowatts = Int128(current.nanoamperes) * Int128(voltage.millivolts)
    let yoctojoules = picowatts * Int128(time.picoseconds)
    femtojoules = Int64((yoctojoules + 500_000_000) / 1_000_000_000)
  }

  public static let zero = Joules(femtojoules: 0)
  public static func < (a: Joules, b: Joules) -> Bool { a.femtojoules < b.femtojoules }
  public static func + (a: Joules, b: Joules) -> Joules {
    Joules(femtojoules: a.femtojoules + b.femtojoules)
  }
  public static func - (a: Joules, b: Joules) -> Joules {
    Joules(femtojoules: a.femtojoules - b.femtojoules)
  }
  public static func += (a: inout Joules, b: Joules) { a.femtojoules += b.femtojoules }

  /// For printing only.
  public var joules: Double { Double(femtojoules) / 1e15 }
}
