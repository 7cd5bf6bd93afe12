/// What a straight run of instructions costs at zero wait states.
///
/// A run left by an unconditional branch has its pipeline refill in `cycles`, because it is
/// always paid; a conditional way out has it in `takenExtra`.
@frozen public struct BlockPrice: Sendable, Hashable {
  /// Core cycles from the first instruction to past the last, a conditional branch not taken.
  public var cycles: UInt32
  /// Further cycles when a conditional last instruction leaves the straight line.
  public var takenExtra: UInt32
  /// Cycles by which the branch at the end asks for its target before a core would that was held by nothing: it is
  /// decoded while the instruction before it runs.
  public var targetLead: UInt32
  /// Further cycles when the run is entered by a branch rather than from the instruction before.
  public var entryExtraWhenBranchedTo: UInt32
  /// Further cycles when the last instruction goes another way than the core predicts from what it did
  /// before; 0 on cores that predict nothing.
  public var mispredicted: UInt32
  /// Whether the branch at the end, taken, leaves a slot of its cycle to the first instruction at its
  /// target, and whether a run whose first instruction takes such a slot costs a cycle less.
  public var leavesSlot: Bool
  public var gainsFromSlot: Bool
  /// What `cycles` may be when data-dependent instructions meet their best and worst operands, and rules
  /// that measurements leave open go one way or the other.
  public var minimum: UInt32
  public var maximum: UInt32
  /// What divisions and long multiplications may cost less and more than they are charged, by their
  /// operands: what no other program's measured cycles say.
  public var operandsBelow: UInt32
  public var operandsAbove: UInt32
  /// For each instruction the cycle, from the run's start, in which its data access begins.
  public var offsets: [UInt16]
  /// Instructions whose access runs under the data phase of the load right before it, which may precede the run,
  /// as long as one memory answers both; a cycle more each where two do.
  public var overlaps: [UInt16]
  /// `cycles` by cause.
  public var split: CycleSplit

  @inlinable public init() {
    cycles = 0
    takenExtra = 0
    targetLead = 0
    entryExtraWhenBranchedTo = 0
    mispredicted = 0
    leavesSlot = false
    gainsFromSlot = false
    minimum = 0
    maximum = 0
    operandsBelow = 0
    operandsAbove = 0
    offsets = []
    overlaps = []
    split = CycleSplit()
  }
}

extension BlockPrice {
  /// Takes over what the run costs when it is entered by a branch.
  ///
  /// A loop's head is entered by its branch much more often than from above, so that where this costs
  /// less it is what `cycles` say.
  mutating func adopt(entry: BlockPrice, isLoop: Bool) {
    if entry.cycles > cycles {
      entryExtraWhenBranchedTo = entry.cycles - cycles
    } else if isLoop {
      let (slot, gains) = (leavesSlot, gainsFromSlot)
      self = entry
      (leavesSlot, gainsFromSlot) = (slot, gains)
    }
  }
}

/// Cycles by what they were spent on.
@frozen public struct CycleSplit: Sendable, Hashable {
  /// The causes.
  @frozen public enum Cause: UInt8, Sendable, Hashable, CaseIterable {
    /// One cycle for each instruction, or pair of them, that enters the pipeline.
    case issue
    /// The further cycles of loads and stores.
    case memory
    /// Refilling the pipeline after branches.
    case branch
    /// Waiting for instructions.
    case fetch
    /// Waiting for operands: loaded values, addresses, results of the multiplier.
    case data
    /// The further cycles of multiplications and divisions.
    case divide
    /// The further cycles of the floating-point unit, and waiting for it.
    case float
  }

  private var cycles = InlineArray<7, UInt32>(repeating: 0)

  public init() {}

  public var total: UInt32 {
    Cause.allCases.reduce(0) { $0 + self[$1] }
  }

  public subscript(cause: Cause) -> UInt32 {
    get { cycles[Int(cause.rawValue)] }
    set { cycles[Int(cause.rawValue)] = newValue }
  }

  public static func == (a: CycleSplit, b: CycleSplit) -> Bool {
    Cause.allCases.allSatisfy { a[$0] == b[$0] }
  }

  public func hash(into hasher: inout Hasher) {
    for cause in Cause.allCases { hasher.combine(self[cause]) }
  }
}
