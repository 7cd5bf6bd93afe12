/// A place in the 32-bit address space of a Cortex-M. Code addresses carry no Thumb bit.
@frozen public struct Address: Hashable, Comparable, Sendable, Codable {
  public var value: UInt32

  @inlinable public init(_ value: UInt32) { self.value = value }

  @inlinable public static func < (a: Address, b: Address) -> Bool { a.value < b.value }
  @inlinable public static func + (a: Address, offset: UInt32) -> Address {
    Address(a.value &+ offset)
  }
  @inlinable public static func - (a: Address, b: Address) -> UInt32 { a.value &- b.value }

  public init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(UInt32.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

extension Address: CustomStringConvertible {
  /// Eight hexadecimal digits: `0x20000400`.
  public var description: String { hexadecimal(value) }
}

/// `0x` and eight lower-case hexadecimal digits.
public func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
