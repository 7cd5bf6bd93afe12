public import Boards
import Deployments
public import Energy
public import RunRecord
public import Trust
public import Units

/// Looks up what a run came to in the metric of a budget.
struct BudgetValues {
  let record: RunRecord
  let measures: [JudgedMeasure]
  let energy: EnergyBill?
  let accuracy: Result<LabelAccuracy, Unjudged>

  /// What the simulation counts exactly, of a firmware that a model runs.
  private static let counted = Trust(.modelled, band: .exact)

  func value(of metric: BudgetMetric) -> Result<JudgedValue, Unjudged> {
    switch metric {
    case .measure(let name, let statistic): return measure(name, statistic)
    case .missedDeadlines: return missedDeadlines()
    case .lostSamples: return lostSamples()
    case .flash:
      return .success(JudgedValue(Int64(clamping: record.memory.flash), .exact))
    case .ram: return bytes(record.memory.ram, "the stack's depth is not known")
    case .stack: return bytes(record.memory.stackHighWater, "the stack's depth is not known")
    case .heap: return bytes(record.memory.heapHighWater, "the firmware has no _sbrk to watch")
    case .averageCurrent(let scope):
      guard let energy else { return .failure(Self.unpowered) }
      let current = energy.averageCurrent(scope)
      return .success(JudgedValue(current.value.nanoamperes, current.trust))
    case .energyPerInference(let scope):
      guard let energy else { return .failure(Self.unpowered) }
      guard let each = energy.perInference(scope, count: record.inferences.count) else {
        return .failure(Unjudged("no inference happened"))
      }
      return .success(JudgedValue(each.value.femtojoules, each.trust))
    case .labelAccuracy:
      return accuracy.flatMap { accuracy in
        guard let ratio = accuracy.ratio else {
          return .failure(Unjudged("no inference falls into a label"))
        }
        return .success(JudgedValue(ratio.partsPerBillion, Self.counted))
      }
    }
  }

  private static let unpowered = Unjudged("the board has no power table")

  private func bytes(_ count: UInt64?, _ why: String) -> Result<JudgedValue, Unjudged> {
    guard let count else { return .failure(Unjudged(why)) }
    return .success(JudgedValue(Int64(clamping: count), Self.counted))
  }

  private func measure(_ name: String, _ statistic: Statistic) -> Result<JudgedValue, Unjudged> {
    let measure = measures.first { $0.name == name }
    let path: KeyPath<JudgedMeasure.Statistics, Interval> =
      switch statistic {
      case .min: \.min
      case .p50: \.p50
      case .p99: \.p99
      case .max: \.max
      case .mean: \.mean
      case .jitter: \.jitter
      }
    guard let measure, let value = measure.value(path) else {
      return .failure(Unjudged("'\(name)' never happened"))
    }
    return .success(value)
  }

  private func missedDeadlines() -> Result<JudgedValue, Unjudged> {
    if let absent = measures.first(where: { !$0.isObserved }) {
      return .failure(Unjudged("'\(absent.name)' never happened"))
    }
    if measures.isEmpty { return .failure(Unjudged("no measure is defined")) }
    let tier = measures.map(\.missed.trust.tier).max() ?? .modelled
    return .success(
      JudgedValue(
        measures.reduce(0) { $0 + $1.missed.value }, low: measures.reduce(0) { $0 + $1.missed.low },
        high: measures.reduce(0) { $0 + $1.missed.high }, Trust(tier, band: .exact)))
  }

  private func lostSamples() -> Result<JudgedValue, Unjudged> {
    if record.samples.allSatisfy({ $0.produced == 0 }) {
      return .failure(Unjudged("no sensor produced a sample"))
    }
    let lost = record.samples.reduce(Int128(0)) { $0 + Int128($1.lost) }
    return .success(JudgedValue(Int64(clamping: lost), Self.counted))
  }
}

extension EnergyBill {
  /// The total divided by the inferences, rounded half up to a femtojoule; nil without any.
  public func perInference(_ scope: EnergyScope, count: Int) -> Trusted<Joules>? {
    if count <= 0 { return nil }
    return total(scope).map { total in
      let twice = 2 * Int128(total.femtojoules) + Int128(count)
      return Joules(femtojoules: Int64(clamping: twice / (2 * Int128(count))))
    }
  }
}

extension MemoryRecord {
  /// Variables, deepest stack and most heap; nil when the stack's depth is not known.
  public var ram: UInt64? {
    stackHighWater.map { staticRAM &+ $0 &+ (heapHighWater ?? 0) }
  }
}
