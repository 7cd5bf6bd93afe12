import Simulation

/// The counter of an STM32 timer: prescaler, auto-reload and direction on a clock whose frequency may
/// change. It is computed when it is looked at.
///
/// A cycle of the counter is told by its phase: 0 at each update event, one step a tick of the
/// prescaled clock; up, down and centre-aligned counting show the phase in their ways.
struct STM32TimerCounter {
  enum Direction { case up, down, center }

  let clock: ClockSignal
  let mask: UInt32
  var direction = Direction.up
  /// As they work now, and as they will after the next update event.
  var reload: UInt32
  var prescaler: UInt32 = 0
  private(set) var phase: UInt64 = 0
  private(set) var isRunning = false
  /// Another timer or a pin gives the steps.
  var isExternal = false
  private var origin: UInt64 = 0

  init(clock: ClockSignal, mask: UInt32) {
    self.clock = clock
    self.mask = mask
    reload = mask
  }

  var period: UInt64 {
    direction == .center ? max(2 * UInt64(reload), 1) : UInt64(reload) + 1
  }

  var value: UInt32 {
    switch direction {
    case .up: UInt32(truncatingIfNeeded: phase) & mask
    case .down: UInt32(truncatingIfNeeded: UInt64(reload) &- phase) & mask
    case .center:
      phase <= UInt64(reload)
        ? UInt32(truncatingIfNeeded: phase)
        : UInt32(truncatingIfNeeded: 2 * UInt64(reload) - phase)
    }
  }

  /// Counts down: the second half of a centre-aligned cycle, or all of one that counts down.
  var isFalling: Bool { direction == .down || direction == .center && phase >= UInt64(reload) }

  mutating func setValue(_ value: UInt32) {
    phase = direction == .down ? UInt64(reload) &- UInt64(value & mask) : UInt64(value & mask)
    if direction == .down && value & mask > reload { phase = 0 }
  }

  mutating func restart() { phase = 0 }

  mutating func start(at now: UInt64) {
    guard !isRunning else { return }
    isRunning = true
    origin = now
  }

  mutating func stop() { isRunning = false }

  /// A tick of the clock from which the prescaler counts anew.
  mutating func rebase(at now: UInt64) { origin = now }

  /// Steps since the last look.
  mutating func elapsed(at now: UInt64) -> UInt64 {
    guard isRunning, !isExternal, reload > 0, now > origin else { return 0 }
    let divider = UInt64(prescaler) + 1
    let steps = (now - origin) / divider
    origin += steps * divider
    return steps
  }

  /// Steps to the next update event; a counter beyond its reload value first wraps without one.
  var stepsToUpdate: UInt64 {
    if isBeyond { return UInt64(mask) + 1 - phase }
    if direction == .center && phase < UInt64(reload) { return UInt64(reload) - phase }
    return period - phase
  }

  var isBeyond: Bool { direction != .center && phase > UInt64(reload) }

  /// Steps until the counter has the value next; nil where it never does in this cycle.
  func steps(to compare: UInt32) -> UInt64? {
    guard compare <= reload || isBeyond && UInt64(compare) > phase else { return nil }
    let value = UInt64(compare)
    switch direction {
    case .up: return distance(to: value)
    case .down: return distance(to: UInt64(reload) - value)
    case .center: return min(distance(to: value), distance(to: 2 * UInt64(reload) - value))
    }
  }

  private func distance(to target: UInt64) -> UInt64 {
    if target > phase { return target - phase }
    return target + (isBeyond ? UInt64(mask) + 1 : period) - phase
  }

  /// Moves on within the cycle.
  mutating func step(_ count: UInt64) {
    let end = isBeyond ? UInt64(mask) + 1 : period
    phase += count
    if phase >= end { phase = 0 }
  }

  /// The tick of the clock that is `steps` away; nil while no time makes steps.
  func tick(after steps: UInt64) -> UInt64? {
    guard isRunning, !isExternal, reload > 0 else { return nil }
    let (ticks, overflow) = steps.multipliedReportingOverflow(by: UInt64(prescaler) + 1)
    return overflow ? nil : origin &+ ticks
  }
}
