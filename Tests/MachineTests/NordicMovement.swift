import Units

/// A movement made from a seed, in ten-thousandths of a g and of a degree a second, and the counts
/// that the LSM9DS1's data sheet makes of it.
struct NordicMovement {
  /// Accelerations, then rates.
  let rows: [[Int]]

  init(rows count: Int, seed: UInt64, acceleration: Int = 45_000, rate: Int = 22_000_000) {
    var state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % (2 * limit + 1) - limit
    }
    rows = (0..<count).map { _ in
      (0..<6).map { next($0 < 3 ? acceleration : rate) }
    }
  }

  var csv: String {
    let lines = rows.map { row in row.map(Self.decimal).joined(separator: ",") }
    return (["ax,ay,az,gx,gy,gz"] + lines).joined(separator: "\n") + "\n"
  }

  private static func decimal(_ value: Int) -> String {
    let digits = String(10_000 + abs(value) % 10_000).dropFirst()
    return "\(value < 0 ? "-" : "")\(abs(value) / 10_000).\(digits)"
  }

  /// LA_So and G_So of the data sheet's table 3, in nano-g and microdegrees a second.
  static let accelerometer = [61_000, 732_000, 122_000, 244_000]
  static let gyroscope = [8_750, 17_500, 0, 70_000]

  /// Rates, then accelerations, as the output registers hold them.
  func counts(ofRow row: Int, fullScaleG: Int, fullScaleXL: Int) -> [[Int16]] {
    let row = rows[row]
    return row[3...].map { Self.counts($0 * 100, Self.gyroscope[fullScaleG]) }
      + row[..<3].map { Self.counts($0 * 100_000, Self.accelerometer[fullScaleXL]) }
  }

  /// The nearest whole number, the even one of two, saturated. The model divides binary fractions:
  /// of two that are equally near in decimals it may give either.
  private static func counts(_ value: Int, _ sensitivity: Int) -> [Int16] {
    let floor =
      value >= 0 ? value / sensitivity : -((-value + sensitivity - 1) / sensitivity)
    let rest = 2 * (value - floor * sensitivity)
    if rest == sensitivity { return [floor, floor + 1].map { Int16(clamping: $0) } }
    return [Int16(clamping: rest > sensitivity ? floor + 1 : floor)]
  }
}
