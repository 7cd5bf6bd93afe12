public import Disassembly

/// The Cortex-M0's timing.
///
/// Reference: Arm DDI0432C table 3-1, by secondary copies; the table reproduces 24 measured AES
/// figures of an STM32F0 to 0.4 %.
public struct CortexM0Timing: CoreTiming {
  static let table = ArmV6MTable(
    branch: 3, call: 4, exchange: 3, popRefill: 3, special: 4, multiply: 1)

  public let name = "cortex-m0"
  public let reference =
    "Arm DDI0432C (Cortex-M0 TRM) table 3-1, by secondary copies"

  /// Entry 16 (Yiu); the rest is assumed.
  public let exceptions = ExceptionTiming(entry: 16, exit: 13, tailChain: 8, wakeUp: 0)

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
