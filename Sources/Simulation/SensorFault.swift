public import Units

/// Something that goes wrong with a sensor for a while.
public struct SensorFault: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// No new samples: the registers keep what they hold, a microphone is silent.
    case dropout
    /// It goes on feeling what it felt when the fault began.
    case stuck
    /// What it feels is beyond its range, or beyond a limit on either side of zero.
    case saturation(limit: Double?)
    /// One value for all axes, or one for each.
    case bias([Double])
    /// White noise of this root mean square.
    case noise(Double)
    /// Its own clock runs fast by so many parts per billion.
    case clockDrift(partsPerBillion: Int64)
    /// It does not acknowledge on its I2C bus.
    case notAcknowledged
    /// It holds the clock of its I2C bus for so long before each byte.
    case stretch(Interval)
    /// Its FIFO behaves as if it were full: each new sample costs one.
    case overrun
  }

  public var kind: Kind
  /// Nil: everything that the sensor feels.
  public var quantity: PhysicalQuantity?
  public var start: Instant
  /// It is over at this instant.
  public var end: Instant
  /// What a finding says of it.
  public var text: String

  public init(
    _ kind: Kind, of quantity: PhysicalQuantity? = nil, from start: Instant,
    until end: Instant = .never, text: String = "a fault of the sensor"
  ) {
    (self.kind, self.quantity, self.start, self.end) = (kind, quantity, start, end)
    self.text = text
  }

  func isActive(at instant: Instant) -> Bool { start <= instant && instant < end }
}

/// The faults of one sensor. Those that change what it feels act in the order of their list.
///
/// Each effect counts in a finding `injected-fault`. Noise depends on the seed, the fault's place
/// in the list, the instant and the axis alone, so that it is the same however often it is asked
/// for: a sum of twelve uniform numbers, which is normal within six times the root mean square.
public final class SensorFaults {
  private let sensor: String
  private let faults: [SensorFault]
  private let seed: UInt64
  private let fabric: Fabric?
  private var held: [Int: [PhysicalQuantity: [Double]]] = [:]

  /// None.
  public init() {
    (sensor, faults, seed, fabric) = ("", [], 0, nil)
  }

  public init(sensor: String, _ faults: [SensorFault], seed: UInt64, fabric: Fabric) {
    (self.sensor, self.faults, self.seed, self.fabric) = (sensor, faults, seed, fabric)
  }

  private func note(_ fault: SensorFault) {
    fabric?.findings.note("injected-fault", sensor, fault.text)
  }

  /// The first fault of that kind at `instant`, by default the present; it takes effect.
  private func acting(
    at instant: Instant? = nil, where isKind: (SensorFault.Kind) -> Bool
  ) -> SensorFault? {
    guard let fabric, !faults.isEmpty else { return nil }
    let now = instant ?? fabric.scheduler.now
    guard let fault = faults.first(where: { $0.isActive(at: now) && isKind($0.kind) }) else {
      return nil
    }
    note(fault)
    return fault
  }
}

/// What a sensor's model asks.
extension SensorFaults {
  /// The sample that is due at `instant` does not happen.
  public func dropsSample(at instant: Instant? = nil) -> Bool {
    acting(at: instant) { $0 == .dropout } != nil
  }

  /// A new sample finds the FIFO as if it were full.
  public func overrunsFIFO() -> Bool { acting { $0 == .overrun } != nil }

  public func refusesBus() -> Bool { acting { $0 == .notAcknowledged } != nil }

  public func stretch() -> Interval {
    let fault = acting { if case .stretch = $0 { true } else { false } }
    guard case .stretch(let interval)? = fault?.kind else { return .zero }
    return interval
  }

  /// What is felt of `values` at `instant`; `source` tells what is there at another instant.
  public func alter(
    _ values: [Double], of quantity: PhysicalQuantity, at instant: Instant,
    source: (Instant) -> [Double]?
  ) -> [Double] {
    var values = values
    for (index, fault) in faults.enumerated()
    where fault.isActive(at: instant) && (fault.quantity ?? quantity) == quantity {
      switch fault.kind {
      case .stuck:
        values = held[index]?[quantity] ?? source(fault.start) ?? values
        held[index, default: [:]][quantity] = values
      case .saturation(let limit): values = values.map { saturated($0, limit) }
      case .bias(let bias):
        for axis in values.indices { values[axis] += bias[min(axis, bias.count - 1)] }
      case .noise(let deviation):
        for axis in values.indices { values[axis] += deviation * normal(index, instant, axis) }
      default: continue
      }
      note(fault)
    }
    return values
  }

  private func saturated(_ value: Double, _ limit: Double?) -> Double {
    if let limit { return min(max(value, -limit), limit) }
    // Beyond the range of every part.
    return value < 0 ? -1e9 : 1e9
  }

  private func normal(_ index: Int, _ instant: Instant, _ axis: Int) -> Double {
    var random = SplitMix64(seed: seed)
    for word in [UInt64(index), UInt64(bitPattern: instant.picoseconds), UInt64(axis)] {
      random.state = random.next() ^ word
    }
    var sum = -6.0
    for _ in 0..<12 { sum += Double(random.next() >> 11) * 0x1p-53 }
    return sum
  }
}

/// The sensor's own clock.
extension SensorFaults {
  private var drift: Int64 {
    guard let now = fabric?.scheduler.now else { return 0 }
    for fault in faults where fault.isActive(at: now) {
      if case .clockDrift(let drift) = fault.kind { return drift }
    }
    return 0
  }

  private static let billion: Int64 = 1_000_000_000

  /// What a nominal frequency of the sensor's own clock is at present.
  public func scaled(_ frequency: Hertz) -> Hertz {
    let drift = drift
    if drift == 0 { return frequency }
    return frequency.scaled(by: UInt64(Self.billion + drift), over: UInt64(Self.billion))
  }

  /// How long a nominal time by the sensor's own clock takes at present.
  public func scaled(_ interval: Interval) -> Interval {
    let drift = drift
    if drift == 0 { return interval }
    let product = Int128(interval.picoseconds) * Int128(Self.billion)
    return Interval(picoseconds: Int64(clamping: product / Int128(Self.billion + drift)))
  }

  /// Calls `observer` whenever the sensor's own clock has another frequency.
  public func onClockChange(_ observer: @escaping () -> Void) {
    guard let fabric else { return }
    for fault in faults {
      guard case .clockDrift = fault.kind else { continue }
      for instant in [fault.start, fault.end] where instant != .never {
        // A sample that is due at this very instant still happens.
        fabric.scheduler.event("\(sensor) clock drift", order: .device) { [unowned self] in
          note(fault)
          observer()
        }.schedule(at: instant)
      }
    }
  }
}
