/// How far a figure can be relied on, best first; what depends on several takes the worst of them.
public enum Tier: String, CaseIterable, Hashable, Comparable, Sendable, Codable {
  /// Measured on the silicon in question, by its vendor or in a cited run.
  case measured
  /// From a model or a quotation that was checked against measurements.
  case validated
  /// Computed from documents, without a check against this silicon.
  case modelled
  /// A placeholder that no document at hand supports.
  case assumed

  private var rank: Int {
    switch self {
    case .measured: 0
    case .validated: 1
    case .modelled: 2
    case .assumed: 3
    }
  }

  /// `a < b` when `a` can be relied on more.
  public static func < (a: Tier, b: Tier) -> Bool { a.rank < b.rank }
}

/// Where the number in a data file comes from.
public enum TrustMark: String, CaseIterable, Hashable, Sendable, Codable {
  /// Read in the vendor's own text, or in a raw measurement.
  case document = "A"
  /// Read in a secondary source that quotes the vendor.
  case quoted = "B"
  /// Derived from figures marked A.
  case derived = "D"
  /// The figure of a close relative of the device.
  case proxy = "P"
  /// Remembered, not looked up.
  case memory = "M"

  /// The tier and the error band that such a number has unless its file says otherwise.
  ///
  /// The band of A is the spread from part to part around a typical figure; that of M is the
  /// scatter of run currents over tool chains for one chip and clock.
  /// Reference: MLPerf Tiny v0.5–v1.3 energy results, STM32L4R5 rows: 19.4 to 30.7 mA.
  public var trust: Trust {
    switch self {
    case .document: Trust(.measured, band: Band(percent: 5))
    case .quoted: Trust(.validated, band: Band(percent: 10))
    case .derived: Trust(.modelled, band: Band(percent: 10))
    case .proxy: Trust(.modelled, band: Band(percent: 20))
    case .memory: Trust(.assumed, band: Band(percent: 25))
    }
  }
}
