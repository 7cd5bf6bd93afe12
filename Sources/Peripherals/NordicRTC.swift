import Simulation
import Units

/// A 24-bit counter of the 32,768 Hz clock divided by PRESCALER + 1.
///
/// Tasks take effect at the first rising edge of LFCLK after its next falling edge, 15 to 46 us
/// later; START counts first at that edge (plus PRESCALER edges). COMPARE[n] comes with the edge at
/// which COUNTER becomes CC[n]; a CC written between two edges is in force after the next one: with
/// COUNTER at N and no prescaler, N + 1 is missed and N + 2 is met. CLEAR and TRIGOVRFLW cause no
/// COMPARE. Events exist only while enabled in EVTEN (for PPI) or INTEN. Parameter: `channels`.
///
/// Reference: nRF52840 Product Specification v1.7, 6.22 RTC (6.22.5 compare, 6.22.8 task delay).
/// Not modelled: the longer start while LFCLK itself starts; writes that hardware forbids while
/// running.
final class NordicRTC: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case start = 0x000
    case stop = 0x004
    case clear = 0x008
    case triggerOverflow = 0x00c
  }

  private enum Register: UInt32 {
    case eventEnable = 0x340
    case eventEnableSet = 0x344
    case eventEnableClear = 0x348
    case counter = 0x504
    case prescaler = 0x508
    case cc0 = 0x540
    case cc1 = 0x544
    case cc2 = 0x548
    case cc3 = 0x54c
  }

  private static let tick: UInt32 = 0x100
  private static let overflow: UInt32 = 0x104
  private static let compare: UInt32 = 0x140
  private static let mask: UInt32 = 0xff_ffff

  private let channels: Int
  private let scheduler: Scheduler
  private let interface: NordicInterface
  private let clocks: NordicClockRequests
  private let consumer: PowerConsumer
  private let eventMask: UInt32
  private let name: String
  private lazy var due = scheduler.event(name) { [unowned self] in counted() }
  private lazy var taskDue = scheduler.event("\(name) task") { [unowned self] in applyTasks() }

  private var eventEnable: UInt32 = 0
  private var prescaler: UInt32 = 0
  private var compares: [UInt32]
  /// The first edge at which a written CC can match.
  private var comparesFrom: [UInt64]
  private var isRunning = false
  /// LFCLK while it runs.
  private var clock: ClockDomain?
  /// The last edge whose events were raised: a task can fall on the edge of a count.
  private var raisedAt: UInt64 = 0
  /// The prescaler in force since the last START, CLEAR or TRIGOVRFLW.
  private var divider: UInt64 = 1
  /// COUNTER was `origin` at that edge of LFCLK.
  private var origin: UInt32 = 0
  private var originEdge: UInt64 = 0
  private var pending: [(edge: UInt64, task: Task)] = []

  init(_ context: PeripheralContext) {
    name = context.name
    let count = min(max(context.parameters["channels"] ?? 4, 1), 4)
    channels = count
    scheduler = context.fabric.scheduler
    let events = [Self.tick, Self.overflow] + (0..<UInt32(count)).map { Self.compare + 4 * $0 }
    eventMask = events.reduce(0) { $0 | 1 << (($1 - 0x100) / 4) }
    interface = NordicInterface(context, tasks: Task.allCases.map(\.rawValue), events: events)
    clocks = context.fabric.service(NordicClockRequests.init)
    consumer = context.fabric.power.consumer(context.name, initial: "off")
    compares = Array(repeating: 0, count: count)
    comparesFrom = Array(repeating: 0, count: count)
    clock = clocks.lowFrequency
    interface.perform = { [unowned self] in perform($0) }
    clocks.observeLowFrequency { [unowned self] in lowFrequencyChanged() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .eventEnable, .eventEnableSet, .eventEnableClear: return eventEnable
    case .counter: return counter
    case .prescaler: return prescaler
    case .cc0, .cc1, .cc2, .cc3:
      let channel = Int(offset - Register.cc0.rawValue) / 4
      return channel < channels ? compares[channel] : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else {
      defer { scheduleCount() }
      return interface.write(offset, value)
    }
    switch register {
    case .eventEnable: eventEnable = value & eventMask
    case .eventEnableSet: eventEnable |= value & eventMask
    case .eventEnableClear: eventEnable &= ~value
    case .counter: break
    case .prescaler: prescaler = value & 0xfff
    case .cc0, .cc1, .cc2, .cc3:
      let channel = Int(offset - Register.cc0.rawValue) / 4
      guard channel < channels else { return false }
      compares[channel] = value & Self.mask
      comparesFrom[channel] = clock == nil ? 0 : edges + 2
    }
    scheduleCount()
    return true
  }

  func reset() {
    interface.reset()
    eventEnable = 0
    prescaler = 0
    compares = Array(repeating: 0, count: channels)
    comparesFrom = Array(repeating: 0, count: channels)
    isRunning = false
    divider = 1
    origin = 0
    pending = []
    due.cancel()
    taskDue.cancel()
    consumer.enter("off")
  }

  /// Rising edges of LFCLK up to now.
  private var edges: UInt64 { clock?.ticks(at: scheduler.now) ?? 0 }

  /// Counts since `originEdge`.
  private var counts: UInt64 {
    guard isRunning, edges > originEdge else { return 0 }
    return (edges - originEdge) / divider
  }

  private var counter: UInt32 {
    (origin &+ UInt32(truncatingIfNeeded: counts)) & Self.mask
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset) else { return }
    pending.append((effectiveEdge, task))
    scheduleTasks()
  }

  /// The rising edge after the next falling edge.
  private var effectiveEdge: UInt64 {
    guard let clock else { return .max }
    let halves = ClockDomain(
      frequency: clock.frequency.scaled(by: 2, over: 1), start: clock.start)
    let next = halves.ticks(at: scheduler.now) + 1
    return (next | 1) / 2 + 1
  }

  private func scheduleTasks() {
    guard let clock, let edge = pending.map(\.edge).min() else { return }
    taskDue.schedule(at: clock.instant(ofTick: edge))
  }

  private func applyTasks() {
    let now = edges
    let ready = pending.filter { $0.edge <= now }
    pending.removeAll { $0.edge <= now }
    for (_, task) in ready { apply(task, now) }
    consumer.enter(isRunning ? "active" : "off")
    scheduleTasks()
    due.cancel()
    raiseEvents(ifCountedAt: now)
    scheduleCount()
  }

  private func apply(_ task: Task, _ edge: UInt64) {
    switch task {
    case .start:
      guard !isRunning else { return }
      isRunning = true
      divider = UInt64(prescaler) + 1
      originEdge = edge > 0 ? edge - 1 : 0
    case .stop:
      origin = counter
      isRunning = false
      originEdge = edge
    case .clear: restart(at: edge, 0)
    case .triggerOverflow: restart(at: edge, 0xff_fff0)
    }
  }

  private func restart(at edge: UInt64, _ value: UInt32) {
    origin = value
    originEdge = edge
    divider = UInt64(prescaler) + 1
  }

  private func isWanted(_ event: UInt32) -> Bool {
    interface.isEnabled(event) || isPublished(event)
  }

  private func isPublished(_ event: UInt32) -> Bool {
    eventEnable >> ((event - 0x100) / 4) & 1 == 1
  }

  /// Schedules the next edge at which an enabled event is due.
  private func scheduleCount() {
    guard isRunning, let clock else { return due.cancel() }
    let value = counter
    func edge(ofBecoming target: UInt32, notBefore first: UInt64 = 0) -> UInt64 {
      let more = UInt64((target &- value &- 1) & Self.mask) + 1
      let edge = originEdge + (counts + more) * divider
      return edge >= first ? edge : edge + (1 << 24) * divider
    }
    var next = UInt64.max
    if isWanted(Self.tick) { next = edge(ofBecoming: value &+ 1) }
    if isWanted(Self.overflow) { next = min(next, edge(ofBecoming: 0)) }
    for channel in 0..<channels where isWanted(Self.compare + 4 * UInt32(channel)) {
      next = min(next, edge(ofBecoming: compares[channel], notBefore: comparesFrom[channel]))
    }
    if next == .max { due.cancel() } else { due.schedule(at: clock.instant(ofTick: next)) }
  }

  private func counted() {
    raiseEvents(ifCountedAt: edges)
    scheduleCount()
  }

  private func raiseEvents(ifCountedAt edge: UInt64) {
    guard isRunning, edge > originEdge, (edge - originEdge) % divider == 0,
      edge != raisedAt
    else { return }
    raisedAt = edge
    let value = counter
    if isWanted(Self.tick) { raise(Self.tick) }
    if value == 0 && isWanted(Self.overflow) { raise(Self.overflow) }
    for channel in 0..<channels where compares[channel] == value && edge >= comparesFrom[channel] {
      let event = Self.compare + 4 * UInt32(channel)
      if isWanted(event) { raise(event) }
    }
  }

  private func raise(_ event: UInt32) { interface.raise(event, published: isPublished(event)) }

  /// LFCLK started: waiting tasks get their edge; it stopped: COUNTER stands still.
  private func lowFrequencyChanged() {
    if let started = clocks.lowFrequency {
      clock = started
      originEdge = 0
      raisedAt = 0
      comparesFrom = Array(repeating: 0, count: channels)
      pending = pending.map { (effectiveEdge, $0.task) }
      scheduleTasks()
    } else {
      origin = counter
      originEdge = 0
      clock = nil
      taskDue.cancel()
      pending = pending.map { (.max, $0.task) }
    }
    scheduleCount()
  }
}
