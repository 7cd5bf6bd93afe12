import Simulation
import Units

/// The clock that makes a part convert: starts when a rate is set, its first tick one period later.
final class SampleClock {
  private let scheduler: Scheduler
  private var event: Event!
  private var clock = ClockDomain(frequency: Hertz(1))
  private(set) var tick: UInt64 = 0
  private(set) var rate: Hertz?
  var onTick: () -> Void = {}

  init(_ name: String, _ scheduler: Scheduler) {
    self.scheduler = scheduler
    event = scheduler.event(name, order: .world) { [unowned self] in
      tick += 1
      event.schedule(at: clock.instant(ofTick: tick + 1))
      onTick()
    }
  }

  /// Runs at `rate`, or stands still with nil; the rate that it has disturbs nothing.
  func run(at rate: Hertz?) {
    guard rate != self.rate else { return }
    self.rate = rate
    tick = 0
    event.cancel()
    guard let rate else { return }
    clock = ClockDomain(frequency: rate, start: scheduler.now)
    event.schedule(at: clock.instant(ofTick: 1))
  }

  func stop() { run(at: nil) }
}

extension SensorContext {
  /// What `quantity` is now; `rest` without a stream of it; nil once the stream has ended.
  func feel(_ quantity: PhysicalQuantity, atRest rest: [Double]) -> [Double]? {
    switch stimulus?.values(of: quantity, at: fabric.scheduler.now) {
    case .values(let values): values.count >= rest.count ? values : rest
    case .ended: nil
    case .absent, nil: rest
    }
  }

  func noteUnmodelled(_ register: String, _ message: String) {
    fabric.findings.note("unmodelled-register", "\(name).\(register)", message)
  }

  /// A push-pull or open-drain output of the part; nil lets go.
  func drive(_ pin: String, _ level: Bool?) {
    pins[pin]?.drive("\(name) \(pin)", level)
  }
}
