public import Boards
import Trust
public import Units

extension EnergyBill {
  /// How long a battery feeds what `scope` counts, if it goes on as in the run; nil: for ever, or
  /// longer than 292,000 years.
  ///
  /// A battery above the supply feeds it through a linear regulator, which takes the same current;
  /// one below through a converter, which takes the same power.
  /// Not modelled: converter losses, self-discharge, capacity that falls with load and temperature.
  public func batterySeconds(
    capacity: Charge, voltage: Volts, scope: EnergyScope
  ) -> Int64? {
    let current = Int128(averageCurrent(scope).value.nanoamperes)
    guard current > 0, supply.value.millivolts > 0 else { return nil }
    let charge = Int128(capacity.nanoampereHours) * 3_600
    let lowered = charge / current
    let (energy, overflow) = charge.multipliedReportingOverflow(by: Int128(voltage.millivolts))
    let raised = overflow ? lowered : energy / (current * Int128(supply.value.millivolts))
    return Int64(exactly: min(lowered, raised)).flatMap { $0 < 9_223_372_036_854 ? $0 : nil }
  }
}
