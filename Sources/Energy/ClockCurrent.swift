import Boards
import RunRecord
import Trust
import Units

/// The current of a state as it follows the core's clock.
///
/// Between two clocks that figures are known for it lies on the line through them: what a chip draws is
/// a base and a part in proportion to the clock. Beyond them it is in proportion to the nearest.
/// Not modelled: leakage and the oscillators, which do not follow the clock.
struct ClockCurrent {
  /// How the figure at a clock follows from those of the table.
  enum Certainty: Int, Comparable {
    case stated
    case interpolated
    case extrapolated

    /// What it adds to the figure's own. Lines between every other run current of an STM32F4 miss those
    /// left out by 7 % at most above 30 MHz and by 15 % below, where the table rounds to milliamperes and
    /// the PLL is off; in proportion alone it is up to 25 %.
    /// Reference: ST DS8626 Rev 12, tables 20 to 22.
    var trust: Trust {
      switch self {
      case .stated: .exact
      case .interpolated: Trust(.modelled, band: Band(percent: 8))
      case .extrapolated: Trust(.modelled, band: Band(percent: 25))
      }
    }

    static func < (a: Certainty, b: Certainty) -> Bool { a.rawValue < b.rawValue }
  }

  private struct Point {
    let clock: Int128
    let current: Int128
  }

  /// Slowest first; empty where the current does not depend on the clock.
  private let points: [Point]
  private let reference: Int128
  private let isProportional: Bool

  init(_ state: CurrentConsumer.State) {
    reference = Int128(state.current.nanoamperes)
    isProportional = state.isProportional
    let own = state.clock.map { [CurrentConsumer.ClockPoint(clock: $0, current: state.current)] }
    points = ((own ?? []) + state.others).sorted { $0.clock < $1.clock }.map {
      Point(
        clock: Self.hertz($0.clock.numerator, $0.clock.denominator),
        current: Int128($0.current.nanoamperes))
    }
  }

  /// For how long the state's own figure would have to be drawn for as much charge as is drawn in
  /// `picoseconds` at the core clock `text`, a fraction of hertz; nil: the run does not tell it.
  func charge(_ picoseconds: Int64, at text: String?) -> (Int64, Certainty) {
    guard let clock = text.flatMap(Self.clock), !points.isEmpty, reference > 0 else {
      return (picoseconds, .stated)
    }
    let (current, divisor, certainty) = current(at: clock)
    let charge = current.multipliedReportingOverflow(by: Int128(picoseconds))
    let whole = divisor.multipliedReportingOverflow(by: reference)
    if charge.overflow || whole.overflow { return (.max, certainty) }
    return (Int64(clamping: charge.partialValue / whole.partialValue), certainty)
  }

  /// Nanoamperes times a divisor. Saturates where a table's figures are beyond all measure.
  private func current(at clock: Int128) -> (Int128, divisor: Int128, Certainty) {
    if let exact = points.first(where: { $0.clock == clock }) {
      return (exact.current, 1, .stated)
    }
    if let upper = points.firstIndex(where: { $0.clock > clock }), upper > 0 {
      let (low, high) = (points[upper - 1], points[upper])
      let below = low.current * (high.clock - clock)
      return (below + high.current * (clock - low.clock), high.clock - low.clock, .interpolated)
    }
    let nearest = clock > points[0].clock ? points[points.count - 1] : points[0]
    return (
      nearest.current * clock, nearest.clock, isProportional ? .stated : .extrapolated
    )
  }

  private static func clock(_ text: String) -> Int128? {
    let parts = text.split(separator: "/").compactMap { UInt64($0) }
    guard parts.count == 2, parts[1] > 0 else { return nil }
    return hertz(parts[0], parts[1])
  }

  private static func hertz(_ numerator: UInt64, _ denominator: UInt64) -> Int128 {
    max(1, Int128(numerator / denominator))
  }
}
