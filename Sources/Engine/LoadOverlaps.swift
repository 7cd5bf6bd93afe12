internal import CUnicorn

/// An access that runs under the data phase of the load right before it, as long as one memory answers both: two
/// memories do not, and it begins a cycle later.
public struct LoadOverlap: Sendable, Hashable {
  /// What the load and the access after it reach.
  public var first: RegisterSum
  public var second: RegisterSum
  /// The number of the second among the block's instructions.
  public var instruction: UInt16

  public init(first: RegisterSum, second: RegisterSum, instruction: UInt16) {
    (self.first, self.second, self.instruction) = (first, second, instruction)
  }
}

/// Such pairs of a block, and what was seen of them.
struct BlockOverlaps {
  let pairs: UnsafeMutableBufferPointer<LoadOverlap>
  /// Which of them reached two memories when they were looked at last.
  let areTwo: UnsafeMutableBufferPointer<Bool>
  var plan: ValuePlan
  var looks: UInt32 = 0
  /// They cost differently from one time to another.
  var isMixed = false

  init(_ source: BlockAccessPrograms, derived: UnsafeMutableBufferPointer<DerivedValue>) {
    pairs = BlockAccesses.copy(source.overlaps)
    areTwo = BlockAccesses.copy(source.overlaps.map { _ in false })
    plan = ValuePlan(derivedCount: derived.count)
  }

  func destroy() {
    pairs.deallocate()
    areTwo.deallocate()
    plan.destroy()
  }
}

/// Charges blocks for accesses that cannot run under the load before them because another memory answers.
///
/// Nearly every access reaches the same memory each time it runs: so a block is looked at in its first executions
/// and now and then afterwards, and every time once it was seen to differ. What they cost is among the block's own
/// cycles, so that the per-block path knows nothing of it.
///
/// Reference: jnk0le, cortex_m3m4.md, loads and stores (STM32F103 and STM32F407).
/// Not modelled: two devices, which count as one memory.
enum LoadOverlaps {
  private static let firstLooks: UInt32 = 8

  /// Sets what the block that is about to run takes.
  static func charge(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) {
    guard let accesses = block.pointee.accesses else { return }
    let cycles = lost(uc, state, accesses)
    if cycles != block.pointee.overlapCycles {
      if accesses.pointee.overlaps.looks > 0 { accesses.pointee.overlaps.isMixed = true }
      block.pointee.lose(cycles)
    }
    accesses.pointee.overlaps.looks &+= 1
    if accesses.pointee.overlaps.looks >= firstLooks && !accesses.pointee.overlaps.isMixed
      && !state.pointee.looksAtEveryLoad
    {
      block.pointee.traits &= ~BlockTraits.followsOverlaps.rawValue
    }
  }

  /// Looks again at a block that was done with.
  static func rearm(_ block: UnsafeMutablePointer<Block>) {
    guard let accesses = block.pointee.accesses, !accesses.pointee.overlaps.pairs.isEmpty else {
      return
    }
    block.pointee.traits |= BlockTraits.followsOverlaps.rawValue
  }

  private static func lost(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ accesses: UnsafeMutablePointer<BlockAccesses>
  ) -> UInt32 {
    let values = state.pointee.scratchValues
    accesses.pointee.overlaps.plan.read(uc)
    let unknown = DerivedValues.derive(state, accesses, accesses.pointee.overlaps.plan, values)
    let memories = state.pointee.memories
    var lost: UInt32 = 0
    for (index, pair) in accesses.pointee.overlaps.pairs.enumerated() {
      let (first, second) = (pair.first.value(values), pair.second.value(values))
      let isKnown = !pair.first.isUnknown(unknown) && !pair.second.isUnknown(unknown)
      // What is not executed is nowhere.
      let areTwo =
        isKnown && first != .max && second != .max
        && memories.number(at: first) != memories.number(at: second)
      accesses.pointee.overlaps.areTwo[index] = areTwo
      if areTwo { lost += 1 }
    }
    return lost
  }
}

extension Engine {
  /// Cycles that the block under way lost by then because accesses did not overlap, up to that of one of its
  /// instructions.
  public func overlapCycles(upToInstruction number: Int) -> UInt32 {
    guard let overlaps = state.pointee.previous.pointee.accesses?.pointee.overlaps else { return 0 }
    return overlaps.pairs.indices.reduce(0) {
      overlaps.areTwo[$1] && Int(overlaps.pairs[$1].instruction) <= number ? $0 + 1 : $0
    }
  }
}

extension Block {
  /// From now on it takes so many cycles more than it is described with.
  mutating func lose(_ count: UInt32) {
    overlapCyclesBefore = allOverlapCycles
    overlapsSince = executions
    cycles = cycles &+ count &- overlapCycles
    overlapCycles = count
  }

  /// What all its executions lost.
  var allOverlapCycles: UInt64 {
    overlapCyclesBefore &+ (executions &- overlapsSince) &* UInt64(overlapCycles)
  }
}
