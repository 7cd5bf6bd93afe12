/// A FlatBuffers file whose every offset is checked before it is followed.
///
/// Reference: FlatBuffers, "Internals": a table starts with a signed offset back to its vtable; a
/// vtable holds its own size, the table's size and one 16-bit offset for each field; vectors and
/// strings start with a 32-bit count; all numbers are little-endian.
struct FlatBuffer: Sendable {
  let bytes: [UInt8]
  let name: String

  /// The error for something at a byte of this file.
  func error(_ byte: Int, _ message: String) -> NetworkError {
    NetworkError(file: name, byte: byte, message: message)
  }

  /// Checks that `size` bytes lie at `byte`.
  func check(_ byte: Int, _ size: Int, _ what: String) throws(NetworkError) {
    guard byte >= 0, size >= 0, byte <= bytes.count, size <= bytes.count - byte else {
      throw error(
        byte,
        "expected \(size) bytes for \(what), but the file ends at byte \(bytes.count)")
    }
  }

  /// A little-endian number of `size` bytes, zero-extended.
  func unsigned(_ byte: Int, _ size: Int, _ what: String) throws(NetworkError) -> UInt64 {
    try check(byte, size, what)
    var value: UInt64 = 0
    for index in 0..<size { value |= UInt64(bytes[byte + index]) << UInt64(8 * index) }
    return value
  }

  /// A signed 32-bit number.
  func int32(_ byte: Int, _ what: String) throws(NetworkError) -> Int {
    Int(Int32(truncatingIfNeeded: try unsigned(byte, 4, what)))
  }

  /// Follows the unsigned 32-bit offset at `byte`.
  func target(_ byte: Int, _ what: String) throws(NetworkError) -> Int {
    let offset = Int(try unsigned(byte, 4, "the offset of \(what)"))
    guard offset >= 4, offset <= bytes.count - byte else {
      throw error(
        byte,
        "expected an offset to \(what) inside the file's \(bytes.count) bytes, found \(offset)")
    }
    return byte + offset
  }

  /// The vector that starts at `byte`, of elements of `size` bytes.
  func vector(_ byte: Int, _ size: Int, _ what: String) throws(NetworkError) -> FlatVector {
    let count = Int(try unsigned(byte, 4, "the length of \(what)"))
    guard count <= (bytes.count - byte - 4) / size else {
      throw error(
        byte, "expected \(what), but \(count) elements do not fit in the rest of the file")
    }
    return FlatVector(start: byte + 4, count: count, size: size)
  }

  /// The table that the offset at `byte` points to.
  func table(offsetAt byte: Int, _ what: String) throws(NetworkError) -> FlatTable {
    try FlatTable(self, at: try target(byte, what), what)
  }
}

/// Where the elements of a vector lie; all of them are inside the file.
struct FlatVector: Sendable {
  let start: Int
  let count: Int
  let size: Int

  /// The bytes of the vector.
  var range: Range<Int> { start..<(start + count * size) }
}

/// A table of a FlatBuffers file and where its fields are.
struct FlatTable: Sendable {
  let buffer: FlatBuffer
  let position: Int
  private let vtable: Int
  private let fields: Int
  private let what: String

  init(_ buffer: FlatBuffer, at position: Int, _ what: String) throws(NetworkError) {
    let back = try buffer.int32(position, what)
    let vtable = position - back
    guard vtable >= 0, vtable < buffer.bytes.count else {
      throw buffer.error(position, "expected \(what), but its field table lies outside the file")
    }
    let size = Int(try buffer.unsigned(vtable, 2, "the field table of \(what)"))
    guard size >= 4, size % 2 == 0 else {
      throw buffer.error(vtable, "expected the field table of \(what), found a size of \(size)")
    }
    try buffer.check(vtable, size, "the field table of \(what)")
    self.buffer = buffer
    self.position = position
    self.vtable = vtable
    self.fields = (size - 4) / 2
    self.what = what
  }

  /// Where the field of a slot lies, or nil when the table leaves it at its default.
  func field(_ slot: Int, _ label: String) throws(NetworkError) -> Int? {
    guard slot < fields else { return nil }
    let offset = Int(try buffer.unsigned(vtable + 4 + 2 * slot, 2, "\(label) of \(what)"))
    guard offset != 0 else { return nil }
    guard offset >= 4, position + offset < buffer.bytes.count else {
      throw buffer.error(position, "expected \(label) of \(what), but it lies outside the file")
    }
    return position + offset
  }

  /// A signed scalar of 1, 2, 4 or 8 bytes.
  func integer(
    _ slot: Int, bytes size: Int, default value: Int = 0, _ label: String
  ) throws(NetworkError) -> Int {
    guard let byte = try field(slot, label) else { return value }
    let raw = try buffer.unsigned(byte, size, "\(label) of \(what)")
    let shift = UInt64(64 - 8 * size)
    return Int(Int64(bitPattern: raw << shift) >> Int64(shift))
  }

  /// An unsigned 32-bit scalar.
  func index(_ slot: Int, _ label: String) throws(NetworkError) -> Int {
    guard let byte = try field(slot, label) else { return 0 }
    return Int(try buffer.unsigned(byte, 4, "\(label) of \(what)"))
  }

  /// A 32-bit float.
  func float(_ slot: Int, _ label: String) throws(NetworkError) -> Float {
    guard let byte = try field(slot, label) else { return 0 }
    let raw = try buffer.unsigned(byte, 4, "\(label) of \(what)")
    return Float(bitPattern: UInt32(truncatingIfNeeded: raw))
  }

  /// The table in a slot, or nil.
  func table(_ slot: Int, _ label: String) throws(NetworkError) -> FlatTable? {
    guard let byte = try field(slot, label) else { return nil }
    return try buffer.table(offsetAt: byte, "\(label) of \(what)")
  }

  /// The vector in a slot, of elements of `size` bytes, or nil.
  func vector(_ slot: Int, of size: Int, _ label: String) throws(NetworkError) -> FlatVector? {
    guard let byte = try field(slot, label) else { return nil }
    return try buffer.vector(
      try buffer.target(byte, "\(label) of \(what)"), size, "\(label) of \(what)")
  }
}
