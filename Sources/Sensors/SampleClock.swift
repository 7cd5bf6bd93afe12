import Simulation
import Units

/// The clock that makes a part convert: starts when a rate is set, its first tick one period later.
/// Where a fault lets it drift, the tick under way begins anew.
final class SampleClock {
  private let context: SensorContext
  private var event: Event!
  private var clock = ClockDomain(frequency: Hertz(1))
  private var origin: UInt64 = 0
  private(set) var tick: UInt64 = 0
  private(set) var rate: Hertz?
  var onTick: () -> Void = {}

  init(_ context: SensorContext) {
    self.context = context
    event = context.fabric.scheduler.event("\(context.name) sample", order: .world) {
      [unowned self] in
      tick += 1
      plan()
      onTick()
    }
    context.faults.onClockChange { [unowned self] in begin() }
  }

  /// Runs at `rate`, or stands still with nil; the rate that it has disturbs nothing.
  func run(at rate: Hertz?) {
    guard rate != self.rate else { return }
    self.rate = rate
    tick = 0
    event.cancel()
    begin()
  }

  func stop() { run(at: nil) }

  private func begin() {
    guard let rate else { return }
    clock = ClockDomain(frequency: context.faults.scaled(rate), start: context.fabric.scheduler.now)
    origin = tick
    plan()
  }

  private func plan() { event.schedule(at: clock.instant(ofTick: tick - origin + 1)) }
}
