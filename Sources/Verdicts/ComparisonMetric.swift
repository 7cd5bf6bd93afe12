public import Boards
public import Deployments

/// A figure that two runs are compared in.
public enum ComparisonMetric: Hashable, Sendable {
  /// Which way is better.
  public enum Goal: Hashable, Sendable {
    case lower
    case higher
    /// Neither way: told, and not judged.
    case none
  }

  case measure(String, Statistic)
  case occurrences(String)
  case missed(String)
  case lost(sensor: String)
  case duplicate(sensor: String)
  case activeCycles
  case sleepCycles
  case stallCycles
  case instructions
  case inferences
  case labelAccuracy
  case energy(EnergyScope)
  case averageCurrent(EnergyScope)
  case energyPerInference(EnergyScope)
  case energyPart(String, ConsumerScope)
  case flash
  case ram
  case staticRAM
  case stack
  case heap

  /// As budgets and reports call it: `latency.max`, `average-current`.
  public var name: String {
    switch self {
    case .measure(let name, let statistic): "\(name).\(statistic.rawValue)"
    case .occurrences(let name): "\(name).count"
    case .missed(let name): "\(name).missed"
    case .lost(let sensor): "\(sensor).lost"
    case .duplicate(let sensor): "\(sensor).duplicate"
    case .activeCycles: "active-cycles"
    case .sleepCycles: "sleep-cycles"
    case .stallCycles: "stall-cycles"
    case .instructions: "instructions"
    case .inferences: "inferences"
    case .labelAccuracy: "label-accuracy"
    case .energy(let scope): "energy" + Self.suffix(scope)
    case .averageCurrent(let scope): "average-current" + Self.suffix(scope)
    case .energyPerInference(let scope): "energy-per-inference" + Self.suffix(scope)
    case .energyPart(let name, let scope): "energy.\(scope.rawValue).\(name)"
    case .flash: "flash"
    case .ram: "ram"
    case .staticRAM: "static-ram"
    case .stack: "stack"
    case .heap: "heap"
    }
  }

  private static func suffix(_ scope: EnergyScope) -> String {
    scope == .socAndSensors ? "" : " (\(scope.rawValue))"
  }

  public var unit: JudgedBudget.Unit {
    switch self {
    case .measure: .picoseconds
    case .energy, .energyPerInference, .energyPart: .femtojoules
    case .averageCurrent: .nanoamperes
    case .flash, .ram, .staticRAM, .stack, .heap: .bytes
    case .labelAccuracy: .partsPerBillion
    default: .count
    }
  }

  /// Of two runs of the same length; `isSameLength` false: what only adds up over time is not judged.
  public func goal(isSameLength: Bool) -> Goal {
    switch self {
    case .measure(_, .min), .occurrences, .duplicate, .sleepCycles, .stallCycles, .instructions,
      .inferences, .energyPart, .staticRAM:
      .none
    case .labelAccuracy: .higher
    case .energy(.socAndSensors), .activeCycles, .missed, .lost: isSameLength ? .lower : .none
    case .averageCurrent(.socAndSensors): isSameLength ? .none : .lower
    case .energy, .averageCurrent, .energyPerInference(.soc), .energyPerInference(.board): .none
    case .measure, .energyPerInference, .flash, .ram, .stack, .heap: .lower
    }
  }

  /// What is told first when several got worse: lower ranks matter more.
  public var rank: Int {
    switch self {
    case .missed, .lost: 0
    case .measure: 1
    case .labelAccuracy: 2
    case .energy, .averageCurrent, .energyPerInference, .energyPart: 3
    case .activeCycles, .sleepCycles, .stallCycles, .instructions: 4
    default: 5
    }
  }
}
