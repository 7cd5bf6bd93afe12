public import Disassembly

/// The Cortex-M0+'s timing.
///
/// Reference: Arm DDI0484C table 3-1, by secondary copies; the table reproduces 21 measured
/// averages of an LPC11U68 to 1.8 %.
///
/// Not modelled: the single-cycle I/O port, which answers loads and stores in 1.
public struct CortexM0PlusTiming: CoreTiming {
  static let table = ArmV6MTable(
    branch: 2, call: 3, exchange: 2, popRefill: 2, special: 3, multiply: 1)

  public let name = "cortex-m0+"
  public let reference =
    "Arm DDI0484C (Cortex-M0+ TRM) table 3-1, by secondary copies"

  /// Entry 15 (DDI0484C 3.6.1); the rest is assumed.
  public let exceptions = ExceptionTiming(entry: 15, exit: 12, tailChain: 8, wakeUp: 0)

  public let assumptions = ["exceptions.exit", "exceptions.tailChain", "exceptions.wakeUp"]
  public let buffersStores = false

  private let table: ArmV6MTable

  /// A core with the fast multiplier, or with the 32-cycle one.
  public init(smallMultiplier: Bool = false) {
    var table = Self.table
    if smallMultiplier { table.multiply = 32 }
    self.table = table
  }

  public func price(
    _ block: [Instruction], after before: [Instruction], branchedFrom source: [Instruction]
  ) -> BlockPrice {
    ArmV6MPipeline.price(block, table)
  }
}
