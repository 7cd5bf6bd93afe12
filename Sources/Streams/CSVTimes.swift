import Units

/// The column of times in a CSV file.
struct CSVTimes {
  enum Step {
    case kept
    /// The clock went back: a recording of its own follows.
    case restarted
    /// The same time again.
    case dropped
  }

  /// The power of ten from the column's unit to picoseconds.
  private let scale: Int
  private let allowsDisorder: Bool
  /// Picoseconds since the first sample.
  private var times: [Int64] = []
  private var first: Int128?
  /// What is added to a clock that started again.
  private var shift: Int128 = 0
  /// The finest decimal that was written.
  private var decimals = 0
  private var repeated = 0
  private var restarts = 0

  init(scale: Int, allowsDisorder: Bool) {
    (self.scale, self.allowsDisorder) = (scale, allowsDisorder)
  }

  /// Forty days in picoseconds: twice that fits 63 bits.
  private static let longest: Int128 = 3_456_000_000_000_000_000

  /// The file's own time of its first sample.
  var start: Interval { Interval(picoseconds: Int64(exactly: first ?? 0) ?? 0) }

  var repairs: [String] {
    var repairs: [String] = []
    if repeated > 0 { repairs.append("\(repeated) samples of a time that was there left out") }
    if restarts > 0 { repairs.append("\(restarts) jumps back in time taken for a new part") }
    return repairs
  }

  /// Takes the time of one more sample; nil when it is no number.
  mutating func append(
    _ text: ArraySlice<UInt8>, _ place: CellPlace
  ) throws(StreamError) -> Step? {
    guard let instant = Decimal.scaled(text, by: scale) else { return nil }
    first = first ?? instant
    // Relative to the first: clocks that count from 1970 exceed 63 bits of picoseconds.
    var elapsed = instant - (first ?? instant) + shift
    var step = Step.kept
    let last = Int128(times.last ?? -1)
    if elapsed <= last {
      guard allowsDisorder else {
        throw place.error(
          "time does not increase: \(place.cell.string)",
          hint: "expected later than the line before")
      }
      if elapsed == last {
        repeated += 1
        return .dropped
      }
      let usual = times.count > 1 ? times[1] - times[0] : 1
      shift += last + Int128(usual) - elapsed
      elapsed = last + Int128(usual)
      restarts += 1
      step = .restarted
    }
    guard elapsed <= Self.longest else {
      throw place.error(
        "\(place.cell.string) is more than 40 days after the first sample",
        hint: "check the unit of the column of times")
    }
    if let point = text.firstIndex(of: UInt8(ascii: ".")) {
      decimals = max(decimals, text[(point + 1)...].prefix { 0x30...0x39 ~= $0 }.count)
    }
    times.append(Int64(elapsed))
    return step
  }

  func timing(_ path: String) throws(StreamError) -> Recording.Timing {
    guard times.count > 1 else {
      throw StreamError(
        .tooShort, path, "too short: one sample has no rate",
        hint: "expected at least two samples, or the stream's `rate:`")
    }
    let step = times[1]
    if (1..<times.count).allSatisfy({ times[$0] - times[$0 - 1] == step }) {
      return .rate(Hertz(1_000_000_000_000, per: UInt64(step)))
    }
    if restarts == 0, let rate = wholeRate { return .rate(rate) }
    return .timestamps(times.map(Interval.init(picoseconds:)))
  }

  /// The one whole rate in hertz whose instants, rounded to the decimals written, these times are.
  private var wholeRate: Hertz? {
    var unit: Int128 = 1
    for _ in 0..<max(0, scale - decimals) { unit *= 10 }
    let second: Int128 = 1_000_000_000_000
    var (low, high): (Int128, Int128) = (1, 1_000_000_000)
    for (index, time) in times.enumerated().dropFirst() {
      // Sample `index` lies less than one unit from index ÷ rate.
      let ticks = Int128(index) * second
      low = max(low, ticks / (Int128(time) + unit) + 1)
      if Int128(time) > unit { high = min(high, (ticks - 1) / (Int128(time) - unit)) }
      if low > high { return nil }
    }
    return low == high ? Hertz(UInt64(low)) : nil
  }
}
