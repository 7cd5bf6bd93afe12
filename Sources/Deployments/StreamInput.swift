public import Documents
public import Units

/// A recording that a sensor feels.
public struct StreamInput: Hashable, Sendable {
  public enum Interpolation: String, CaseIterable, Hashable, Sendable {
    case hold
    case linear
  }

  /// What happens after the recording's last sample.
  public enum End: String, CaseIterable, Hashable, Sendable {
    /// The run ends there.
    case stop
    /// The sensor keeps feeling the last sample.
    case hold
    case `repeat`
  }

  /// One quantity of the sensor: which columns of the file hold it, and in what.
  public struct Channel: Hashable, Sendable {
    /// `accelerometer`.
    public var name: String
    /// Names of the file's columns, one an axis; nil: not said.
    public var columns: [String]?
    /// Of the file's numbers: `g`, `dps`; nil: the channel's own unit.
    public var unit: String?
    /// What one count of the sensor stands for; nil: the data sheet's figure.
    public var sensitivity: Sensitivity?
    public var position: Position
  }

  /// What one count of a sensor stands for: `0.061 mg`.
  public struct Sensitivity: Hashable, Sendable {
    public enum Unit: String, Hashable, Sendable {
      case g
      case dps
    }

    /// In 1e-12 of the unit.
    public var trillionths: Int64
    public var unit: Unit
  }

  /// The board's name of the sensor: `imu`.
  public var sensor: String
  public var position: Position
  public var file: String
  /// Samples a second in the file; nil: the file says.
  public var rate: Hertz?
  /// The column with each sample's time; nil: the rate says.
  public var timeColumn: String?
  /// Which channel of a sound file with several, from 1; nil: the first.
  public var soundChannel: Int?
  public var channels: [Channel]
  public var interpolation: Interpolation
  public var end: End
  /// When the recording's first sample happens; negative: its start is cut off.
  public var offset: Interval
  /// How much faster the recorder's clock ran than true time.
  public var drift: Ratio
  /// Whether another rate than the sensor's is converted; else it is an error.
  public var isResampled: Bool

  public func channel(_ name: String) -> Channel? { channels.first { $0.name == name } }
}

extension StreamInput {
  static let keys = [
    "file", "rate", "time", "channel", "columns", "units", "sensitivity", "interpolate", "end",
    "offset",
    "drift", "resample",
  ]
  static let units = [
    "g", "mg", "ug", "m/s2", "dps", "mdps", "udps", "rad/s", "mrad/s", "1e-5 rad/s", "uT", "nT",
    "gauss", "mgauss", "Pa", "hPa", "kPa", "mPa", "C", "mC", "%", "m%", "V", "mV", "uV", "lux",
  ]

  init(_ entry: Node.Entry, resolve: (Node) throws(DocumentError) -> String) throws(DocumentError) {
    let fields = try Fields(entry.value, "a stream", keys: Self.keys)
    sensor = entry.key
    position = entry.position
    file = try resolve(fields.required("file"))
    rate = try fields.optional("rate")?.hertz()
    channels = try Self.channels(fields)
    interpolation =
      try fields.optional("interpolate")?.choice("interpolation", as: Interpolation.self) ?? .hold
    end = try fields.optional("end")?.choice("end", as: End.self) ?? .stop
    offset = try fields.optional("offset")?.interval() ?? .zero
    isResampled = try fields.optional("resample")?.boolean() ?? false
    drift = .zero
    if let node = fields.optional("drift") {
      drift = try node.ratio()
      let limit: Int64 = 100_000_000
      guard (-limit...limit).contains(drift.partsPerBillion) else {
        throw node.error("expected a drift within 10 %, found \(node.summary)")
      }
    }
    timeColumn = try fields.optional("time")?.string()
    if let node = fields.optional("channel") { soundChannel = Int(try node.integer(in: 1...255)) }
  }

  private static func channels(_ fields: Fields) throws(DocumentError) -> [Channel] {
    var channels: [Channel] = []
    func index(of entry: Node.Entry) -> Int {
      if let index = channels.firstIndex(where: { $0.name == entry.key }) { return index }
      channels.append(Channel(name: entry.key, position: entry.position))
      return channels.count - 1
    }
    for entry in try fields.optional("columns")?.entries("columns") ?? [] {
      var columns: [String] = []
      for node in try entry.value.oneOrMore() { columns.append(try node.string()) }
      guard !columns.isEmpty else { throw entry.value.error("expected at least one column") }
      channels[index(of: entry)].columns = columns
    }
    for entry in try fields.optional("units")?.entries("units") ?? [] {
      let unit = try entry.value.choice("unit", of: units.map { ($0, $0) })
      channels[index(of: entry)].unit = unit
    }
    for entry in try fields.optional("sensitivity")?.entries("sensitivity") ?? [] {
      let sensitivity = try Sensitivity(entry.value)
      channels[index(of: entry)].sensitivity = sensitivity
    }
    return channels
  }
}

extension StreamInput.Sensitivity {
  private static let scales: [(symbol: String, unit: Unit, trillionths: Int64)] = [
    ("g", .g, 1_000_000_000_000), ("mg", .g, 1_000_000_000), ("ug", .g, 1_000_000),
    ("dps", .dps, 1_000_000_000_000), ("mdps", .dps, 1_000_000_000), ("udps", .dps, 1_000_000),
  ]

  fileprivate init(_ node: Node) throws(DocumentError) {
    guard let (number, rest) = Decimal.prefix(of: try node.string()) else {
      throw node.error("expected a number and a unit such as '0.061 mg', found \(node.summary)")
    }
    let symbol = String(rest.drop { $0 == " " })
    guard let scale = Self.scales.first(where: { $0.symbol == symbol }) else {
      throw node.error(
        "unknown unit '\(shortened(symbol))'" + hint(for: symbol, in: Self.scales.map(\.symbol))
      )
    }
    let (whole, remainder) = (Int128(number.mantissa) * Int128(scale.trillionths))
      .quotientAndRemainder(dividingBy: Int128(number.denominator))
    // A thousand units a count is beyond every sensor.
    guard remainder == 0, whole > 0, whole <= 1_000_000_000_000_000 else {
      throw node.error("expected a sensitivity from 1e-12 to 1000 \(scale.unit.rawValue)")
    }
    trillionths = Int64(whole)
    unit = scale.unit
  }
}
