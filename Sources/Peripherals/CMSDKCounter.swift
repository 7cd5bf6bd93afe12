import Simulation
import Units

/// The down counter inside the CMSDK timers: it stays at 0 for one tick and then takes its limit
/// again, so a limit of L has a period of L + 1 ticks.
///
/// The interrupt comes with the step from 1 to 0. A one-shot counter stays at 0.
///
/// Reference: Cortex-M System Design Kit TRM (ARM DDI 0479C), 4.4 APB timer, 4.5 dual-input timers;
/// the tick at 0 and what a write does to the phase are as in QEMU 7.2's machine `mps2-an386`.
final class CMSDKCounter {
  private let scheduler: Scheduler
  private let frequency: Hertz
  private var onZero: () -> Void = {}
  private var due: Event?
  private var ticks: ClockDomain
  private var isRunning = false
  private var isOneShot = false
  private(set) var limit: UInt32 = 0
  /// The counter was `origin` at that tick.
  private var origin: UInt32 = 0
  private var originTick: UInt64 = 0

  init(_ name: String, _ fabric: Fabric, frequency: Hertz) {
    scheduler = fabric.scheduler
    self.frequency = frequency
    ticks = ClockDomain(frequency: frequency)
    due = scheduler.event(name) { [unowned self] in expire() }
  }

  /// Calls `action` at each step from 1 to 0.
  func observe(_ action: @escaping () -> Void) { onZero = action }

  var count: UInt32 {
    guard isRunning else { return origin }
    let elapsed = ticks.ticks(at: scheduler.now) - originTick
    if elapsed <= origin { return origin - UInt32(elapsed) }
    if isOneShot || limit == 0 { return 0 }
    return limit - UInt32((elapsed - UInt64(origin) - 1) % (UInt64(limit) + 1))
  }

  /// Starts counting, or changes between one-shot and periodic without touching the phase.
  func run(oneShot: Bool) {
    if isRunning {
      rebase()
      isOneShot = oneShot
      schedule()
    } else {
      isRunning = true
      isOneShot = oneShot
      restart(at: origin)
    }
  }

  func stop() {
    origin = count
    isRunning = false
    due?.cancel()
  }

  /// Puts the counter to a value; its next step is a whole tick away.
  func setCount(_ value: UInt32) { restart(at: value) }

  func setLimit(_ value: UInt32, reload: Bool) {
    if reload {
      limit = value
      restart(at: value)
    } else {
      rebase()
      limit = value
      schedule()
    }
  }

  func setDivider(_ divider: UInt64) {
    let value = count
    ticks = ClockDomain(
      frequency: frequency.scaled(by: 1, over: divider), start: scheduler.now)
    restart(at: value)
  }

  private func restart(at value: UInt32) {
    origin = value
    originTick = 0
    ticks = ClockDomain(frequency: ticks.frequency, start: scheduler.now)
    schedule()
  }

  private func rebase() {
    guard isRunning else { return }
    let value = count
    originTick = ticks.ticks(at: scheduler.now)
    origin = value
  }

  private func schedule() {
    guard isRunning else { return }
    if origin > 0 {
      due?.schedule(at: ticks.instant(ofTick: originTick + UInt64(origin)))
    } else if isOneShot || limit == 0 {
      due?.cancel()
    } else {
      due?.schedule(at: ticks.instant(ofTick: originTick + 1 + UInt64(limit)))
    }
  }

  private func expire() {
    rebase()
    if isOneShot {
      isRunning = false
    } else {
      schedule()
    }
    onZero()
  }
}
