public import Disassembly
public import Units

/// The Cortex-M7's timing: two instructions a cycle in order, an early and a late ALU, and branches
/// predicted by what each did before.
///
/// Reference: no table is published; jnk0le, cortex_m7.md (measured on STM32H743), LLVM
/// ARMScheduleM7.td and ARMLatencyMutations.cpp, GCC cortex-m7.md; DDI0489F for the prefetch unit.
///
/// Not modelled: a full store buffer, banks that operands do not tell, the number of branches that can be
/// remembered.
public struct CortexM7Timing: CoreTiming {
  /// Beyond the first cycle. Assumed: LLVM gives seven altogether, GCC four.
  static let divide: ClosedRange<UInt32> = 2...11
  static let divideExpected: UInt32 = 6
  /// MSR, MRS and barriers beyond the first cycle (LLVM, NonGeneralPurpose).
  static let special: ClosedRange<UInt32> = 0...4
  static let specialExpected: UInt32 = 2
  /// A branch gone wrong; one whose flags were set `flagDistance` cycles before is known earlier.
  static let lateMispredict: UInt32 = 8
  static let earlyMispredict: UInt32 = 6
  static let flagDistance: UInt32 = 3
  /// From a store to a load of the same address.
  static let storeToLoad: UInt32 = 4

  public let name = "cortex-m7"
  public let reference =
    "no table is published; jnk0le cortex_m7.md, LLVM ARMScheduleM7.td, GCC cortex-m7.md"

  /// Entry typically 12, at worst 14; the rest stands as on the Cortex-M4.
  public let exceptions = ExceptionTiming(
    entry: 12, exit: 10, tailChain: 6, floatEntry: 17, floatExit: 17,
    lazyStacking: 17, hiddenWaits: 3, wakeUp: 0)

  public let assumptions = ["exceptions", "divide", "branchPrediction", "returnPrediction"]

  /// Four fetches of 64 bits are queued (DDI0489F 2.1.1, prefetch unit).
  public let fetch = FetchUnit(bufferWords: 8, wordsPerCycle: 2)
  /// By a branch target address cache (DDI0489F 2.1.1).
  public let predictsBranches = true

  public let unalignedLoads: UnalignedLoads
  private let storeDrain: CortexM7StoreBuffer.Drain

  /// With error correction a load that is not aligned takes three cycles more, four as the younger of a pair,
  /// however far off (jnk0le, cortex_m7.md, STM32H743); without it one more (dwelch67, stm32_samples
  /// NUCLEO-F767ZI perf01: 42 cycles a turn for sixteen of them and what else makes 32).
  public init(errorCorrection: Bool = false) {
    let more: UInt32 = errorCorrection ? 3 : 1
    unalignedLoads = UnalignedLoads(halfword: more, wordAtHalfword: more, wordAtByte: more)
    storeDrain = errorCorrection ? .correcting : .plain
  }

  public func price(
    _ block: [Instruction], after before: [Instruction], branchedFrom source: [Instruction]
  ) -> BlockPrice {
    guard !block.isEmpty else { return BlockPrice() }
    var price = run(block, after: before)
    let turns = source.contains { $0.address == block[0].address }
    let entry = run(block, after: source, isAhead: !turns)
    price.adopt(entry: entry, isLoop: source.closesLoop(at: block))
    price.gainsFromSlot =
      turns
      ? run(block, after: source, isAhead: false, sharesSlot: true).cycles < entry.cycles
      : run(block, after: [Self.branch], sharesSlot: true).cycles < run(block, after: []).cycles
    return price
  }

  /// `isAhead`: the prefetch queue is full at first. `sharesSlot`: the last branch before the block leaves a slot of
  /// its cycle to it.
  private func run(
    _ block: [Instruction], after before: [Instruction], isAhead: Bool = true,
    sharesSlot: Bool = false
  ) -> BlockPrice {
    var pipeline = CortexM7Pipeline(count: block.count, isAhead: isAhead, storeDrain)
    for (index, instruction) in before.enumerated() {
      pipeline.execute(instruction)
      let isLast = index + 1 == before.count
      let next = isLast ? block[0] : before[index + 1]
      if next.address != instruction.end { pipeline.takeBranch(leavesSlot: isLast && sharesSlot) }
    }
    pipeline.begin()
    for instruction in block { pipeline.execute(instruction) }
    return pipeline.price
  }

  /// A branch by itself.
  private static let branch = Decoder.decodeBlock(bytes: [0xFE, 0xE7], at: Address(0))[0]
}
