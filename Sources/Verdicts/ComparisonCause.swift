import Deployments
import RunRecord
import Units

/// What stands out of a comparison.
extension Comparison {
  /// The row of that direction which matters most: by kind, then by relative size.
  public func mainRow(_ direction: Direction) -> Row? {
    var rows = rows.filter { $0.direction == direction }
    // A time that moves by less than a thousandth is no headline where something moves by a tenth.
    let first = rows.min { $0.metric.rank < $1.metric.rank }?.metric.rank
    if rows.allSatisfy({ $0.metric.rank != first || $0.weight < 1_000 }),
      rows.contains(where: { $0.weight >= 100_000 })
    {
      rows.removeAll { $0.weight < 100_000 }
    }
    return rows.enumerated().min { a, b in
      (a.element.metric.rank, -score(a.element), a.offset)
        < (b.element.metric.rank, -score(b.element), b.offset)
    }?.element
  }

  /// A maximum is told rather than what goes with it, once it moved by a tenth.
  private func score(_ row: Row) -> Int128 {
    if case .measure(_, .max) = row.metric, row.weight >= 100_000 { return row.weight + 1_000_000 }
    return row.weight
  }

  /// What the runs were made with differently, what explains most first: how sensors are read, where
  /// the loop runs, the board and its figures, sensors that only one has, then the rest.
  public var rankedChanges: [Change] {
    changes.enumerated().sorted { a, b in
      (rank(a.element), a.offset) < (rank(b.element), b.offset)
    }.map(\.element)
  }

  /// The first of those; limits explain nothing.
  public var mainChange: Change? {
    rankedChanges.first { change in
      // A library that is linked as well brings its own compiler along.
      let isLinked = change.key == "compiler" && (change.base == nil || change.head == nil)
      return !isLinked && !change.key.hasPrefix("budgets.") && !change.key.hasPrefix("measure.")
    }
  }

  /// What became of the network's layers: other kinds, else the one whose cycles moved most.
  public var layerCause: String? { LayerChange.text(self) ?? LayerChange.largest(self) }

  private func rank(_ change: Change) -> Int {
    let key = change.key
    let isOneSided = change.base == nil || change.head == nil
    if key.hasPrefix("budgets.") { return 10 }
    if key.hasPrefix("measure.") { return 9 }
    if key.hasSuffix(".pacing") { return isOneSided ? 8 : 0 }
    if key.hasPrefix("board.") { return 3 }
    switch key {
    case "run-in": return 1
    case "board": return 2
    case "chip", "core-clock": return 4
    case "network", "fusion": return 5
    case "window", "hop": return 6
    case "compiler": return 7
    default: return key.contains(".") ? 8 : isOneSided ? 4 : 7
    }
  }

  /// A part of the longest occurrence in both runs, in picoseconds.
  public struct PartDifference: Sendable, Hashable {
    public var what: String
    public var base: Int64
    public var head: Int64

    public var delta: Int128 { Int128(head) - Int128(base) }
  }

  /// The longest occurrences of a measure, parts of one name added up, in the order they happened.
  public func worstDifferences(_ measure: String) -> [PartDifference] {
    var differences: [PartDifference] = []
    func add(_ side: WritableKeyPath<PartDifference, Int64>, _ worsts: [ComparisonSide.Worst]) {
      for part in worsts.first(where: { $0.measure == measure })?.parts ?? [] {
        let what = part.kind == .bus ? "bus \(part.what)" : part.what
        var index = differences.firstIndex { $0.what == what }
        if index == nil {
          differences.append(PartDifference(what: what, base: 0, head: 0))
          index = differences.count - 1
        }
        if let index { differences[index][keyPath: side] &+= part.time.picoseconds }
      }
    }
    add(\.base, base.worsts)
    add(\.head, head.worsts)
    return differences
  }
}
