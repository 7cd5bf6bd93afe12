import Boards
public import Documents
public import Units

/// Something that goes wrong with a sensor: `{sensor: imu, kind: stuck, at: 2 s, for: 500 ms}`.
public struct Fault: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// No new samples.
    case dropout
    /// It goes on feeling what it felt at the beginning.
    case stuck
    /// Beyond its range, or beyond `value` on either side of zero.
    case saturation
    /// `value` is added.
    case bias
    /// White noise whose root mean square is `value`.
    case noise
    /// Its own clock is faster by `value`.
    case clockDrift = "clock-drift"
    /// It does not acknowledge on its bus.
    case nack
    /// It holds the bus's clock for `value` before each byte.
    case stretch
    /// Its FIFO behaves as if it were full.
    case fifoOverrun = "fifo-overrun"
  }

  /// The board's name of the sensor: `imu`.
  public var sensor: String
  public var sensorPosition: Position
  public var kind: Kind
  public var kindPosition: Position
  /// What of its senses it concerns; nil: all.
  public var channel: String?
  public var channelPosition: Position?
  /// In the channel's unit: one for all axes or one for each; empty where the kind has none.
  public var levels: [Double]
  /// Of a clock drift.
  public var drift: Ratio
  /// Of a stretched clock.
  public var stretch: Interval
  public var start: Interval
  /// Nil: until the end of the run.
  public var duration: Interval?
  /// For findings: `bias of 50 mg on accelerometer, from 2 s for 500 ms`.
  public var text: String
}

extension Fault {
  static let keys = ["sensor", "kind", "channel", "value", "at", "for"]

  init(_ node: Node) throws(DocumentError) {
    let fields = try Fields(node, "a fault", keys: Self.keys)
    let (sensor, kind) = (try fields.required("sensor"), try fields.required("kind"))
    self.sensor = try sensor.string()
    sensorPosition = sensor.position
    self.kind = try kind.choice("kind of fault", as: Kind.self)
    kindPosition = kind.position
    channel = try fields.optional("channel")?.string()
    channelPosition = fields.optional("channel")?.position
    let at = try fields.required("at")
    start = try at.interval()
    guard start >= .zero else {
      throw at.error("expected an instant of the run, found \(at.summary)")
    }
    duration = try fields.optional("for")?.positiveInterval()
    (levels, drift, stretch) = ([], .zero, .zero)
    text = self.kind.rawValue
    try readValue(fields)
    if let channel { text += " on \(channel)" }
    text += ", from \(try at.string())"
    if let node = fields.optional("for") { text += " for \(try node.string())" }
  }

  private mutating func readValue(_ fields: Fields) throws(DocumentError) {
    let node = fields.optional("value")
    switch kind {
    case .dropout, .nack, .fifoOverrun, .stuck:
      if let node { throw node.error("a fault '\(kind.rawValue)' has no value") }
    case .saturation:
      if let node { try readLevels(node, fields) }
    case .bias, .noise: try readLevels(try fields.required("value"), fields)
    case .clockDrift:
      let node = try fields.required("value")
      drift = try node.ratio()
      guard (-500_000_000...1_000_000_000).contains(drift.partsPerBillion) else {
        throw node.error("expected a drift from -50 % to 100 %, found \(node.summary)")
      }
      text += " of \(try node.string())"
    case .stretch:
      let node = try fields.required("value")
      stretch = try node.positiveInterval()
      guard stretch <= .seconds(1) else {
        throw node.error("expected at most 1 s, found \(node.summary)")
      }
      text += " of \(try node.string())"
    }
    if channel != nil, ![.stuck, .saturation, .bias, .noise].contains(kind) {
      throw DocumentError(
        "a fault '\(kind.rawValue)' concerns the whole sensor, not a channel",
        at: channelPosition ?? kindPosition)
    }
  }

  private mutating func readLevels(_ node: Node, _ fields: Fields) throws(DocumentError) {
    guard let channel else {
      throw fields.node.error("missing key 'channel' in a fault '\(kind.rawValue)' with a value")
    }
    let nodes = try node.oneOrMore()
    guard nodes.count == 1 || kind == .bias else {
      throw node.error("expected one value, found a list of \(nodes.count)")
    }
    var texts: [String] = []
    for node in nodes {
      let level = try Self.level(node, of: channel)
      guard kind == .bias || level >= 0 else {
        throw node.error("expected a value that is not negative, found \(node.summary)")
      }
      levels.append(level)
      texts.append(try node.string())
    }
    guard !levels.isEmpty else { throw node.error("expected at least one value") }
    text += " of " + texts.joined(separator: ", ")
  }

  /// Units by channel, with what one is in the channel's own; none: counts.
  private static let units: [String: [(symbol: String, factor: (Double, Double))]] = [
    "accelerometer": [("g", (1, 1)), ("mg", (1, 1e3)), ("m/s2", (1e5, 980_665))],
    "gyroscope": [("dps", (1, 1)), ("mdps", (1, 1e3))],
    "magnetometer": [("uT", (1, 1)), ("nT", (1, 1e3)), ("gauss", (100, 1))],
    "temperature": [("C", (1, 1))], "humidity": [("%", (1, 1))],
    "pressure": [("hPa", (1, 1)), ("Pa", (1, 100)), ("kPa", (10, 1))],
    "voltage": [("V", (1, 1)), ("mV", (1, 1e3)), ("uV", (1, 1e6))],
  ]

  private static func level(_ node: Node, of channel: String) throws(DocumentError) -> Double {
    guard let (number, rest) = Decimal.prefix(of: try node.string()) else {
      throw node.error("expected a number with the channel's unit, found \(node.summary)")
    }
    let symbol = String(rest.drop { $0 == " " })
    guard let units = units[channel] else {
      if symbol.isEmpty { return number.value }
      throw node.error("'\(shortened(channel))' is in counts, without a unit")
    }
    guard let unit = units.first(where: { $0.symbol == symbol }) else {
      throw node.error(
        "unknown unit '\(shortened(symbol))'; '\(channel)' is in "
          + units.map(\.symbol).joined(separator: ", "))
    }
    return number.value * unit.factor.0 / unit.factor.1
  }

  /// Checks what only the sensor's wiring can tell.
  func check(against sensor: BoardSensor) throws(DocumentError) {
    if let channel, !sensor.channels.isEmpty, !sensor.channels.contains(channel) {
      throw DocumentError(
        "'\(sensor.id)' has no channel '\(shortened(channel))'"
          + hint(for: channel, in: sensor.channels), at: channelPosition ?? kindPosition)
    }
    if [.nack, .stretch].contains(kind), sensor.bus.kind != .i2c {
      throw DocumentError(
        "'\(sensor.id)' is not on an I2C bus: no fault '\(kind.rawValue)'", at: kindPosition)
    }
    let axes = ["accelerometer", "gyroscope", "magnetometer"].contains(channel) ? 3 : 1
    if levels.count > 1, levels.count != axes {
      throw DocumentError(
        "expected 1 or \(axes) values for '\(channel ?? "")', found \(levels.count)",
        at: kindPosition)
    }
  }
}
