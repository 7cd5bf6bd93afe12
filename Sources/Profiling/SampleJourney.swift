public import RunRecord
public import Units

/// What became of one sensor's samples on their way to decisions: how old each was at every station, from
/// the run's timeline.
///
/// A decision belongs to the newest sample that had been read when its inference began.
public struct SampleJourney: Sendable, Equatable {
  /// Places that a sample passes; a firmware need not have all.
  public enum Station: Int, CaseIterable, Sendable {
    /// Its last byte has left the bus.
    case read
    /// The handler began in which the inference ran.
    case interrupt
    case fused
    case quantized
    case inferenceBegan
    case decided

    public var name: String {
      switch self {
      case .read: "last bus byte"
      case .interrupt: "interrupt entry"
      case .fused: "Kalman done"
      case .quantized: "quantized"
      case .inferenceBegan: "inference begun"
      case .decided: "decision"
      }
    }
  }

  /// One decision's sample.
  public struct Sample: Sendable, Equatable {
    public var ready: Instant
    /// By station; nil: it was not passed.
    public var stations: [Instant?]

    public func age(at station: Station) -> Interval? {
      stations[station.rawValue].map { $0 - ready }
    }
  }

  public struct Ages: Sendable, Equatable {
    public var station: Station
    public var count: Int
    public var p50: Interval
    public var p99: Interval
    /// Nearest rank of 99.9 %.
    public var p999: Interval
    public var max: Interval
    public var min: Interval
    public var jitter: Interval { max - min }
  }

  public var sensor: String
  public var samples: [Sample] = []
  /// Samples that were ready and neither read nor lost, at most.
  public var highWater = 0
  public var ages: [Ages] {
    Station.allCases.compactMap { station in
      let values = samples.compactMap { $0.age(at: station)?.picoseconds }.sorted()
      guard let first = values.first, let last = values.last else { return nil }
      func rank(_ permille: Int) -> Interval {
        Interval(picoseconds: values[(values.count * permille + 999) / 1_000 - 1])
      }
      return Ages(
        station: station, count: values.count, p50: rank(500), p99: rank(990), p999: rank(999),
        max: Interval(picoseconds: last), min: Interval(picoseconds: first))
    }
  }

  /// The sample whose age at its decision has that rank, 1,000 for the oldest.
  public func sample(permille: Int) -> Int? {
    let sorted = samples.indices.filter { samples[$0].age(at: .decided) != nil }.sorted { a, b in
      let (left, right) = (samples[a].age(at: .decided), samples[b].age(at: .decided))
      return left == right ? a < b : (left ?? .zero) < (right ?? .zero)
    }
    return sorted.isEmpty ? nil : sorted[(sorted.count * permille + 999) / 1_000 - 1]
  }

  /// The journeys of every sensor whose samples came to a decision; `inference` is the function that
  /// decides.
  public static func journeys(_ timeline: RunTimeline, inference: String?) -> [SampleJourney] {
    guard let inference else { return [] }
    var follower = Follower(inference: inference)
    for event in timeline.events { follower.take(event, timeline.name(of: event)) }
    return follower.journeys.values.filter { !$0.samples.isEmpty }.sorted { $0.sensor < $1.sensor }
  }
}

/// Follows samples through the events of a run.
private struct Follower {
  let inference: String
  var journeys: [String: SampleJourney] = [:]
  private var waiting: [String: Int] = [:]
  private var ready: [String: Instant] = [:]
  private var read: [String: (ready: Instant, read: Instant)] = [:]
  /// When each handler under way began.
  private var handlers: [Instant] = []
  private var ended: [String: Instant] = [:]
  private var began:
    (at: Instant, interrupt: Instant?, samples: [String: (ready: Instant, read: Instant)])?

  init(inference: String) { self.inference = inference }

  mutating func take(_ event: RunTimeline.Event, _ name: String) {
    switch event.kind {
    case .sampleReady:
      waiting[name, default: 0] += event.value
      var journey = journeys[name] ?? SampleJourney(sensor: name)
      journey.highWater = max(journey.highWater, waiting[name] ?? 0)
      journeys[name] = journey
      ready[name] = event.at
    case .sampleRead:
      waiting[name] = max(0, (waiting[name] ?? 0) - event.value)
      read[name] = (ready[name] ?? event.at, event.at)
    case .sampleLost: waiting[name] = max(0, (waiting[name] ?? 0) - event.value)
    case .handlerEntered: handlers.append(event.at)
    case .handlerLeft: _ = handlers.popLast()
    case .functionEntered where name == inference && began == nil:
      began = (event.at, handlers.last, read)
    case .functionLeft where name == inference:
      decide(event.at)
    case .functionLeft: ended[name] = event.at
    default: break
    }
  }

  private mutating func decide(_ at: Instant) {
    guard let began else { return }
    self.began = nil
    for (sensor, sample) in began.samples {
      /// What ended since the sample was read belongs to it.
      func since(_ name: String) -> Instant? {
        ended[name].flatMap { $0 >= sample.read && $0 <= at ? $0 : nil }
      }
      let stations = [
        sample.read, began.interrupt.flatMap { $0 >= sample.ready ? $0 : nil },
        since(RunTimeline.stages[0]), since(RunTimeline.stages[1]), began.at, at,
      ]
      journeys[sensor]?.samples.append(
        SampleJourney.Sample(ready: sample.ready, stations: stations))
    }
  }
}
