/// Little-endian numbers out of a file, one after the other, never beyond its end.
struct ByteReader {
  let bytes: [UInt8]
  let path: String
  private(set) var position: Int
  /// Where it ends.
  let end: Int

  init(_ bytes: [UInt8], _ path: String, from start: Int = 0, to end: Int? = nil) {
    (self.bytes, self.path, position) = (bytes, path, start)
    self.end = end ?? bytes.count
  }

  var remaining: Int { end - position }

  /// The next number; its width is that of the type.
  mutating func next<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(StreamError) -> Number {
    let width = Number.bitWidth / 8
    guard remaining >= width else { throw truncated() }
    var value: Number = 0
    for index in (0..<width).reversed() {
      value = value << 8 | Number(truncatingIfNeeded: bytes[position + index])
    }
    position += width
    return value
  }

  /// The next IEEE 754 number of 32 or 64 bits.
  mutating func next(_ type: Float.Type) throws(StreamError) -> Float {
    Float(bitPattern: try next(UInt32.self))
  }
  mutating func next(_ type: Double.Type) throws(StreamError) -> Double {
    Double(bitPattern: try next(UInt64.self))
  }

  /// A part of what is left, as a reader of its own.
  mutating func part(_ count: UInt64) throws(StreamError) -> ByteReader {
    guard let count = Int(exactly: count), count <= remaining else { throw truncated() }
    defer { position += count }
    return ByteReader(bytes, path, from: position, to: position + count)
  }

  mutating func skip(_ count: UInt64) throws(StreamError) { _ = try part(count) }

  func truncated() -> StreamError {
    StreamError(
      .truncated, path, "cut off at byte \(end)", hint: "copy it whole, or record it again")
  }

  /// An error at the place that is read next.
  func malformed(_ message: String, hint: String) -> StreamError {
    StreamError(.malformed, path, "\(message) at byte \(position)", hint: hint)
  }
}

/// A file written from its start to its end, little-endian.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append<Number: FixedWidthInteger>(_ value: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(_ text: String) { bytes += text.utf8 }
  mutating func append(_ more: [UInt8]) { bytes += more }
}
