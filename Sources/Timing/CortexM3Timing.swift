public import Disassembly
public import Units

/// The Cortex-M3's timing.
///
/// Reference: Arm 100165_0201 (Cortex-M3 TRM) table 3-1, DDI0337I 3.3.2; Arm KB 103489845 for
/// exception return; measured rules as told in `ThreeStagePipeline`.
public struct CortexM3Timing: CoreTiming {
  static let table = ThreeStageTable(
    multiplyAccumulate: 2, longMultiply: 3...5, longMultiplyExpected: 4,
    longMultiplyAccumulate: 4...7, longMultiplyAccumulateExpected: 6,
    indexedAccessesPipeline: false)

  public let name = "cortex-m3"
  public let reference =
    "Arm 100165_0201 (Cortex-M3 TRM) table 3-1, DDI0337I 3.3.2, KB 103489845"

  /// Entry 12, of which the frame takes 9 and meanwhile vector and first fetch 6, and return 10 (Arm KB 103489845);
  /// tail-chain as on the Cortex-M4; the rest is assumed.
  public let exceptions = ExceptionTiming(
    entry: 12, exit: 10, tailChain: 6, hiddenWaits: 3, wakeUp: 0)

  public let assumptions = ["exceptions.wakeUp", "storeToLoad"]

  public init() {}

  public let divider: Divider? = Divider(isMeasured: true)

  /// DDI0337I 3.3.3, unaligned data: a word or a halfword moves in parts, one more for a halfword at an odd
  /// address or a word at a halfword's, two more for a word at an odd one.
  public let unalignedLoads = UnalignedLoads(
    halfword: 1, wordAtHalfword: 1, wordAtByte: 2)

  /// That fetching pauses is what AES in the flash of an STM32F103 has (jnk0le, CM3_CM4_details.md); in an STM32F407's
  /// it shows no such thing of the Cortex-M4.
  public let fetch = FetchUnit(lead: ThreeStagePipeline.fetchLead, pausesForMultiples: true)
  public let hasOwnDataBus = true
  public let systemBusFetchWaits = ThreeStagePipeline.systemBusFetchWaits

  public func price(
    _ block: [Instruction], after before: [Instruction], branchedFrom source: [Instruction]
  ) -> BlockPrice {
    ThreeStagePipeline.price(block, after: before, Self.table)
  }
}
