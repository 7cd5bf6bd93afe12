import Testing
import Units

@testable import Simulation

@Suite struct SchedulerTests {
  private func ps(_ picoseconds: Int64) -> Instant { Instant(picoseconds: picoseconds) }

  @Test func eventsHappenInOrderOfTimeThenOrderThenScheduling() {
    let scheduler = Scheduler()
    var log: [String] = []
    func event(_ name: String, _ order: Event.Order = .device) -> Event {
      scheduler.event(name, order: order) { log.append("\(name)@\(scheduler.now.picoseconds)") }
    }
    let events = [
      event("late"), event("probe", .observer), event("second"), event("third"),
      event("sensor", .world),
    ]
    events[0].schedule(at: ps(20))
    for event in events.dropFirst() { event.schedule(at: ps(10)) }
    #expect(scheduler.next == ps(10))
    #expect(scheduler.nextName == "sensor")
    scheduler.advance(to: ps(15))
    #expect(log == ["sensor@10", "second@10", "third@10", "probe@10"])
    #expect(scheduler.now == ps(15))
    scheduler.advance(to: ps(20))
    #expect(log.last == "late@20")
    #expect(scheduler.next == .never)
    #expect(scheduler.nextName == nil)
  }

  @Test func aCancelledEventDoesNotHappen() {
    let scheduler = Scheduler()
    var count = 0
    let event = scheduler.event("x") { count += 1 }
    event.schedule(at: ps(5))
    #expect(event.isScheduled)
    #expect(event.due == ps(5))
    event.cancel()
    #expect(!event.isScheduled)
    #expect(event.due == .never)
    #expect(scheduler.next == .never)
    scheduler.advance(to: ps(10))
    #expect(count == 0)
    event.schedule(after: Interval(picoseconds: 1))
    event.schedule(at: .never)
    scheduler.advance(to: ps(100))
    #expect(count == 0)
  }

  @Test func schedulingAgainMovesTheEvent() {
    let scheduler = Scheduler()
    var times: [Int64] = []
    let event = scheduler.event("x") { times.append(scheduler.now.picoseconds) }
    event.schedule(at: ps(5))
    event.schedule(at: ps(8))
    scheduler.advance(to: ps(6))
    #expect(times.isEmpty)
    event.schedule(at: ps(7))
    scheduler.advance(to: ps(20))
    #expect(times == [7])
  }

  @Test func thePastMeansNowAndTimeNeverRunsBackwards() {
    let scheduler = Scheduler()
    scheduler.advance(to: ps(100))
    var happenedAt: Instant?
    let event = scheduler.event("x") { happenedAt = scheduler.now }
    event.schedule(at: ps(1))
    #expect(event.due == ps(100))
    scheduler.advance(to: ps(50))
    #expect(scheduler.now == ps(100))
    #expect(happenedAt == nil)
    scheduler.advance(to: ps(100))
    #expect(happenedAt == ps(100))
  }

  @Test func anEventMayScheduleItselfAndOthersAtTheSameInstant() {
    let scheduler = Scheduler()
    var log: [String] = []
    let echo = scheduler.event("echo") { log.append("echo@\(scheduler.now.picoseconds)") }
    var ticker: Event?
    ticker = scheduler.event("tick") {
      log.append("tick@\(scheduler.now.picoseconds)")
      echo.schedule(after: .zero)
      if log.count < 6 { ticker?.schedule(after: Interval(picoseconds: 10)) }
    }
    ticker?.schedule(at: ps(10))
    scheduler.advance(to: ps(100))
    let expected = [10, 20, 30, 40].flatMap { ["tick@\($0)", "echo@\($0)"] }
    #expect(log == expected)
  }

  /// Random scheduling, moving and cancelling against a sorted list.
  @Test(arguments: 0..<200) func agreesWithASortedList(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let scheduler = Scheduler()
    var happened: [Int] = []
    let orders: [Event.Order] = [.world, .device, .observer]
    let events = (0..<20).map { index in
      scheduler.event("\(index)", order: orders[index % 3]) { happened.append(index) }
    }
    var pending: [(instant: Int64, order: Int, sequence: Int, event: Int)] = []
    var expected: [Int] = []
    for sequence in 0..<400 {
      let index = Int.random(in: 0..<20, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0...2:
        let instant = scheduler.now.picoseconds + Int64.random(in: -3...12, using: &random)
        events[index].schedule(at: ps(instant))
        pending.removeAll { $0.event == index }
        pending.append(
          (max(instant, scheduler.now.picoseconds), index % 3, sequence, index))
      case 3:
        events[index].cancel()
        pending.removeAll { $0.event == index }
      default:
        let target = scheduler.now.picoseconds + Int64.random(in: 0...6, using: &random)
        pending.sort { ($0.instant, $0.order, $0.sequence) < ($1.instant, $1.order, $1.sequence) }
        expected += pending.filter { $0.instant <= target }.map(\.event)
        pending.removeAll { $0.instant <= target }
        scheduler.advance(to: ps(target))
        #expect(happened == expected)
        #expect(scheduler.now == ps(target))
      }
      #expect(scheduler.next == pending.map(\.instant).min().map(ps) ?? .never)
    }
  }
}

/// An event that is moved over and over, as a watchdog's is, leaves nothing behind.
@Suite struct SchedulerClutterTests {
  @Test func eventsThatAreMovedAMillionTimesHappenOnceInOrder() {
    let scheduler = Scheduler()
    var happened: [String] = []
    let watchdog = scheduler.event("watchdog") { happened.append("watchdog") }
    let others = (0..<100).map { index in
      scheduler.event("other \(index)") { happened.append("other \(index)") }
    }
    for (index, other) in others.enumerated() {
      other.schedule(at: Instant(picoseconds: Int64(index) * 10_000 + 5))
    }
    for step in 0..<1_000_000 {
      watchdog.schedule(at: Instant(picoseconds: 5_000_000 + Int64(step)))
      if step % 3 == 0 { watchdog.cancel() }
    }
    watchdog.schedule(at: Instant(picoseconds: 5_000_000))
    scheduler.advance(to: Instant(picoseconds: 10_000_000))
    #expect(happened == others.indices.map { "other \($0)" } + ["watchdog"])
    #expect(scheduler.next == .never)
    #expect(scheduler.pendingEntries == 0)
  }

  @Test func movingAnEventKeepsTheQueueShort() {
    let scheduler = Scheduler()
    let event = scheduler.event("far") {}
    for step in 0..<100_000 { event.schedule(at: Instant(picoseconds: 1_000_000 + Int64(step))) }
    #expect(scheduler.pendingEntries < 5_000)
  }
}
