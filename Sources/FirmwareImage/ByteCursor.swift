/// Reads little-endian values off bytes of unknown quality: nil at the end, never a trap.
struct ByteCursor {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }
  var position: Int { rest.startIndex }

  mutating func byte() -> UInt8? { rest.popFirst() }

  /// A little-endian number of `size` bytes, at most 8.
  mutating func number(_ size: Int) -> UInt64? {
    guard size <= rest.count else { return nil }
    var value: UInt64 = 0
    for offset in 0..<size { value |= UInt64(rest[rest.startIndex + offset]) << UInt64(8 * offset) }
    rest.removeFirst(size)
    return value
  }

  mutating func skip(_ count: UInt64) -> Bool {
    guard count <= UInt64(rest.count) else { return false }
    rest.removeFirst(Int(count))
    return true
  }

  /// An unsigned LEB128 number; bits beyond 64 are dropped.
  mutating func uleb() -> UInt64? {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while let byte = byte() {
      if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }

  /// A signed LEB128 number; bits beyond 64 are dropped.
  mutating func sleb() -> Int64? {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while let byte = byte() {
      if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
      shift += 7
      if byte & 0x80 == 0 {
        if shift < 64, byte & 0x40 != 0 { value |= ~0 << shift }
        return Int64(bitPattern: value)
      }
    }
    return nil
  }

  /// Text up to a NUL.
  mutating func string() -> String? {
    guard let end = rest.firstIndex(of: 0) else { return nil }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  /// A block that opens with its own 32-bit length, of which `headerCounted` bytes are already read or
  /// are the length itself.
  mutating func block(headerCounted: UInt64) -> ByteCursor? {
    guard let length = number(4), length >= headerCounted else { return nil }
    let count = length - headerCounted
    guard count <= UInt64(rest.count) else { return nil }
    defer { rest.removeFirst(Int(count)) }
    return ByteCursor(rest.prefix(Int(count)))
  }
}
