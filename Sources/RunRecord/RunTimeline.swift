public import Units

/// What happened in a run and when; the earliest and the newest events where there were too many.
public struct RunTimeline: Codable, Sendable, Equatable {
  public enum Kind: Int, Codable, Sendable, CaseIterable {
    /// `value` is the exception's number.
    case pended, handlerEntered, handlerLeft
    case slept, woke
    /// `subject` is a function that is measured or otherwise of interest.
    case functionEntered, functionLeft
    /// `subject` is a sensor, `value` how many samples.
    case sampleReady, sampleRead, sampleLost
    /// `subject` is a pin.
    case pinRose, pinFell
    /// `subject` is a bus or device.
    case busyBegan, busyEnded
    /// `subject` is a consumer of power, `value` the index of its state's name.
    case powerState
    /// `value` is the number of an exception that was pended, `subject` the mask that keeps it from being
    /// taken: PRIMASK, FAULTMASK, BASEPRI.
    case masked
  }

  public struct Event: Sendable, Equatable {
    public var at: Instant
    public var kind: Kind
    /// Index into `names`; -1: none.
    public var subject: Int
    public var value: Int

    public init(at: Instant, kind: Kind, subject: Int, value: Int) {
      (self.at, self.kind, self.subject, self.value) = (at, kind, subject, value)
    }
  }

  /// Functions of generated firmware that samples pass on their way to a decision.
  public static let stages = ["fuse_kalman", "int8_quantize"]

  public var names: [String] = []
  public var events: [Event] = []
  /// Events left out, and behind how many of `events`.
  public var omitted = 0
  public var omittedAfter = 0

  public init() {}

  public func name(of event: Event) -> String {
    names.indices.contains(event.subject) ? names[event.subject] : ""
  }
}

/// Four numbers: when in picoseconds, the kind, the subject, the value.
extension RunTimeline.Event: Codable {
  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    at = Instant(picoseconds: try container.decode(Int64.self))
    kind = try container.decode(RunTimeline.Kind.self)
    subject = try container.decode(Int.self)
    value = try container.decode(Int.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(at.picoseconds)
    try container.encode(kind.rawValue)
    try container.encode(subject)
    try container.encode(value)
  }
}

/// How long a run was in each combination of power states, step by step of its time.
public struct PowerSeries: Codable, Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    /// Number of the step.
    public var step: Int
    /// Index into the record's `power`.
    public var states: Int
    public var time: Interval

    public init(step: Int, states: Int, time: Interval) {
      (self.step, self.states, self.time) = (step, states, time)
    }
  }

  /// Length of a step.
  public var step = Interval.zero
  /// By step.
  public var entries: [Entry] = []

  public init() {}
}

/// Three numbers: step, states, picoseconds.
extension PowerSeries.Entry: Codable {
  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    step = try container.decode(Int.self)
    states = try container.decode(Int.self)
    time = Interval(picoseconds: try container.decode(Int64.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(step)
    try container.encode(states)
    try container.encode(time.picoseconds)
  }
}
