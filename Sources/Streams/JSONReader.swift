/// JSON into a tree, with the place of what is wrong in it.
///
/// Reference: RFC 8259. Numbers are the nearest binary64; deeper nesting than 64 is refused.
struct JSONReader {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var signature: Range<Int>?

  static func read(_ bytes: [UInt8], _ path: String) throws(StreamError) -> DataDocument {
    var reader = JSONReader(bytes, path)
    let root = try reader.value(depth: 0)
    reader.skipBlanks()
    if reader.position < bytes.count { throw reader.unexpected("the end of the file") }
    return DataDocument(root: root, signature: reader.signature)
  }

  private init(_ bytes: [UInt8], _ path: String) {
    (self.bytes, self.path) = (bytes, path)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
  }

  private mutating func value(depth: Int) throws(StreamError) -> DataTree {
    if depth > DataTree.deepest { throw unexpected("at most \(DataTree.deepest) levels") }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return try map(depth)
    case UInt8(ascii: "["): return try list(depth)
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func map(_ depth: Int) throws(StreamError) -> DataTree {
    position += 1
    var entries: [DataTree.Entry] = []
    skipBlanks()
    if take("}") { return .map([]) }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try string()
      skipBlanks()
      guard take(":") else { throw unexpected("':'") }
      skipBlanks()
      let start = position
      let value = try value(depth: depth + 1)
      if depth == 0, key == "signature", case .text = value {
        signature = start + 1..<position - 1
      }
      entries.append(.init(key: key, value: value))
      skipBlanks()
      if take("}") { return .map(entries) }
      guard take(",") else { throw unexpected("',' or '}'") }
    }
  }

  private mutating func list(_ depth: Int) throws(StreamError) -> DataTree {
    position += 1
    var list: [DataTree] = []
    skipBlanks()
    if take("]") { return .list([]) }
    while true {
      list.append(try value(depth: depth + 1))
      skipBlanks()
      if take("]") { return .list(list) }
      guard take(",") else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func word(
    _ word: String, _ value: DataTree
  ) throws(StreamError) -> DataTree {
    guard bytes[position...].starts(with: word.utf8) else { throw unexpected("a value") }
    position += word.utf8.count
    return value
  }

  private mutating func number() throws(StreamError) -> Double {
    let end =
      bytes[position...].firstIndex { !Self.numberBytes.contains($0) } ?? bytes.count
    let text = bytes[position..<end]
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    guard let first = digits.first, 0x30...0x39 ~= first, let value = Decimal.double(text) else {
      throw unexpected("a value")
    }
    position = end
    return value
  }

  private static let numberBytes = Set("0123456789+-.eE".utf8)

  private mutating func string() throws(StreamError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20:
        position -= 1
        throw unexpected("no control character in a string")
      default: text.append(byte)
      }
    }
    position = start
    throw error("a string that does not close", hint: "expected '\"'")
  }

  private mutating func escape() throws(StreamError) -> [UInt8] {
    guard let byte = next else { throw unexpected("an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "u"): return Array(String(try scalar()).utf8)
    default:
      position -= 1
      throw unexpected("an escape such as \\n")
    }
  }

  /// One scalar of `\u`, a surrogate pair taken together; a lone surrogate is U+FFFD.
  private mutating func scalar() throws(StreamError) -> Unicode.Scalar {
    let first = try unit()
    if 0xd800..<0xdc00 ~= first, bytes[position...].starts(with: "\\u".utf8) {
      let start = position
      position += 2
      let second = try unit()
      if 0xdc00..<0xe000 ~= second {
        return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)) ?? "\u{fffd}"
      }
      position = start
    }
    return Unicode.Scalar(first) ?? "\u{fffd}"
  }

  private mutating func unit() throws(StreamError) -> UInt32 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw unexpected("four hexadecimal digits") }
    position += 4
    return value
  }

  private func unexpected(_ expected: String) -> StreamError {
    guard let byte = next else {
      return StreamError(
        .truncated, path, line: place.line, column: place.column, "cut off",
        hint: "expected \(expected)")
    }
    let found = 0x20..<0x7f ~= byte ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
    return error("unexpected \(found)", hint: "expected \(expected)")
  }

  private func error(_ message: String, hint: String) -> StreamError {
    StreamError(.malformed, path, line: place.line, column: place.column, message, hint: hint)
  }

  private var place: (line: Int, column: Int) {
    let before = bytes[..<position]
    let line = before.count { $0 == 0x0a } + 1
    return (line, position - (before.lastIndex(of: 0x0a) ?? -1))
  }
}
