/// The names of the ports by which firmware speaks to a host without a device of the chip: stimulus
/// ports of the ITM, channels of Real-Time Transfer, and the console of semihosting.
public enum ConsolePort {
  public static let semihosting = "SEMIHOSTING"
  public static let names =
    (0..<32).map { "ITM\($0)" } + (0..<16).map { "RTT\($0)" } + [semihosting]

  /// Whether what the port says is text for people: the first of each kind and all serial ports.
  public static func isConsole(_ port: String) -> Bool {
    guard port.hasPrefix("ITM") || port.hasPrefix("RTT") else { return true }
    return port == "ITM0" || port == "RTT0"
  }

  /// The channel of Real-Time Transfer; nil for any other port.
  public static func channel(_ port: String) -> Int? {
    port.hasPrefix("RTT") ? Int(port.dropFirst(3)) : nil
  }
}
