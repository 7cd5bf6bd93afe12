public import RunRecord
public import Units

/// What else ran while a sample was on its way, in the order that it happened: sleep, buses, interrupts
/// that waited, and handlers that came in between.
public struct JourneyCause: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case slept, bus, pending, preempted
    /// An interrupt was pending while the core woke up.
    case woke
    /// An interrupt was pending while a mask register kept it from being taken.
    case masked
  }
  public var kind: Kind
  /// The bus, the exception, or what ended the sleep.
  public var what: String
  /// The exception or sensor that held it up; nil: none did.
  public var by: String?
  public var time: Interval
  public var at: Instant
  /// How often, where several alike are told as one.
  public var count = 1

  /// "PDM waited for SPI0 for": without the time.
  public var words: String {
    switch kind {
    case .slept: "slept until \(what)"
    case .bus: "\(what) at work"
    case .pending:
      by.map { "\(what) pending while \($0) ran" } ?? "\(what) pending until its block's end"
    case .masked: "\(what) pending, masked by \(by ?? "the core")"
    case .woke: "waking up for \(what)"
    case .preempted: "\(what) pre-empted \(by ?? "thread mode")"
    }
  }

  /// Causes alike as one, in the order that each was first met.
  public static func grouped(_ causes: [JourneyCause]) -> [JourneyCause] {
    var groups: [JourneyCause] = []
    for cause in causes {
      let known = groups.firstIndex {
        ($0.kind, $0.what, $0.by ?? "") == (cause.kind, cause.what, cause.by ?? "")
      }
      if let known {
        groups[known].time += cause.time
        groups[known].count += cause.count
      } else {
        groups.append(cause)
      }
    }
    return groups
  }

  /// The causes of one sample's age, from `ready` to `decided`; what took less than a microsecond is
  /// left out.
  public static func causes(
    _ timeline: RunTimeline, from: Instant, to: Instant, exceptions: [ExceptionRecord]
  ) -> [JourneyCause] {
    var watcher = Watcher(from: from, to: to, exceptions: exceptions)
    for event in timeline.events {
      if event.at > to { break }
      watcher.take(event, timeline.name(of: event))
    }
    return watcher.causes.filter { $0.time >= .microseconds(1) }
      .enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
      .map(\.element)
  }
}

private struct Watcher {
  let from: Instant
  let to: Instant
  let exceptions: [ExceptionRecord]
  var causes: [JourneyCause] = []
  private var asleepSince: Instant?
  /// A sleep whose end nothing has explained yet.
  private var unexplained: Int?
  private var busySince: [String: Instant] = [:]
  private var pendedAt: [Int: (at: Instant, isAsleep: Bool)] = [:]
  private var masks: [Int: String] = [:]
  private var handlers: [(number: Int, at: Instant)] = []

  init(from: Instant, to: Instant, exceptions: [ExceptionRecord]) {
    (self.from, self.to, self.exceptions) = (from, to, exceptions)
  }

  private func name(_ number: Int) -> String {
    exceptions.first { $0.number == number }?.name ?? "exception \(number)"
  }

  /// The part of a time that lies in the journey.
  private mutating func add(
    _ kind: JourneyCause.Kind, _ what: String, by: String? = nil, _ start: Instant, _ end: Instant
  ) {
    let (start, end) = (max(start, from), min(end, to))
    if start >= end { return }
    causes.append(JourneyCause(kind: kind, what: what, by: by, time: end - start, at: start))
  }

  mutating func take(_ event: RunTimeline.Event, _ subject: String) {
    switch event.kind {
    case .slept: asleepSince = event.at
    case .woke:
      guard let since = asleepSince else { return }
      asleepSince = nil
      let before = causes.count
      add(.slept, "an event", since, event.at)
      unexplained = causes.count > before ? before : nil
    case .busyBegan: busySince[subject] = event.at
    case .busyEnded:
      if let since = busySince.removeValue(forKey: subject) { add(.bus, subject, since, event.at) }
    case .pended:
      // The events of a sleep are written when it is over.
      if pendedAt[event.value] == nil { pendedAt[event.value] = (event.at, asleepSince != nil) }
    case .masked: masks[event.value] = subject
    case .handlerEntered: entered(event.value, event.at)
    case .handlerLeft: left(event.value, event.at)
    default: break
    }
  }

  private mutating func entered(_ number: Int, _ at: Instant) {
    if let sleep = unexplained {
      causes[sleep].what = name(number)
      unexplained = nil
    }
    if let pended = pendedAt.removeValue(forKey: number) {
      let running = handlers.last { $0.number != number }.map { name($0.number) }
      // A handler that ended just now is what it waited for.
      let holder = running ?? lastLeft(since: pended.at)
      let mask = masks.removeValue(forKey: number)
      let isWaking = pended.isAsleep && holder == nil
      if let mask, running == nil, !isWaking {
        add(.masked, name(number), by: mask, pended.at, at)
      } else {
        add(isWaking ? .woke : .pending, name(number), by: holder, pended.at, at)
      }
    }
    handlers.append((number, at))
  }

  private var ended: (number: Int, at: Instant)?

  private func lastLeft(since pended: Instant) -> String? {
    ended.flatMap { $0.at >= pended ? name($0.number) : nil }
  }

  private mutating func left(_ number: Int, _ at: Instant) {
    guard let handler = handlers.popLast() else { return }
    ended = (number, at)
    if let below = handlers.last {
      add(.preempted, name(handler.number), by: name(below.number), handler.at, at)
    }
  }
}
