/// Reads little-endian values off bytes of unknown quality: nil at the end, never a trap.
struct ByteCursor {
  private let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8]) { (self.bytes, position, end) = (bytes, 0, bytes.count) }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    (self.bytes, position, end) = (bytes, range.lowerBound, range.upperBound)
  }

  /// Bytes that are left.
  var count: Int { end - position }

  @inline(__always)
  mutating func byte() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// A little-endian number of `size` bytes, at most 8.
  mutating func number(_ size: Int) -> UInt64? {
    guard size <= count else { return nil }
    var value: UInt64 = 0
    for offset in 0..<size { value |= UInt64(bytes[position + offset]) << UInt64(8 * offset) }
    position += size
    return value
  }

  mutating func skip(_ count: UInt64) -> Bool {
    guard count <= UInt64(self.count) else { return false }
    position += Int(count)
    return true
  }

  /// The next `count` bytes, apart.
  mutating func part(_ count: UInt64) -> ByteCursor? {
    let start = position
    return skip(count) ? ByteCursor(bytes, start..<position) : nil
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
    guard let zero = bytes[position..<end].firstIndex(of: 0) else { return nil }
    defer { position = zero + 1 }
    return String(decoding: bytes[position..<zero], as: UTF8.self)
  }

  /// A block that opens with its own 32-bit length, of which `headerCounted` bytes are already read or
  /// are the length itself.
  mutating func block(headerCounted: UInt64) -> ByteCursor? {
    guard let length = number(4), length >= headerCounted else { return nil }
    return part(length - headerCounted)
  }
}
