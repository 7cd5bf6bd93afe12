/// A signed share or deviation in whole parts per billion: 90 % is 900,000,000 and 15 ppm is 15,000.
@frozen public struct Ratio: Hashable, Comparable, Sendable, Codable {
  public var partsPerBillion: Int64

  public init(partsPerBillion: Int64) { self.partsPerBillion = partsPerBillion }

  public static let zero = Ratio(partsPerBillion: 0)
  /// The whole: 100 %.
  public static let one = Ratio(partsPerBillion: 1_000_000_000)

  public static func < (a: Ratio, b: Ratio) -> Bool { a.partsPerBillion < b.partsPerBillion }

  /// For printing only.
  public var value: Double { Double(partsPerBillion) / 1e9 }
}
