import Simulation
import Units

/// The random number generator: a byte every 30 us, or every 120 us with bias correction.
///
/// The bytes come from a fixed generator, so that runs repeat. Parameters: `seed`; in microseconds
/// `startup-us` (128), `period-us` (30), `corrected-period-us` (120).
///
/// Reference: nRF52840 Product Specification v1.7, 6.20 RNG and its electrical specification.
/// Not modelled: randomness, the spread of the times.
final class NordicRNG: Peripheral {
  private enum Register: UInt32 {
    case config = 0x504
    case value = 0x508
  }

  private static let start: UInt32 = 0x000
  private static let stop: UInt32 = 0x004
  private static let valueReady: UInt32 = 0x100

  private let interface: NordicInterface
  private let activity: NordicActivity
  private let startup: Interval
  private let periods: (raw: Interval, corrected: Interval)
  private let seed: UInt64
  private var random: SplitMix64
  private var config: UInt32 = 0
  private var value: UInt32 = 0
  private var due: Event?

  init(_ context: PeripheralContext) {
    interface = NordicInterface(
      context, tasks: [Self.start, Self.stop], events: [Self.valueReady],
      shortcuts: [(0, Self.valueReady, Self.stop)])
    activity = NordicActivity(context)
    func time(_ key: String, _ standard: Int) -> Interval {
      .microseconds(Int64(min(max(context.parameters[key] ?? standard, 0), 100_000)))
    }
    startup = time("startup-us", 128)
    periods = (time("period-us", 30), time("corrected-period-us", 120))
    seed = UInt64(bitPattern: Int64(context.parameters["seed"] ?? 1))
    random = SplitMix64(seed: seed)
    due = context.fabric.scheduler.event(context.name) { [unowned self] in makeByte() }
    interface.perform = { [unowned self] in perform($0) }
  }

  private var period: Interval { config & 1 == 1 ? periods.corrected : periods.raw }

  private func perform(_ task: UInt32) {
    let starts = task == Self.start
    if starts && !activity.isActive { due?.schedule(after: startup + period) }
    if !starts { due?.cancel() }
    activity.set(starts)
  }

  private func makeByte() {
    value = UInt32(truncatingIfNeeded: random.next() >> 56)
    due?.schedule(after: period)
    interface.raise(Self.valueReady)
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .config: return config
    case .value: return value
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .config: config = value & 1
    case .value: break
    }
    return true
  }

  func reset() {
    perform(Self.stop)
    interface.reset()
    random = SplitMix64(seed: seed)
    config = 0
    value = 0
  }
}
