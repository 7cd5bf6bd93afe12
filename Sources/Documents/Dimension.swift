/// What a quantity measures: its units and what one of each is in the smallest part that is kept.
public struct Dimension: Sendable {
  public struct Unit: Sendable {
    public let symbol: String
    /// In base units: a millisecond is 1,000,000,000 ps.
    public let scale: Int64
    /// Not offered in messages nor used to print: a second spelling.
    public let isAlternative: Bool

    init(_ symbol: String, _ scale: Int64, alternative: Bool = false) {
      self.symbol = symbol
      self.scale = scale
      isAlternative = alternative
    }
  }

  /// With its article: `a duration`.
  public let name: String
  public let example: String
  /// From the smallest to the largest.
  public let units: [Unit]

  var symbols: [String] { units.filter { !$0.isAlternative }.map(\.symbol) }

  /// Kept in picoseconds.
  public static let duration = Dimension(
    name: "a duration", example: "12 ms",
    units: [
      Unit("ps", 1), Unit("ns", 1_000), Unit("us", 1_000_000),
      Unit("\u{B5}s", 1_000_000, alternative: true),
      Unit("\u{3BC}s", 1_000_000, alternative: true),
      Unit("ms", 1_000_000_000), Unit("s", 1_000_000_000_000),
      Unit("min", 60_000_000_000_000), Unit("h", 3_600_000_000_000_000),
    ])
  /// Kept as a fraction of hertz.
  public static let frequency = Dimension(
    name: "a frequency", example: "119 Hz",
    units: [
      Unit("Hz", 1), Unit("kHz", 1_000), Unit("MHz", 1_000_000), Unit("GHz", 1_000_000_000),
    ])
  /// Kept in bytes.
  public static let size = Dimension(
    name: "a size", example: "256 KiB",
    units: [
      Unit("B", 1), Unit("kB", 1_000), Unit("KiB", 1 << 10), Unit("MB", 1_000_000),
      Unit("MiB", 1 << 20), Unit("GB", 1_000_000_000), Unit("GiB", 1 << 30),
    ])
  /// Kept in nanoamperes.
  public static let current = Dimension(
    name: "a current", example: "8 mA",
    units: [
      Unit("nA", 1), Unit("uA", 1_000), Unit("\u{B5}A", 1_000, alternative: true),
      Unit("\u{3BC}A", 1_000, alternative: true), Unit("mA", 1_000_000), Unit("A", 1_000_000_000),
    ])
  /// Kept in millivolts.
  public static let voltage = Dimension(
    name: "a voltage", example: "3.0 V", units: [Unit("mV", 1), Unit("V", 1_000)])
  /// Kept in femtojoules.
  public static let energy = Dimension(
    name: "an energy", example: "6 mJ",
    units: [
      Unit("fJ", 1), Unit("pJ", 1_000), Unit("nJ", 1_000_000), Unit("uJ", 1_000_000_000),
      Unit("\u{B5}J", 1_000_000_000, alternative: true),
      Unit("\u{3BC}J", 1_000_000_000, alternative: true),
      Unit("mJ", 1_000_000_000_000), Unit("J", 1_000_000_000_000_000),
    ])
  /// Kept in nanoampere-hours.
  public static let charge = Dimension(
    name: "a charge", example: "220 mAh",
    units: [
      Unit("nAh", 1), Unit("uAh", 1_000), Unit("mAh", 1_000_000), Unit("Ah", 1_000_000_000),
    ])
  /// Kept in parts per billion.
  public static let ratio = Dimension(
    name: "a ratio", example: "90 %",
    units: [Unit("ppb", 1), Unit("ppm", 1_000), Unit("%", 10_000_000)])
}
