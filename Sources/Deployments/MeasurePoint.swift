public import Boards
import Documents

/// A moment of a run that can be timed.
public enum MeasurePoint: Hashable, Sendable {
  /// The sensor's status bit for a new sample rises.
  case dataReady(sensor: String)
  /// The last byte of a sample is read off the bus.
  case read(sensor: String)
  /// The edge on the sensor's wired interrupt pin.
  case pin(sensor: String)
  /// The interrupt becomes pending.
  case interrupt(String)
  /// The function's first instruction.
  case entry(symbol: String)
  /// Control is back at the function's caller.
  case exit(symbol: String)
  /// An edge on a pin of the chip.
  case gpio(PinName, rising: Bool)
  /// The last byte of a text leaves a serial port.
  case uart(port: String, text: [UInt8])

  /// The sensor that it is a point of.
  public var sensor: String? {
    switch self {
    case .dataReady(let sensor), .read(let sensor), .pin(let sensor): sensor
    case .interrupt, .entry, .exit, .gpio, .uart: nil
    }
  }
}

extension MeasurePoint: CustomStringConvertible {
  /// As a deployment writes it.
  public var description: String {
    switch self {
    case .dataReady(let sensor): "\(sensor).data-ready"
    case .read(let sensor): "\(sensor).read"
    case .pin(let sensor): "\(sensor).pin"
    case .interrupt(let name): "irq \(name)"
    case .entry(let symbol): "enter \(symbol)"
    case .exit(let symbol): "return \(symbol)"
    case .gpio(let pin, let rising): "gpio \(pin) \(rising ? "rising" : "falling")"
    case .uart(let port, let text): "uart \(port) \(SerialScript.quoted(text))"
    }
  }
}

extension MeasurePoint {
  private static let forms =
    "SENSOR.data-ready, SENSOR.read, SENSOR.pin, irq NAME, enter SYMBOL, return SYMBOL, "
    + "gpio PIN rising|falling, uart NAME \"TEXT\""

  init(_ node: Node) throws(DocumentError) {
    let words = try node.string().split(separator: " ").map(String.init)
    switch (words.first, words.count) {
    case ("irq", 2): self = .interrupt(words[1])
    case ("enter", 2): self = .entry(symbol: words[1])
    case ("return", 2): self = .exit(symbol: words[1])
    case ("gpio", 3):
      guard let pin = PinName(words[1]) else {
        throw node.error("expected a pin such as 'P0.14', found '\(shortened(words[1]))'")
      }
      guard words[2] == "rising" || words[2] == "falling" else {
        throw node.error("expected rising or falling, found '\(shortened(words[2]))'")
      }
      self = .gpio(pin, rising: words[2] == "rising")
    case ("uart", 2...): self = try .ofText(node)
    case (let word?, 1) where word.contains("."): self = try .ofSensor(word, node)
    default: throw node.error("expected a point (\(Self.forms)), found \(node.summary)")
    }
  }

  /// `uart LPUART1 "m-ready"`, the text with the escapes of a script.
  private static func ofText(_ node: Node) throws(DocumentError) -> MeasurePoint {
    let words = try node.string().split(separator: " ", maxSplits: 2).map(String.init)
    guard words.count == 3, !words[1].hasPrefix("\"") else {
      throw node.error("expected a port and a text such as 'uart UART0 \"ready\"'")
    }
    do {
      return .uart(port: words[1], text: try SerialScript.text(words[2]))
    } catch { throw node.error(error.message) }
  }

  private static func ofSensor(_ word: String, _ node: Node) throws(DocumentError) -> MeasurePoint {
    let parts = word.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let (sensor, event) = (String(parts[0]), String(parts[1]))
    switch event {
    case "data-ready": return .dataReady(sensor: sensor)
    case "read": return .read(sensor: sensor)
    case "pin": return .pin(sensor: sensor)
    default:
      throw node.error(
        "unknown point '\(shortened(event))' of a sensor"
          + hint(for: event, in: ["data-ready", "read", "pin"]))
    }
  }
}
