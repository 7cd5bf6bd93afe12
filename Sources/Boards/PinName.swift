/// A pin of the chip: `P0.06` (port 0, pin 6), `PA5` (port 0, pin 5) or `GPIO5` (of the only port).
public struct PinName: Hashable, Comparable, Sendable {
  public var port: Int
  public var number: Int
  private var style = Style.numbered

  private enum Style { case numbered, lettered, single }

  public init(port: Int, _ number: Int) {
    self.port = port
    self.number = number
  }

  /// Reads each spelling; nil when it is none of them.
  public init?(_ text: some StringProtocol) {
    if text.hasPrefix("GPIO") {
      guard let number = Self.number(text.dropFirst(4)) else { return nil }
      (port, self.number, style) = (0, number, .single)
      return
    }
    guard text.first == "P", let mark = text.dropFirst().first, let code = mark.asciiValue else {
      return nil
    }
    let isLettered = (0x41...0x4F).contains(code)
    guard isLettered || (0x30...0x39).contains(code) else { return nil }
    port = Int(code) - (isLettered ? 0x41 : 0x30)
    let digits = text.dropFirst(2)
    let plain = isLettered ? digits : digits.dropFirst()
    guard isLettered || digits.first == ".", let number = Self.number(plain) else { return nil }
    self.number = number
    if isLettered { style = .lettered }
  }

  private static func number(_ text: some StringProtocol) -> Int? {
    guard (1...2).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), number < 32
    else { return nil }
    return number
  }

  public static func == (a: PinName, b: PinName) -> Bool {
    (a.port, a.number) == (b.port, b.number)
  }
  public func hash(into hasher: inout Hasher) {
    hasher.combine(port)
    hasher.combine(number)
  }
  public static func < (a: PinName, b: PinName) -> Bool { (a.port, a.number) < (b.port, b.number) }
}

extension PinName: CustomStringConvertible {
  public var description: String {
    switch style {
    case .numbered: "P\(port)." + (number < 10 ? "0" : "") + String(number)
    case .lettered: "P" + String(Unicode.Scalar(UInt8(0x41 + port))) + String(number)
    case .single: "GPIO\(number)"
    }
  }
}
