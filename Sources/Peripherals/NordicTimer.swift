import Simulation
import Units

/// A timer that counts 16 MHz / 2^PRESCALER ticks (timer mode) or COUNT tasks (counter mode), with
/// capture/compare registers.
///
/// COMPARE[n] is generated when the counter is incremented to CC[n]; the shortcuts clear or stop it
/// at that same tick, so CC[n] = N with CLEAR has a period of N ticks. START takes effect at the
/// next edge of PCLK16M; ticks are counted from there. Parameters: `channels` (4 or 6), `bits` (32, the
/// most that BITMODE can choose).
///
/// Reference: nRF52840 Product Specification v1.7, 6.30 TIMER; the same in the nRF51.
/// Not modelled: a change of PRESCALER while running (it counts from the next START); CLEAR keeps
/// the prescaler's phase, which the specification leaves open.
final class NordicTimer: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case start = 0x000
    case stop = 0x004
    case count = 0x008
    case clear = 0x00c
    case shutdown = 0x010
  }

  private enum Register: UInt32 {
    case mode = 0x504
    case bitMode = 0x508
    case prescaler = 0x510
    case cc0 = 0x540
    case cc1 = 0x544
    case cc2 = 0x548
    case cc3 = 0x54c
    case cc4 = 0x550
    case cc5 = 0x554
  }

  private static let capture: UInt32 = 0x040
  private static let compare: UInt32 = 0x140

  private let name: String
  private let fabric: Fabric
  private let channels: Int
  private let bits: Int
  private let scheduler: Scheduler
  private let interface: NordicInterface
  private let activity: NordicActivity
  private let due: Event

  private var mode: UInt32 = 0
  private var bitMode: UInt32 = 0
  private var prescaler: UInt32 = 4
  private var compares: [UInt32]
  private var isRunning = false
  /// The ticks since START in timer mode.
  private var clock = ClockDomain(frequency: NordicRate.peripheralClock)
  /// What the counter held at `originTick`.
  private var origin: UInt32 = 0
  private var originTick: UInt64 = 0

  init(_ context: PeripheralContext) {
    let count = min(max(context.parameters["channels"] ?? 4, 1), 6)
    channels = count
    name = context.name
    fabric = context.fabric
    bits = context.parameters["bits"] ?? 32
    scheduler = context.fabric.scheduler
    let indices = (0..<UInt32(count)).map { $0 }
    interface = NordicInterface(
      context,
      tasks: Task.allCases.map(\.rawValue) + indices.map { Self.capture + 4 * $0 },
      events: indices.map { Self.compare + 4 * $0 },
      shortcuts: indices.map { (Int($0), Self.compare + 4 * $0, Task.clear.rawValue) }
        + indices.map { (Int($0) + 8, Self.compare + 4 * $0, Task.stop.rawValue) })
    activity = NordicActivity(context)
    compares = Array(repeating: 0, count: count)
    var expire: () -> Void = {}
    due = scheduler.event(context.name) { expire() }
    expire = { [unowned self] in counterMatched() }
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .mode: return mode
    case .bitMode: return bitMode
    case .prescaler: return prescaler
    case .cc0, .cc1, .cc2, .cc3, .cc4, .cc5:
      let channel = Int(offset - Register.cc0.rawValue) / 4
      return channel < channels ? compares[channel] : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .mode: mode = value & 3
    case .bitMode:
      bitMode = value & 3
      noteWidth()
      scheduleCompare()
    case .prescaler: prescaler = value & 0xf
    case .cc0, .cc1, .cc2, .cc3, .cc4, .cc5:
      let channel = Int(offset - Register.cc0.rawValue) / 4
      guard channel < channels else { return false }
      compares[channel] = value
      scheduleCompare()
    }
    return true
  }

  func reset() {
    stop()
    interface.reset()
    mode = 0
    bitMode = 0
    prescaler = 4
    origin = 0
    compares = Array(repeating: 0, count: channels)
  }

  private var countsTicks: Bool { mode == 0 }

  /// The counter's bits: BITMODE 0 is 16, 1 is 8, 2 is 24, 3 is 32.
  private var mask: UInt32 {
    switch bitMode {
    case 1: 0xff
    case 2 where bits >= 24: 0xff_ffff
    case 3 where bits >= 32: .max
    default: 0xffff
    }
  }

  private func noteWidth() {
    let wanted = [16, 8, 24, 32][Int(bitMode)]
    guard wanted > bits else { return }
    fabric.findings.note(
      "unsupported-mode", "\(name).BITMODE", "this timer has \(bits) bits, not \(wanted)")
  }

  private var counter: UInt32 {
    guard isRunning && countsTicks else { return origin & mask }
    return (origin &+ UInt32(truncatingIfNeeded: ticks - originTick)) & mask
  }

  private var ticks: UInt64 { clock.ticks(at: scheduler.now) }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset) else {
      compares[Int(offset - Self.capture) / 4] = counter
      return scheduleCompare()
    }
    switch task {
    case .start: start()
    case .stop, .shutdown: stop()
    case .clear:
      if isRunning && countsTicks { originTick = ticks }
      origin = 0
      scheduleCompare()
    case .count:
      guard isRunning, !countsTicks else { return }
      origin = (origin &+ 1) & mask
      raiseMatches()
    }
  }

  private func start() {
    guard !isRunning else { return }
    isRunning = true
    guard countsTicks else { return }
    let peripheralClock = ClockDomain(frequency: NordicRate.peripheralClock)
    let edge = peripheralClock.instant(ofTick: peripheralClock.firstTick(notBefore: scheduler.now))
    let divider = UInt64(1) << UInt64(min(prescaler, 9))
    clock = ClockDomain(
      frequency: NordicRate.peripheralClock.scaled(by: 1, over: divider), start: edge)
    originTick = 0
    activity.set(true, fast: prescaler < 4)
    scheduleCompare()
  }

  private func stop() {
    origin = counter
    isRunning = false
    due.cancel()
    activity.set(false)
  }

  /// Schedules the next tick at which the counter becomes one of the compare values.
  private func scheduleCompare() {
    guard isRunning && countsTicks else { return }
    let now = ticks
    let value = counter
    let nearest = compares.reduce(UInt32.max) { min($0, ($1 &- value &- 1) & mask) }
    due.schedule(at: clock.instant(ofTick: now + UInt64(nearest) + 1))
  }

  private func counterMatched() {
    raiseMatches()
    scheduleCompare()
  }

  private func raiseMatches() {
    let value = counter
    let matched = compares.indices.filter { compares[$0] & mask == value }
    for channel in matched { interface.raise(Self.compare + 4 * UInt32(channel)) }
  }
}
