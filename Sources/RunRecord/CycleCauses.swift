/// Cycles by what the core spent them on.
///
/// Reference: the causes are those of Arm's pipeline descriptions (DDI 0439D, 3.3) and of the memories'
/// wait states.
public struct CycleCauses: Codable, Sendable, Hashable {
  public enum Cause: String, CaseIterable, CodingKey, Sendable {
    /// One cycle for each instruction, or pair of them, that enters the pipeline.
    case issue
    /// The further cycles of loads and stores at zero wait states.
    case loadStore
    /// Waiting for operands: loaded values, addresses, results of the multiplier.
    case operands
    /// Refilling the pipeline after branches.
    case branch
    /// Waiting for instructions: words that straddle a fetch, the memory's wait states, cache misses.
    case fetch
    /// Waiting for data: the memory's wait states, cache misses.
    case data
    /// The further cycles of multiplications and divisions.
    case divide
    /// The further cycles of the floating-point unit, and waiting for it.
    case float
    /// Entering and leaving exceptions, and writing their floating-point frames.
    case exception
    /// From the end of a sleep to the first instruction.
    case wakeUp
    /// Of blocks whose code was rewritten while they ran: the cause is no longer known.
    case unattributed

    fileprivate var index: Int {
      switch self {
      case .issue: 0
      case .loadStore: 1
      case .operands: 2
      case .branch: 3
      case .fetch: 4
      case .data: 5
      case .divide: 6
      case .float: 7
      case .exception: 8
      case .wakeUp: 9
      case .unattributed: 10
      }
    }
  }

  /// In the order of `Cause`.
  private var cycles = [UInt64](repeating: 0, count: Cause.allCases.count)

  public init() {}

  public subscript(cause: Cause) -> UInt64 {
    get { cycles[cause.index] }
    set { cycles[cause.index] = newValue }
  }

  public var total: UInt64 { cycles.reduce(0, &+) }

  public static func += (a: inout CycleCauses, b: CycleCauses) {
    for index in a.cycles.indices { a.cycles[index] &+= b.cycles[index] }
  }

  /// Makes the causes sum to `total`: what is too much is taken away in their order, for executions that
  /// a fault cut short or instructions that took the second slot of the cycle before; what is missing is
  /// `unattributed`.
  public mutating func balance(to total: UInt64) {
    var surplus = self.total
    if surplus <= total {
      self[.unattributed] &+= total - surplus
      return
    }
    surplus -= total
    for cause in Cause.allCases where surplus > 0 {
      let taken = min(surplus, self[cause])
      self[cause] -= taken
      surplus -= taken
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Cause.self)
    for cause in container.allKeys {
      self[cause] = try container.decode(UInt64.self, forKey: cause)
    }
  }

  /// Causes without a cycle are left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Cause.self)
    for cause in Cause.allCases where self[cause] > 0 {
      try container.encode(self[cause], forKey: cause)
    }
  }
}
