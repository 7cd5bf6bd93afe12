internal import Units

/// All that the per-block path touches, behind one pointer: no class, no array, no closure.
struct HotState {
  /// Core clocks since the run began, sleep included.
  var cycles: UInt64 = 0
  /// The first cycle at which the core must stop before the next block; 0 stops it at once.
  var deadline: UInt64 = .max
  /// The cycle at which the block under way began.
  var blockStart: UInt64 = 0
  var previous: UnsafeMutablePointer<Block>
  /// Traits of a block about to run that call for the slow path.
  var enteringMask: UInt32
  /// Traits of the block just left that call for the slow path.
  var leavingMask: UInt32
  /// The loop that takes calm turns, and how many it was given.
  var calmBlock: UnsafeMutablePointer<Block>?
  var calmTurns: UInt32 = 0
  /// How many of them it took, the last time.
  var takenCalmTurns: UInt32 = 0
  /// The core registers and loaded words that addresses are made of; one of them is always zero.
  let values: UnsafeMutablePointer<UInt32>
  /// The loop whose values those are.
  var evaluated: UnsafeMutablePointer<Block>?
  var table: BlockTable
  var predictor = BranchPredictor()
  /// The block that the slow path is looking at.
  var entering: UnsafeMutablePointer<Block>
  /// Cycles by which its own accesses to devices made the block that began at that cycle longer.
  var ownStall: (blockStart: UInt64, cycles: UInt64) = (.max, 0)
  var stop = StopCode.none
  /// What a debugger makes of the next block.
  var pieces = Pieces.none
  /// A floating-point frame was reserved but not yet written; the first use of the unit pays.
  var lazyStackingCycles: UInt32 = 0
  /// The floating-point unit is off: using it faults.
  var floatingPointOff = false
  /// The next use of the floating-point unit starts a context with FPDSCR's settings.
  var startsContext = false
  /// Something is pending that a change of the masks could let through.
  var isPending = false
  /// The stop after the last change of masks has been made.
  var masksChecked = false
  /// MSR has written a stack limit since they were last read.
  var stackLimitsChanged = true
  /// FPCCR.ASPEN is off: what `manualContext` holds is CONTROL's FPCA and SFPA.
  var isContextManual = false
  var manualContext: UInt32 = 0
  /// The write of CONTROL that the last stop was for: its block, and which execution.
  var controlWriter: UnsafeMutablePointer<Block>?
  var controlWrites: UInt64 = 0
  /// FAULTMASK when the MPU's answers were last kept; nil: the MPU is off.
  var protectedFaultMask: UInt32?
  /// Traits of blocks whose operands must be looked at.
  var trapMask: UInt32 = 0
  /// The block whose operands were looked at; 1: none.
  var passedTraps: UInt32 = 1
  /// Where the block that came back for its operands ends.
  var trappingEnd: UInt32 = 0
  var interruptNumber: UInt32 = 0
  var faultAddress: UInt32 = 0
  var faultKind: Int32 = 0
  var tracksStack = true
  /// NMI or HardFault is being handled; FAULTMASK as it was then, or was cleared since.
  var ignoresFaultMask = false
  var heldFaultMask: UInt32 = 0
  var lowestStackPointer: UInt32 = .max
  /// Data that the stack must not reach ends here; told once.
  var stackLimit: UInt32 = 0
  var paths: MemoryPaths
  var memories = HostMemories()
  /// The same as `values` for what no loop keeps from turn to turn: operands of divisions, overlaps.
  let scratchValues: UnsafeMutablePointer<UInt32>
  /// When a block began that waited for data, and how long: the last one.
  var waitedAt: UInt64 = .max
  var waitedFor: UInt32 = 0
  var calls: CallStack
  var unaligned = UnalignedLoads()
  /// Look at every read instead of now and then: the oracle of the sampling.
  var looksAtEveryLoad = false

  enum StopCode: UInt8 {
    case none, deadline, interrupt, invalidInstruction, memory, floatingPointOff, loopsForever,
      breakpoint, mayTrap, startsContext, wroteControl
  }

  /// A block under a debugger is charged as a whole and then runs in pieces.
  enum Pieces: UInt8 {
    case none
    /// The next block is charged but does not run; then it has been.
    case charging, charged
    /// The next block is a piece of one that has been charged; the one behind it must not begin.
    case entering, leaving
  }
}
