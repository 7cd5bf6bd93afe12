/// The relative error band of a figure: the truth lies within ± this many parts per million of it.
@frozen public struct Band: Hashable, Comparable, Sendable, Codable {
  public var partsPerMillion: Int64

  /// Precondition: not negative.
  public init(partsPerMillion: Int64) {
    precondition(partsPerMillion >= 0, "a band is not negative")
    self.partsPerMillion = partsPerMillion
  }
  public init(percent: Int64) { self.init(partsPerMillion: percent * 10_000) }

  /// Exact by definition: a count of bytes, a limit that was asked for.
  public static let exact = Band(partsPerMillion: 0)

  public static func < (a: Band, b: Band) -> Bool { a.partsPerMillion < b.partsPerMillion }

  /// Half the width of the band around `magnitude`, rounded up, saturating.
  public func width(of magnitude: Int64) -> Int64 {
    let product = Int128(magnitude.magnitude) * Int128(partsPerMillion)
    return Int64(clamping: (product + 999_999) / 1_000_000)
  }

  /// For printing only: 0.07 is ± 7 %.
  public var fraction: Double { Double(partsPerMillion) / 1e6 }
}

/// How well a figure is known: its tier and its band.
@frozen public struct Trust: Hashable, Sendable, Codable {
  public var tier: Tier
  public var band: Band

  public init(_ tier: Tier, band: Band) {
    self.tier = tier
    self.band = band
  }

  /// A count that the simulation keeps itself.
  public static let exact = Trust(.measured, band: .exact)

  /// The trust of a sum: the parts' bands weighted by their size, and the worst tier of the parts
  /// that are not zero.
  ///
  /// The errors of constants are systematic, so they add up and do not average out.
  public static func sum(_ parts: [(magnitude: Int64, trust: Trust)]) -> Trust {
    var total: Int128 = 0
    var errors: Int128 = 0
    var tier = Tier.measured
    for part in parts where part.magnitude != 0 {
      total += Int128(part.magnitude)
      errors += Int128(part.magnitude.magnitude) * Int128(part.trust.band.partsPerMillion)
      tier = max(tier, part.trust.tier)
    }
    let size = Int128(total.magnitude)
    // A sum of zero made of parts that are not has no finite relative band.
    let band = size == 0 ? (errors == 0 ? 0 : Int128(Int64.max)) : (errors + size - 1) / size
    return Trust(tier, band: Band(partsPerMillion: Int64(clamping: band)))
  }

  /// The trust of a product or a quotient: the relative bands add up.
  public static func * (a: Trust, b: Trust) -> Trust {
    let (x, y) = (Int128(a.band.partsPerMillion), Int128(b.band.partsPerMillion))
    let band = x + y + (x * y + 999_999) / 1_000_000
    return Trust(max(a.tier, b.tier), band: Band(partsPerMillion: Int64(clamping: band)))
  }
}

/// A figure with how well it is known.
@frozen public struct Trusted<Value: Sendable>: Sendable {
  public var value: Value
  public var trust: Trust

  public init(_ value: Value, _ trust: Trust) {
    self.value = value
    self.trust = trust
  }

  public func map<Other: Sendable>(_ transform: (Value) -> Other) -> Trusted<Other> {
    Trusted<Other>(transform(value), trust)
  }
}

extension Trusted: Equatable where Value: Equatable {}
extension Trusted: Hashable where Value: Hashable {}
