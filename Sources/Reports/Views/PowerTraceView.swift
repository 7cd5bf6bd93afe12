import Energy
public import Profiling
import RunRecord
import Units

/// Current over time as Nordic's Power Profiler Kit II saves it: one line for each step, its mean current
/// in microamperes.
///
/// Pins that moved in the run are its digital channels D0 to D7, the first eight by name; a channel is 1
/// where its pin was high at any time of the step.
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
    let channels = DigitalChannels(view)
    var lines = ["Timestamp(ms),Current(uA)" + channels.head]
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
            + Figures.fixed(current, 1_000, decimals: 3)
            + channels.text(from: at, to: at + Int128(power.step.picoseconds)))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The levels of a run's pins, step by step.
private final class DigitalChannels {
  /// Of each channel, when its pin changed and whether it rose.
  private var edges: [[(at: Int128, rose: Bool)]] = []
  private var next: [Int] = []
  private var isHigh: [Bool] = []
  private static let count = 8

  init(_ view: ViewData) {
    var pins: [String: [(at: Int128, rose: Bool)]] = [:]
    for event in view.timeline.events where event.kind == .pinRose || event.kind == .pinFell {
      pins[view.timeline.name(of: event), default: []].append(
        (Int128(event.at.picoseconds), event.kind == .pinRose))
    }
    edges = pins.sorted { $0.key < $1.key }.prefix(Self.count).map(\.value)
    next = edges.map { _ in 0 }
    // What falls first was high before.
    isHigh = edges.map { $0.first?.rose == false }
  }

  /// Without a pin that moved there are no columns.
  var head: String { edges.isEmpty ? "" : (0..<Self.count).map { ",D\($0)" }.joined() }

  /// Asked in the order of time.
  func text(from start: Int128, to end: Int128) -> String {
    if edges.isEmpty { return "" }
    return (0..<Self.count).map { channel in
      guard channel < edges.count else { return ",0" }
      var wasHigh = isHigh[channel]
      while next[channel] < edges[channel].count, edges[channel][next[channel]].at < end {
        isHigh[channel] = edges[channel][next[channel]].rose
        wasHigh = wasHigh || isHigh[channel]
        next[channel] += 1
      }
      return wasHigh ? ",1" : ",0"
    }.joined()
  }
}
