import Energy
import RunRecord
public import Units

/// What a place of a program cost, one whole number for each event; sums and shares are exact.
public struct Cost: Codable, Sendable, Hashable {
  /// What is counted. Views show them in this order.
  public enum Event: Int, CaseIterable, Codable, Sendable {
    case cycles
    case instructions
    // Of the cycles, those beyond one for each instruction, by cause.
    case loadStore
    case operands
    case branch
    case fetch
    case data
    case divide
    case float
    /// Femtojoules.
    case energy

    public var name: String {
      switch self {
      case .cycles: "cycles"
      case .instructions: "instructions"
      case .loadStore: "loads and stores"
      case .operands: "waiting for operands"
      case .branch: "branches"
      case .fetch: "waiting for instructions"
      case .data: "waiting for data"
      case .divide: "multiply and divide"
      case .float: "floating point"
      case .energy: "energy"
      }
    }

    /// The cause whose cycles it counts.
    var cause: CycleCauses.Cause? {
      switch self {
      case .cycles, .instructions, .energy: nil
      case .loadStore: .loadStore
      case .operands: .operands
      case .branch: .branch
      case .fetch: .fetch
      case .data: .data
      case .divide: .divide
      case .float: .float
      }
    }
  }

  private var values: [Int64]

  public init() { values = [Int64](repeating: 0, count: Event.allCases.count) }

  public init(cycles: UInt64, energy: Joules?) {
    self.init()
    self[.cycles] = Int64(clamping: cycles)
    self[.energy] = energy?.femtojoules ?? 0
  }

  public subscript(event: Event) -> Int64 {
    get { values.indices.contains(event.rawValue) ? values[event.rawValue] : 0 }
    set { values[event.rawValue] = newValue }
  }

  public var isZero: Bool { values.allSatisfy { $0 == 0 } }

  public static func + (a: Cost, b: Cost) -> Cost {
    var sum = Cost()
    for event in Event.allCases { sum[event] = a[event] &+ b[event] }
    return sum
  }
  public static func += (a: inout Cost, b: Cost) { a = a + b }

  public static func - (a: Cost, b: Cost) -> Cost {
    var difference = Cost()
    for event in Event.allCases { difference[event] = a[event] &- b[event] }
    return difference
  }

  /// Shares in proportion to `weights` that sum exactly to it; without any weight the first takes all.
  public func divided(by weights: [UInt64]) -> [Cost] {
    var shares = weights.map { _ in Cost() }
    for event in Event.allCases where self[event] != 0 {
      for (index, share) in proportions(self[event], weights).enumerated() {
        shares[index][event] = share
      }
    }
    return shares
  }

  /// Shares in proportion to `costs`, event by event, that sum exactly to it.
  public func divided(like costs: [Cost]) -> [Cost] {
    var shares = costs.map { _ in Cost() }
    for event in Event.allCases where self[event] != 0 {
      var weights = costs.map { UInt64(clamping: $0[event]) }
      if weights.allSatisfy({ $0 == 0 }) { weights = costs.map { UInt64(clamping: $0[.cycles]) } }
      for (index, share) in proportions(self[event], weights).enumerated() {
        shares[index][event] = share
      }
    }
    return shares
  }
}

/// `amount` in proportion to `weights`: the shares sum exactly to it. Without any weight the first
/// takes it all.
func proportions(_ amount: Int64, _ weights: [UInt64]) -> [Int64] {
  Joules(femtojoules: amount).divided(by: weights).map(\.femtojoules)
}
