/// What a straight run of instructions costs at zero wait states.
///
/// A run left by an unconditional branch has its pipeline refill in `cycles`, because it is
/// always paid; a conditional way out has it in `takenExtra`.
@frozen public struct BlockPrice: Sendable, Hashable {
  /// Core cycles from the first instruction to past the last, a conditional branch not taken.
  public var cycles: UInt32
  /// Further cycles when a conditional last instruction leaves the straight line.
  public var takenExtra: UInt32
  /// Further cycles when the run is entered by a branch rather than from the instruction before.
  public var entryExtraWhenBranchedTo: UInt32
  /// What `cycles` may be when data-dependent instructions meet their best and worst operands.
  public var minimum: UInt32
  public var maximum: UInt32
  /// For each instruction the cycle, from the run's start, in which its data access begins.
  public var offsets: [UInt16]
  /// `cycles` by cause.
  public var split: CycleSplit

  @inlinable public init() {
    cycles = 0
    takenExtra = 0
    entryExtraWhenBranchedTo = 0
    minimum = 0
    maximum = 0
    offsets = []
    split = CycleSplit()
  }
}

/// Cycles by what they were spent on.
@frozen public struct CycleSplit: Sendable, Hashable {
  /// The causes.
  @frozen public enum Cause: UInt8, Sendable, Hashable, CaseIterable {
    case issue, memory, branch, multiplyDivide, float
  }

  /// One cycle for each instruction that enters the pipeline, and fetch stalls.
  public var issue: UInt32 = 0
  /// Loads and stores, their stalls and address dependencies.
  public var memory: UInt32 = 0
  /// Branches and pipeline refills.
  public var branch: UInt32 = 0
  /// Multiplications and divisions.
  public var multiplyDivide: UInt32 = 0
  /// The floating-point unit.
  public var float: UInt32 = 0

  @inlinable public init() {}

  @inlinable public var total: UInt32 { issue + memory + branch + multiplyDivide + float }

  @inlinable public subscript(cause: Cause) -> UInt32 {
    get {
      switch cause {
      case .issue: issue
      case .memory: memory
      case .branch: branch
      case .multiplyDivide: multiplyDivide
      case .float: float
      }
    }
    set {
      switch cause {
      case .issue: issue = newValue
      case .memory: memory = newValue
      case .branch: branch = newValue
      case .multiplyDivide: multiplyDivide = newValue
      case .float: float = newValue
      }
    }
  }
}
