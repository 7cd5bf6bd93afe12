public import Units

/// The order in which simulated things happen: a queue of events in time.
///
/// Events at the same instant happen in the order of their `Event.Order`, then in the order in which
/// they were scheduled, so a run never depends on chance.
public final class Scheduler {
  /// The present. Moves only in `advance(to:)`.
  public private(set) var now = Instant.zero
  private var heap: [Entry] = []
  private var sequence: UInt64 = 0
  /// Entries of events that were moved or cancelled since: they wait for their instant or a clean-up.
  private var stale = 0
  private static let fewStale = 1024

  public init() {}

  struct Entry {
    let instant: Instant
    let order: Event.Order
    let sequence: UInt64
    let event: Event

    static func < (a: Entry, b: Entry) -> Bool {
      if a.instant != b.instant { return a.instant < b.instant }
      if a.order != b.order { return a.order.rawValue < b.order.rawValue }
      return a.sequence < b.sequence
    }
  }

  /// A thing that can happen again and again: made once, scheduled when due.
  public func event(
    _ name: String, order: Event.Order = .device, action: @escaping () -> Void
  ) -> Event {
    Event(name: name, order: order, scheduler: self, action: action)
  }

  /// When the next event is due; `Instant.never` when nothing is.
  public var next: Instant {
    discardCancelled()
    return heap.first?.instant ?? .never
  }

  /// Entries of the queue, those of abandoned events included.
  var pendingEntries: Int { heap.count }

  /// The name of the next event: what a sleeping core waits for.
  public var nextName: String? {
    discardCancelled()
    return heap.first?.event.name
  }

  /// Lets every event due up to and at `instant` happen, in order; then it is `instant`.
  ///
  /// An instant in the past does nothing: time never runs backwards.
  public func advance(to instant: Instant) {
    while let first = heap.first, first.instant <= instant {
      removeFirst()
      guard first.event.sequence == first.sequence else {
        stale -= 1
        continue
      }
      if first.instant > now { now = first.instant }
      first.event.sequence = 0
      first.event.action()
    }
    if instant > now { now = instant }
  }

  /// An event that was scheduled no longer is, or is at another instant.
  func abandon(_ event: Event) {
    guard event.sequence != 0 else { return }
    event.sequence = 0
    stale += 1
    guard stale > Self.fewStale, stale > heap.count / 2 else { return }
    // A sorted array is a heap.
    heap = heap.filter { $0.event.sequence == $0.sequence }.sorted(by: <)
    stale = 0
  }

  func insert(_ event: Event, at instant: Instant) {
    abandon(event)
    sequence += 1
    event.sequence = sequence
    event.instant = instant
    heap.append(
      Entry(instant: instant, order: event.order, sequence: sequence, event: event))
    siftUp(heap.count - 1)
  }

  private func discardCancelled() {
    while let first = heap.first, first.event.sequence != first.sequence {
      removeFirst()
      stale -= 1
    }
  }

  private func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    siftDown(0)
  }

  private func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] < heap[parent] else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private func siftDown(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] < heap[least] { least = child }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}

/// Something that happens at an instant: a timer compare, the end of a bus byte, a sensor's sample.
public final class Event {
  /// Which of several things due at one instant goes first.
  public enum Order: UInt8, Sendable {
    /// What the world does: a sensor takes its sample.
    case world
    /// What a device on the chip does.
    case device
    /// What watches: limits and probes.
    case observer
  }

  public let name: String
  let order: Order
  let action: () -> Void
  unowned let scheduler: Scheduler
  /// 0 while not scheduled; a stale heap entry carries another number.
  var sequence: UInt64 = 0
  var instant = Instant.never

  init(name: String, order: Order, scheduler: Scheduler, action: @escaping () -> Void) {
    self.name = name
    self.order = order
    self.scheduler = scheduler
    self.action = action
  }

  public var isScheduled: Bool { sequence != 0 }
  /// When it is due; `Instant.never` when it is not scheduled.
  public var due: Instant { isScheduled ? instant : .never }

  /// Makes it happen at `instant` instead of whenever it was due; an instant in the past means now.
  public func schedule(at instant: Instant) {
    if instant == .never { return cancel() }
    scheduler.insert(self, at: max(instant, scheduler.now))
  }

  public func schedule(after interval: Interval) { schedule(at: scheduler.now + interval) }

  public func cancel() { scheduler.abandon(self) }
}
