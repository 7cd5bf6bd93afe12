public import RunRecord
public import Trust
public import Units

/// A measure's occurrences reduced to what is judged; whole picoseconds throughout.
public struct JudgedMeasure: Sendable {
  public struct Statistics: Hashable, Sendable {
    public var min: Interval
    /// Nearest rank: the least value that half of the occurrences do not exceed.
    public var p50: Interval
    public var p99: Interval
    public var max: Interval
    /// Rounded half up.
    public var mean: Interval
    public var jitter: Interval { max - min }
  }

  public var name: String
  public var from: String
  public var to: String
  public var count: Int
  /// nil without an occurrence.
  public var statistics: Statistics?
  public var deadline: Interval?
  /// Starts without an end and ends after the deadline; with the bounds that the band gives.
  public var missed: JudgedValue
  /// The bands of the functions that the longest occurrence ran; buses and sleep are exact.
  public var trust: Trust
  public var worst: MeasureRecord.Worst?

  /// Whether anything happened that could be judged.
  public var isObserved: Bool { count > 0 || missed.value > 0 }

  /// How well cycles are known: of the whole run, and of functions by their names.
  struct CycleTrust {
    var whole: Trust
    var functions: [String: Trust] = [:]
  }

  init(_ record: MeasureRecord, deadline: Interval?, end: Instant, cycles: CycleTrust) {
    name = record.name
    from = record.from
    to = record.to
    count = record.occurrences.count
    self.deadline = deadline
    worst = record.worst
    trust = Self.trust(record.worst, cycles)
    let latencies = record.occurrences.map { latency($0.from, $0.to).picoseconds }.sorted()
    statistics = Statistics(sorted: latencies)
    missed = Self.missed(record, latencies, deadline, end, trust)
  }

  private static func trust(_ worst: MeasureRecord.Worst?, _ cycles: CycleTrust) -> Trust {
    guard let worst, !worst.parts.isEmpty else { return cycles.whole }
    return .sum(
      worst.parts.map { part in
        switch part.kind {
        case .function: (part.time.picoseconds, cycles.functions[part.what] ?? cycles.whole)
        case .exception, .unknown: (part.time.picoseconds, cycles.whole)
        // The chips' wake-up times are remembered figures so far.
        case .wakeUp: (part.time.picoseconds, Trust(.assumed, band: Band(percent: 25)))
        case .bus, .sleep: (part.time.picoseconds, Trust(.modelled, band: .exact))
        }
      })
  }

  private static func missed(
    _ record: MeasureRecord, _ latencies: [Int64], _ deadline: Interval?, _ end: Instant,
    _ trust: Trust
  ) -> JudgedValue {
    let exact = Trust(.modelled, band: .exact)
    var certain = Int64(record.unanswered.count)
    guard let deadline = deadline?.picoseconds else {
      return JudgedValue(certain, low: certain, high: certain, exact)
    }
    certain += Int64(record.open.filter { latency($0, end).picoseconds > deadline }.count)
    var counts: (low: Int64, value: Int64, high: Int64) = (certain, certain, certain)
    for latency in latencies {
      let judged = JudgedValue(latency, trust)
      if judged.low > deadline { counts.low += 1 }
      if judged.value > deadline { counts.value += 1 }
      if judged.high > deadline { counts.high += 1 }
    }
    return JudgedValue(
      counts.value, low: counts.low, high: counts.high, Trust(trust.tier, band: .exact))
  }

  /// The value of one statistic with its band; nil without an occurrence.
  func value(_ statistic: KeyPath<Statistics, Interval>) -> JudgedValue? {
    guard let statistics else { return nil }
    let value = statistics[keyPath: statistic].picoseconds
    guard statistic == \.jitter else { return JudgedValue(value, trust) }
    // What the longest may be off bounds what the difference may be off.
    let width = Int128(trust.band.width(of: statistics.max.picoseconds))
    return JudgedValue(
      value, low: Int64(clamping: Swift.max(0, Int128(value) - width)),
      high: Int64(clamping: Int128(value) + width), trust)
  }
}

extension JudgedMeasure.Statistics {
  /// Of values in ascending order.
  init?(sorted values: [Int64]) {
    guard let first = values.first, let last = values.last else { return nil }
    func rank(_ percent: Int) -> Interval {
      Interval(picoseconds: values[(values.count * percent + 99) / 100 - 1])
    }
    let sum = values.reduce(Int128(0)) { $0 + Int128($1) }
    let count = Int128(values.count)
    min = Interval(picoseconds: first)
    max = Interval(picoseconds: last)
    p50 = rank(50)
    p99 = rank(99)
    mean = Interval(picoseconds: Int64(clamping: (2 * sum + count) / (2 * count)))
  }
}

/// From one instant to another; never negative and never out of range.
private func latency(_ from: Instant, _ to: Instant) -> Interval {
  let difference = Int128(to.picoseconds) - Int128(from.picoseconds)
  return Interval(picoseconds: Int64(clamping: max(0, difference)))
}
