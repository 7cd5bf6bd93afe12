/// Numbers and bytes as the remote protocol spells them.
enum Hexadecimal {
  static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Two digits for each byte.
  static func text(_ bytes: [UInt8]) -> String {
    bytes.reduce(into: "") { text, byte in
      text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
  }

  /// A register's bytes, lowest first.
  static func text(_ word: UInt32) -> String {
    text((0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) })
  }

  static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let digits = text.utf8.map(digit)
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map {
      (digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)
    }
  }

  /// A register's value from its bytes.
  static func word(_ text: some StringProtocol) -> UInt32? {
    guard let bytes = bytes(text), bytes.count == 4 else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  static func number(_ text: some StringProtocol) -> UInt32? {
    guard !text.isEmpty, text.utf8.allSatisfy({ digit($0) != nil }) else { return nil }
    return UInt32(text, radix: 16)
  }
}
