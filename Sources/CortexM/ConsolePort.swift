/// The names of the ports by which firmware speaks to a host without a device of the chip.
public enum ConsolePort {
  /// Stimulus ports of the ITM and channels of Real-Time Transfer.
  public static let names =
    (0..<32).map { "ITM\($0)" } + (0..<16).map { "RTT\($0)" }

  /// Whether what the port says is text for people: the first of each kind and all serial ports.
  public static func isConsole(_ port: String) -> Bool {
    guard port.hasPrefix("ITM") || port.hasPrefix("RTT") else { return true }
    return port == "ITM0" || port == "RTT0"
  }
}
