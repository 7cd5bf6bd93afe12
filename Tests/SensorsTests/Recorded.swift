import Simulation
import Testing
import Units

/// A recording of counts: what the sensor felt, so that its registers must show these very counts.
struct RecordedCounts {
  let rows: [[Int16]]
  let rate: Hertz

  /// Full-range counts by chance; `step` keeps them to what the output word can hold.
  init(seed: Int, axes: Int, rate: Hertz, count: Int, step: Int16 = 1) {
    var random = SeededGenerator(seed: seed)
    rows = (0..<count).map { _ in
      (0..<axes).map { _ in Int16.random(in: .min / step ... .max / step, using: &random) * step }
    }
    self.rate = rate
  }

  /// The row that holds at `instant`: row 0 up to the first period, row n - 1 at tick n.
  func row(at instant: Instant) -> [Int16] {
    let tick = Int(ClockDomain(frequency: rate).ticks(at: instant))
    return rows[min(max(tick - 1, 0), rows.count - 1)]
  }
}
