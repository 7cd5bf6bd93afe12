import Energy
public import Profiling
import Units

/// Current over time as Nordic's Power Profiler Kit II saves it: one line for each step, its mean current
/// in microamperes.
///
/// The currents times the supply's voltage and the steps' lengths sum to the run's joules, as exactly as
/// three decimals tell: what rounding leaves goes to the next line.
///
/// Reference: pc-nrfconnect-ppk, CSV export of the data logger.
public struct PowerTraceView: Sendable {
  private let view: ViewData

  public init(_ view: ViewData) { self.view = view }

  /// Only the head where nothing is known of what was drawn.
  public var text: String {
    var lines = ["Timestamp(ms),Current(uA)"]
    if let power = view.power, power.step > .zero, power.supply.millivolts > 0 {
      var left: Int128 = 0
      // fJ / (ps × mV) = A; 1e9 for thousandths of a microampere. A last step that is shorter counts as
      // whole, as a reader takes it.
      let weight = Int128(power.step.picoseconds) * Int128(power.supply.millivolts)
      for (index, joules) in power.total.enumerated() {
        let charge = Int128(joules) * 1_000_000_000 + left
        let current = charge / weight
        left = charge - current * weight
        let at = Int128(power.step.picoseconds) * Int128(index)
        lines.append(
          "\(Figures.fixed(at, 1_000_000_000, decimals: 3)),"
            + Figures.fixed(current, 1_000, decimals: 3))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
