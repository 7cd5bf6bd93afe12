/// The voltages at the chip's analogue inputs, in microvolts, by the chip's name of the pin: "P0.02".
///
/// A pin that nothing drives is at 0 V. The supply goes by the name "VDD".
public final class AnalogInputs {
  private var levels: [String: Int64] = ["VDD": 3_000_000]
  private var sources: [String: () -> Int64] = [:]
  private var observers: [() -> Void] = []

  public init(_ fabric: Fabric) {}

  public func microvolts(at pin: String) -> Int64 { sources[pin]?() ?? levels[pin] ?? 0 }

  /// Holds the pin at a voltage from now on; comparators see the step.
  public func set(_ pin: String, microvolts: Int64) {
    sources[pin] = nil
    levels[pin] = microvolts
    for observer in observers { observer() }
  }

  /// Asks `source` whenever the pin is sampled: a recorded voltage.
  public func connect(_ pin: String, _ source: @escaping () -> Int64) { sources[pin] = source }

  /// Calls `observer` at each step that `set` makes.
  public func observe(_ observer: @escaping () -> Void) { observers.append(observer) }
}
