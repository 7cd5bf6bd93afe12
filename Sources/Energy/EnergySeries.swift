public import Boards
public import RunRecord
public import Units

/// What a run drew over time, consumer by consumer; each consumer's steps sum exactly to its bill.
public struct EnergySeries: Codable, Sendable, Equatable {
  public struct Part: Codable, Sendable, Equatable {
    public var name: String
    /// Femtojoules by step.
    public var steps: [Int64]
  }

  public var step: Interval
  public var supply: Volts
  public var parts: [Part]

  /// The consumers of `scope` that drew anything.
  public init(_ record: RunRecord, _ table: PowerTable, _ bill: EnergyBill, _ scope: EnergyScope) {
    step = record.powerSeries.step
    supply = table.supply.value
    let entries = record.powerSeries.entries
    let count = (entries.map(\.step).max() ?? 0) + 1
    let residency = Residency(record, table)
    parts = []
    for (consumer, part) in zip(table.consumers, bill.parts)
    where scope.includes(part.scope) && part.joules > .zero {
      var steps = [Int64](repeating: 0, count: count)
      let rows = record.power.map { residency.stateIndex($0.states, of: consumer) }
      let currents = consumer.states.map(ClockCurrent.init)
      for share in part.shares {
        let state = consumer.states.firstIndex { $0.name == share.state.name }
        let weights = entries.map { entry -> UInt64 in
          guard rows.indices.contains(entry.states), let index = rows[entry.states], index == state
          else { return 0 }
          // For as long as its figure would have to be drawn.
          let clock = record.power[entry.states].states[PowerResidency.coreClock]
          return UInt64(clamping: currents[index].charge(entry.time.picoseconds, at: clock).0)
        }
        let shares = share.joules.divided(by: weights.isEmpty ? [1] : weights)
        for (index, joules) in shares.enumerated() {
          let step = entries.indices.contains(index) ? entries[index].step : 0
          steps[step] &+= joules.femtojoules
        }
      }
      parts.append(Part(name: part.name, steps: steps))
    }
  }

  /// Femtojoules of all parts by step.
  public var total: [Int64] {
    parts.reduce([Int64](repeating: 0, count: parts.first?.steps.count ?? 0)) { sum, part in
      zip(sum, part.steps).map { $0 &+ $1 }
    }
  }
}

extension Joules {
  /// This energy in proportion to `weights`: the shares sum exactly to it. Without any weight the
  /// first takes it all.
  public func divided(by weights: [UInt64]) -> [Joules] {
    let sum = weights.reduce(UInt128(0)) { $0 + UInt128($1) }
    // 2^63 femtojoules times 2^63 cycles stays below 2^127.
    let shift = max(0, 65 - sum.leadingZeroBitCount)
    let total = weights.reduce(Int128(0)) { $0 + Int128($1 >> UInt64(shift)) }
    if total == 0 {
      return weights.indices.map { $0 == 0 ? self : .zero }
    }
    var (before, given) = (Int128(0), Int128(0))
    return weights.map { weight in
      before += Int128(weight >> UInt64(shift))
      let due = Int128(femtojoules) * before / total
      defer { given = due }
      return Joules(femtojoules: Int64(clamping: due - given))
    }
  }
}
