public import Documents
public import Units

/// A firmware that the tool makes: sensors, fusion, window, network.
public struct Generation: Hashable, Sendable {
  public struct SensorRate: Hashable, Sendable {
    public var sensor: String
    public var rate: Hertz
    public var position: Position
  }

  public enum Fusion: String, CaseIterable, Hashable, Sendable {
    case none
    case kalman
  }

  /// Which samples one inference sees.
  public struct Window: Hashable, Sendable {
    public var length: Interval
    /// From one inference to the next.
    public var hop: Interval
  }

  /// Where the loop runs.
  public enum Context: String, CaseIterable, Hashable, Sendable {
    case isr
    case pendsv
    case main
  }

  /// The network's file.
  public var network: String
  public var sensors: [SensorRate]
  public var fusion: Fusion
  public var window: Window?
  public var context: Context
}

extension Generation {
  init(_ node: Node, resolve: (Node) throws(DocumentError) -> String) throws(DocumentError) {
    let fields = try Fields(
      node, "a generated firmware", keys: ["network", "sensors", "fusion", "window", "run-in"])
    network = try resolve(fields.required("network"))
    sensors = []
    for entry in try fields.required("sensors").entries("sensors") {
      sensors.append(
        SensorRate(sensor: entry.key, rate: try entry.value.hertz(), position: entry.position))
    }
    fusion = try fields.optional("fusion")?.choice("fusion", as: Fusion.self) ?? .none
    context = try fields.optional("run-in")?.choice("context", as: Context.self) ?? .isr
    if let node = fields.optional("window") {
      let window = try Fields(node, "a window", keys: ["length", "hop"])
      let length = try window.required("length").positiveInterval()
      let hop = try window.optional("hop")?.positiveInterval()
      self.window = Window(length: length, hop: hop ?? length)
    }
  }
}
