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

  /// `0.061 mg` a count.
  public struct Sensitivity: Hashable, Sendable {
    public var number: Decimal
    public var unit: String
  }

  /// The board's name of the sensor: `imu`.
  public var sensor: String
  public var position: Position
  public var file: String
  /// Samples a second in the file; nil: the file says.
  public var rate: Hertz?
  /// The column with each sample's time, and its unit; nil: the rate says.
  public var time: (column: String, unit: Interval)? {
    get { timeColumn.map { ($0, timeUnit) } }
    set { (timeColumn, timeUnit) = (newValue?.column, newValue?.unit ?? .seconds(1)) }
  }
  private var timeColumn: String?
  private var timeUnit = Interval.seconds(1)
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
    "file", "rate", "time", "columns", "units", "sensitivity", "interpolate", "end", "offset",
    "drift", "resample",
  ]
  static let units = ["g", "mg", "m/s2", "dps", "mdps", "rad/s", "gauss", "uT", "C", "counts"]

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
      guard drift > Ratio(partsPerBillion: -1_000_000_000), drift <= .one else {
        throw node.error("expected a drift between -100 % and 100 %, found \(node.summary)")
      }
    }
    if let node = fields.optional("time") {
      let time = try Fields(node, "a time column", keys: ["column", "unit"])
      let units: [(String, Interval)] = [
        ("s", .seconds(1)), ("ms", .milliseconds(1)), ("us", .microseconds(1)),
        ("ns", .nanoseconds(1)),
      ]
      timeColumn = try time.required("column").string()
      timeUnit = try time.optional("unit")?.choice("unit of time", of: units) ?? .seconds(1)
    }
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
  fileprivate init(_ node: Node) throws(DocumentError) {
    let words = try node.string().split(separator: " ").map(String.init)
    guard words.count == 2, let number = Decimal(words[0]), number.mantissa > 0 else {
      throw node.error("expected a number and a unit such as '0.061 mg', found \(node.summary)")
    }
    guard StreamInput.units.contains(words[1]) else {
      throw node.error(
        "unknown unit '\(shortened(words[1]))'" + hint(for: words[1], in: StreamInput.units))
    }
    self.number = number
    unit = words[1]
  }
}
