public import Disassembly
public import Units

/// The Cortex-M4's timing, with or without its floating-point unit.
///
/// Reference: Arm DDI0439D (Cortex-M4 TRM) tables 3-1, 3-2 and 7-1, sections 3.3.2 and 3.9.1;
/// measured rules as told in `ThreeStagePipeline`.
public struct CortexM4Timing: CoreTiming {
  static let table = ThreeStageTable(
    multiplyAccumulate: 1, longMultiply: 1...1, longMultiplyExpected: 1,
    longMultiplyAccumulate: 1...1, longMultiplyAccumulateExpected: 1,
    indexedAccessesPipeline: true)

  public let name = "cortex-m4"
  public let reference =
    "Arm DDI0439D (Cortex-M4 TRM) tables 3-1, 3-2 and 7-1, sections 3.3.2 and 3.9.1"

  /// DDI0439D 3.9.1: entry 12, return 10, tail-chain 6; 17 more for the floating-point frame. The frame takes 9 by
  /// the System bus, vector and first fetch meanwhile 6 by the code buses (Arm KB 103489845).
  /// That lazy stacking costs those 17 when it happens is assumed, as is waking up.
  public let exceptions = ExceptionTiming(
    entry: 12, exit: 10, tailChain: 6, floatEntry: 17, floatExit: 17,
    lazyStacking: 17, hiddenWaits: 3, wakeUp: 0)

  public let assumptions = [
    "exceptions.lazyStacking", "exceptions.wakeUp", "storeToLoad",
  ]

  public init() {}

  public let divider: Divider? = Divider(isMeasured: true)

  /// DDI0439D 3.3.3, unaligned data: a word or a halfword moves in parts, one more for a halfword at an odd
  /// address or a word at a halfword's, two more for a word at an odd one.
  public let unalignedLoads = UnalignedLoads(
    halfword: 1, wordAtHalfword: 1, wordAtByte: 2)

  public let fetch = FetchUnit(lead: ThreeStagePipeline.fetchLead)
  public let hasOwnDataBus = true
  public let systemBusFetchWaits = ThreeStagePipeline.systemBusFetchWaits

  public func price(
    _ block: [Instruction], after before: [Instruction], branchedFrom source: [Instruction]
  ) -> BlockPrice {
    ThreeStagePipeline.price(block, after: before, Self.table)
  }
}
