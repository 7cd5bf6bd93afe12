public import Profiling

/// Cycles by stack, one line for each: `thread mode;main;deepcraft_infer 1200000`.
///
/// Reference: Brendan Gregg's FlameGraph, the input of flamegraph.pl.
public struct FoldedView: Sendable {
  private let view: ViewData
  private let event: Cost.Event

  public init(_ view: ViewData, _ event: Cost.Event = .cycles) {
    (self.view, self.event) = (view, event)
  }

  /// Sorted; the counts sum to the total.
  public var text: String {
    stacks.sorted { $0.key < $1.key }.filter { $0.value != 0 }
      .map { "\($0.key) \($0.value)\n" }.joined()
  }

  /// Counts by joined stack.
  var stacks: [String: Int64] {
    var stacks: [String: Int64] = [:]
    for sample in view.samples where sample.cost[event] != 0 {
      let names = view.names(of: sample).map(Self.name)
      stacks[names.joined(separator: ";"), default: 0] += sample.cost[event]
    }
    return stacks
  }

  /// Semicolons part frames, and the last space the count.
  static func name(_ name: String) -> String {
    TextLayout.printable(name).replacing(";", with: ":")
  }
}
