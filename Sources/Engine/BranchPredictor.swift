/// Follows what a core predicts of branches: two bits for each that count how often it was taken, and the
/// last target of each jump to a value.
///
/// Kept by the branch's address in a table without tags, larger than any core's, so that the firmware's
/// own branches seldom share a place.
///
/// Reference: Arm DDI0489F (Cortex-M7 TRM), prefetch unit: a branch target address cache. Its size, its
/// counters and that returns are always predicted right are not documented.
struct BranchPredictor {
  struct Entry {
    /// 0 and 1: not taken, 2 and 3: taken.
    var counter: UInt32 = 1
    var target: UInt32 = 0
  }

  private static let count = 4096
  private let entries: UnsafeMutablePointer<Entry>
  /// The entry last used, what it held before, and what was charged: to undo it.
  private var last: UnsafeMutablePointer<Entry>
  private var saved = Entry()
  private var charged: UInt64 = 0

  init() {
    entries = .allocate(capacity: Self.count)
    entries.initialize(repeating: Entry(), count: Self.count)
    last = entries
  }

  func destroy() { entries.deallocate() }

  /// Cycles that going from a block to the next one adds; modulo 2^64, because a shared slot saves one.
  @inline(__always)
  mutating func follow(
    _ previous: UnsafeMutablePointer<Block>, _ block: UnsafeMutablePointer<Block>
  ) -> UInt64 {
    let traits = previous.pointee.traits
    let end = previous.pointee.end
    let isTaken = end != block.pointee.address
    last = entries + Int(end >> 1 & UInt32(Self.count - 1))
    saved = last.pointee
    charged = 0
    if traits & BlockTraits.predictsDirection.rawValue != 0 {
      let counter = saved.counter
      if (counter >= 2) != isTaken { mispredict(previous) }
      last.pointee.counter = isTaken ? min(3, counter + 1) : counter - min(1, counter)
    } else if traits & BlockTraits.predictsTarget.rawValue != 0, isTaken {
      if saved.target != block.pointee.address { mispredict(previous) }
      last.pointee.target = block.pointee.address
    }
    if isTaken && traits & BlockTraits.leavesSlot.rawValue != 0
      && block.pointee.traits & BlockTraits.gainsFromSlot.rawValue != 0
    {
      previous.pointee.pairedExits &+= 1
      charged &-= 1
    }
    return charged
  }

  @inline(__always)
  private mutating func mispredict(_ block: UnsafeMutablePointer<Block>) {
    block.pointee.mispredictions &+= 1
    charged &+= UInt64(block.pointee.description.mispredicted)
  }

  /// Takes back what `follow` did, because the same step will be announced again; what it had charged.
  mutating func undo(
    _ previous: UnsafeMutablePointer<Block>, _ block: UnsafeMutablePointer<Block>
  ) -> UInt64 {
    last.pointee = saved
    var rest = charged
    if previous.pointee.end != block.pointee.address
      && previous.pointee.traits & BlockTraits.leavesSlot.rawValue != 0
      && block.pointee.traits & BlockTraits.gainsFromSlot.rawValue != 0
    {
      previous.pointee.pairedExits &-= 1
      rest &+= 1
    }
    if rest != 0 { previous.pointee.mispredictions &-= 1 }
    return charged
  }
}
