/// A pin of the chip: `P0.06` (port 0, pin 6) or `PA5` (port 0, pin 5).
public struct PinName: Hashable, Comparable, Sendable {
  public var port: Int
  public var number: Int
  private var isLettered = false

  public init(port: Int, _ number: Int) {
    self.port = port
    self.number = number
  }

  /// Reads either spelling; nil when it is neither.
  public init?(_ text: some StringProtocol) {
    guard text.first == "P", let mark = text.dropFirst().first, let code = mark.asciiValue else {
      return nil
    }
    isLettered = (0x41...0x4F).contains(code)
    guard isLettered || (0x30...0x39).contains(code) else { return nil }
    port = Int(code) - (isLettered ? 0x41 : 0x30)
    let digits = text.dropFirst(2)
    let plain = isLettered ? digits : digits.dropFirst()
    guard isLettered || digits.first == ".", (1...2).contains(plain.utf8.count),
      plain.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(plain), number < 32
    else { return nil }
    self.number = number
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
    let digits = String(number)
    if !isLettered { return "P\(port)." + (number < 10 ? "0" : "") + digits }
    return "P" + String(Unicode.Scalar(UInt8(0x41 + port))) + digits
  }
}
