/// Writes a message of protocol buffers.
///
/// Reference: Protocol Buffers, "Encoding".
struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  /// A whole number; 0 is left out, as it is the default.
  mutating func add(_ field: Int, _ value: Int64) {
    if value == 0 { return }
    variable(UInt64(field) << 3)
    variable(UInt64(bitPattern: value))
  }

  mutating func add(_ field: Int, _ message: ProtocolBuffer) { add(field, message.bytes) }
  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  /// Numbers one behind another, zeros included.
  mutating func add(_ field: Int, packed values: [Int64]) {
    var content = ProtocolBuffer()
    for value in values { content.variable(UInt64(bitPattern: value)) }
    add(field, content.bytes)
  }

  private mutating func add(_ field: Int, _ content: [UInt8]) {
    variable(UInt64(field) << 3 | 2)
    variable(UInt64(content.count))
    bytes += content
  }

  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
