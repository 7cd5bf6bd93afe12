public import Disassembly
public import Units

/// The Cortex-M33's timing: single issue with result latencies, and the pairing of a 16-bit NOP, IT or
/// branch with the 16-bit instruction before it.
///
/// Reference: no table is published; jnk0le, cortex_m33.md (measured on RP2350, r1p0).
///
/// That a branch to a wide instruction at an odd halfword costs a cycle, as on the Cortex-M3 and M4 with
/// their fetches of the same width, and that a load of what was just stored waits a cycle, are assumed.
///
/// Not modelled: flags of a shifted operand, which come a cycle later; other fetch stalls.
public struct CortexM33Timing: CoreTiming {
  // Cycles from issue until the result can be used.
  static let loadLatency: UInt32 = 2
  static let twoStageLatency: UInt32 = 2
  static let floatLatency: UInt32 = 2
  static let fusedLatency: UInt32 = 4
  static let fusedAccumulation: UInt32 = 3
  /// Cycles for which a multiply-accumulate keeps other floating-point instructions out.
  static let fusedBlocks: UInt32 = 2
  // Not measured: the Cortex-M4's figure.
  static let floatDivide: UInt32 = 14
  /// A load of PC: one cycle for each word, and this refill.
  static let loadedRefill: UInt32 = 3
  static let refill: UInt32 = 1

  public let name = "cortex-m33"
  public let reference =
    "no table is published; jnk0le cortex_m33.md (measured on RP2350)"

  /// Entry 12 is not verified in a primary source; the rest stands as on the Cortex-M4.
  public let exceptions = ExceptionTiming(
    entry: 12, exit: 10, tailChain: 6, floatEntry: 17, floatExit: 17,
    lazyStacking: 17, hiddenWaits: 3, wakeUp: 0)

  public let assumptions = [
    "exceptions", "divide", "floatDivide", "loadedRefill", "tableBranch", "storeToLoad",
    "oddTarget", "unalignedLoads",
  ]

  public init() {}

  public let divider: Divider? = Divider(isMeasured: false)

  /// Not measured: the Cortex-M4's figures.
  public let unalignedLoads = UnalignedLoads(
    halfword: 1, wordAtHalfword: 1, wordAtByte: 2)

  public func price(
    _ block: [Instruction], after before: [Instruction], branchedFrom source: [Instruction]
  ) -> BlockPrice {
    guard !block.isEmpty else { return BlockPrice() }
    var price = Self.run(block, after: before)
    price.adopt(entry: Self.run(block, after: source), isLoop: source.closesLoop(at: block))
    // The target needs two fetches.
    if let first = block.first, first.isWide, first.isAtOddHalfword {
      price.entryExtraWhenBranchedTo += 1
    }
    return price
  }

  private static func run(_ block: [Instruction], after before: [Instruction]) -> BlockPrice {
    var pipeline = CortexM33Pipeline(count: block.count)
    for (index, instruction) in before.enumerated() {
      pipeline.execute(instruction)
      let next = index + 1 < before.count ? before[index + 1] : block[0]
      if next.address != instruction.end { pipeline.takeBranch() }
    }
    pipeline.begin()
    for instruction in block { pipeline.execute(instruction) }
    return pipeline.price
  }
}
