/// What a battery holds, in whole nanoampere-hours: 220 mAh is 220,000,000.
@frozen public struct Charge: Hashable, Comparable, Sendable, Codable {
  public var nanoampereHours: Int64

  public init(nanoampereHours: Int64) { self.nanoampereHours = nanoampereHours }

  public static func < (a: Charge, b: Charge) -> Bool { a.nanoampereHours < b.nanoampereHours }
}
