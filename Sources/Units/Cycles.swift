/// A count of core clock cycles.
@frozen public struct Cycles: Hashable, Comparable, Sendable, Codable {
  public var count: UInt64

  @inlinable public init(_ count: UInt64) { self.count = count }

  public static let zero = Cycles(0)

  @inlinable public static func < (a: Cycles, b: Cycles) -> Bool { a.count < b.count }
  @inlinable public static func + (a: Cycles, b: Cycles) -> Cycles { Cycles(a.count + b.count) }
  @inlinable public static func - (a: Cycles, b: Cycles) -> Cycles { Cycles(a.count - b.count) }
  @inlinable public static func += (a: inout Cycles, b: Cycles) { a.count += b.count }

  public init(from decoder: any Decoder) throws {
    count = try decoder.singleValueContainer().decode(UInt64.self)
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(count)
  }
}
