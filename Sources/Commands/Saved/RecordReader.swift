/// Reads what `RecordText` wrote.
///
/// Reference: RFC 8259. Not modelled: numbers with a fraction, which no record has.
struct RecordReader {
  enum Failure: Error {
    /// Not JSON; the offset of the byte that shows it.
    case malformed(Int)
    case mismatch(String)
  }

  /// A value of the document.
  indirect enum Value {
    case null
    case boolean(Bool)
    case number(Substring)
    case text(String)
    case array([Value])
    case object([String: Value])
  }

  private let bytes: [UInt8]
  private var place = 0
  private var depth = 0

  static func read<Result: Decodable>(
    _ type: Result.Type, from bytes: [UInt8]
  ) throws -> Result {
    var reader = RecordReader(bytes: bytes)
    let value = try reader.value()
    reader.skipSpace()
    if reader.place < bytes.count { throw Failure.malformed(reader.place) }
    return try Result(from: ValueDecoder(value: value))
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[place]) { place += 1 }
  }

  private mutating func next() throws -> UInt8 {
    skipSpace()
    guard place < bytes.count else { throw Failure.malformed(place) }
    return bytes[place]
  }

  private mutating func value() throws -> Value {
    switch try next() {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: Value) throws -> Value {
    guard bytes[place...].starts(with: text.utf8) else { throw Failure.malformed(place) }
    place += text.utf8.count
    return value
  }

  private mutating func number() throws -> Value {
    let start = place
    while place < bytes.count,
      bytes[place] == UInt8(ascii: "-") || (0x30...0x39).contains(bytes[place])
    {
      place += 1
    }
    if place == start { throw Failure.malformed(place) }
    return .number(Substring(decoding: bytes[start..<place], as: UTF8.self))
  }

  /// What lies deeper than any record is no record.
  private mutating func nested<Result>(_ body: (inout RecordReader) throws -> Result) throws
    -> Result
  {
    depth += 1
    defer { depth -= 1 }
    if depth > 64 { throw Failure.malformed(place) }
    return try body(&self)
  }

  private mutating func array() throws -> [Value] {
    try nested { reader in
      reader.place += 1
      var values: [Value] = []
      if try reader.next() == UInt8(ascii: "]") {
        reader.place += 1
        return values
      }
      while true {
        values.append(try reader.value())
        let mark = try reader.next()
        reader.place += 1
        if mark == UInt8(ascii: "]") { return values }
        if mark != UInt8(ascii: ",") { throw Failure.malformed(reader.place - 1) }
      }
    }
  }

  private mutating func object() throws -> [String: Value] {
    try nested { reader in
      reader.place += 1
      var members: [String: Value] = [:]
      if try reader.next() == UInt8(ascii: "}") {
        reader.place += 1
        return members
      }
      while true {
        guard try reader.next() == UInt8(ascii: "\"") else { throw Failure.malformed(reader.place) }
        let key = try reader.string()
        guard try reader.next() == UInt8(ascii: ":") else { throw Failure.malformed(reader.place) }
        reader.place += 1
        members[key] = try reader.value()
        let mark = try reader.next()
        reader.place += 1
        if mark == UInt8(ascii: "}") { return members }
        if mark != UInt8(ascii: ",") { throw Failure.malformed(reader.place - 1) }
      }
    }
  }

  private mutating func string() throws -> String {
    place += 1
    var text: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      if byte != UInt8(ascii: "\\") {
        text.append(byte)
        continue
      }
      guard place < bytes.count else { break }
      let escape = bytes[place]
      place += 1
      switch escape {
      case UInt8(ascii: "n"): text.append(0x0a)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0d)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0c)
      case UInt8(ascii: "u"):
        guard place + 4 <= bytes.count,
          let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { throw Failure.malformed(place) }
        place += 4
        text += Array(String(Character(scalar)).utf8)
      default: text.append(escape)
      }
    }
    throw Failure.malformed(place)
  }
}

/// Takes a document's value apart.
private struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let value: RecordReader.Value
  var codingPath: [any CodingKey] = []
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private func mismatch(_ wanted: String) -> any Error {
    RecordReader.Failure.mismatch(
      "expected \(wanted) at \(codingPath.map(\.stringValue).joined(separator: "."))")
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw mismatch("an object") }
    return KeyedDecodingContainer(Members<Key>(members: members, codingPath: codingPath))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let values) = value else { throw mismatch("an array") }
    return Elements(values: values, codingPath: codingPath)
  }
  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { if case .null = value { true } else { false } }
  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .boolean(let flag) = value else { throw mismatch("true or false") }
    return flag
  }
  func decode(_ type: String.Type) throws -> String {
    guard case .text(let text) = value else { throw mismatch("text") }
    return text
  }
  func decode(_ type: Double.Type) throws -> Double {
    guard case .number(let text) = value, let number = Double(text) else {
      throw mismatch("a number")
    }
    return number
  }
  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode<Number: Decodable & FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    guard case .number(let text) = value, let number = Number(text) else {
      throw mismatch("a whole number")
    }
    return number
  }
  func decode<Result: Decodable>(_ type: Result.Type) throws -> Result { try Result(from: self) }
}

private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [String: RecordReader.Value]
  let codingPath: [any CodingKey]

  var allKeys: [Key] { members.keys.sorted().compactMap { Key(stringValue: $0) } }
  func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

  private func decoder(_ key: some CodingKey) throws -> ValueDecoder {
    let path = codingPath + [key]
    guard let value = members[key.stringValue] else {
      throw RecordReader.Failure.mismatch(
        "nothing at \(path.map(\.stringValue).joined(separator: "."))")
    }
    return ValueDecoder(value: value, codingPath: path)
  }

  func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).decodeNil() }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try Value(from: try decoder(key))
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder {
    ValueDecoder(value: .object(members), codingPath: codingPath)
  }
  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

private struct Elements: UnkeyedDecodingContainer {
  let values: [RecordReader.Value]
  let codingPath: [any CodingKey]
  var currentIndex = 0

  init(values: [RecordReader.Value], codingPath: [any CodingKey]) {
    (self.values, self.codingPath) = (values, codingPath)
  }

  var count: Int? { values.count }
  var isAtEnd: Bool { currentIndex >= values.count }

  private mutating func decoder() throws -> ValueDecoder {
    guard currentIndex < values.count else {
      throw RecordReader.Failure.mismatch("too few elements")
    }
    currentIndex += 1
    return ValueDecoder(value: values[currentIndex - 1], codingPath: codingPath)
  }

  mutating func decodeNil() throws -> Bool {
    guard currentIndex < values.count, case .null = values[currentIndex] else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try Value(from: try decoder())
  }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try decoder().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try decoder().unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try decoder() }
}
