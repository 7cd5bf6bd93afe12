public import Units

/// What a translated block is, as the analysis of its instructions says: made once, when the block
/// first runs.
public struct BlockDescription: Sendable {
  /// Cycles from its first instruction to its last, left by falling through, memory at no wait.
  public var cycles: UInt32 = 0
  /// Cycles more when it is left by a taken branch: the refill of the pipeline.
  public var takenExtra: UInt32 = 0
  /// Cycles by which it asks early for what a taken branch at its end leads to.
  public var targetLead: UInt32 = 0
  /// Cycles, before what a taken branch at its end leads to could run, in which it asks for the lines behind it: a byte
  /// for each of them from the lowest on, 0 for no more.
  private(set) var linesBehind: UInt32 = 0
  /// Cycles more when it is entered by a taken branch: an awkward alignment of its first words.
  public var branchedToExtra: UInt32 = 0
  /// Cycles more when its last instruction goes another way than the core predicts.
  public var mispredicted: UInt32 = 0
  /// Each line of the slow memory that it lies in; empty in memory that never waits.
  public var lines: [FetchLine] = []
  public var instructions: UInt32 = 0
  public var traits: BlockTraits = []
  /// Index of the function it belongs to; `noFunction` where no symbol covers it.
  public var function = noFunction
  /// Data accesses whose address follows from the registers at the block's start.
  public var accesses = BlockAccessPrograms()
  /// What it asks of a memory that code and data take turns at; nil: nothing.
  public var port: PortUse?
  /// How far below the stack pointer at its start it reaches, in bytes.
  public var stackDescent: UInt32 = 0

  public static let noFunction = UInt32.max

  public init() {}

  /// What does not fit is not asked for.
  public mutating func setLinesBehind(_ cycles: [Int]) {
    linesBehind = cycles.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32(UInt8(clamping: $1)) }
  }
}

/// What the per-block path must know of a block.
public struct BlockTraits: OptionSet, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Ends in BL or BLX.
  public static let calls = BlockTraits(rawValue: 1 << 0)
  /// Ends in a jump to a value from a register or memory: perhaps a return.
  public static let mayReturn = BlockTraits(rawValue: 1 << 1)
  /// Starts at the address of a function.
  public static let functionEntry = BlockTraits(rawValue: 1 << 2)
  /// Moves the stack pointer down.
  public static let descendsStack = BlockTraits(rawValue: 1 << 3)
  /// Holds CPS or MSR: masks and stacks may differ afterwards.
  public static let changesMasks = BlockTraits(rawValue: 1 << 4)
  /// Holds an instruction of the floating-point unit.
  public static let usesFloatingPoint = BlockTraits(rawValue: 1 << 5)
  /// Lies in memory that the firmware can write.
  public static let inRAM = BlockTraits(rawValue: 1 << 6)
  /// Lies in memory whose fetches may wait.
  public static let fetchesSlowly = BlockTraits(rawValue: 1 << 7)
  /// Holds an integer divide: its cost depends on the operands.
  public static let divides = BlockTraits(rawValue: 1 << 8)
  /// Someone waits for this address.
  public static let watched = BlockTraits(rawValue: 1 << 9)
  /// Jumps to itself, whatever happens.
  public static let loopsForever = BlockTraits(rawValue: 1 << 10)
  /// Holds LDREX: the exclusive monitor matters.
  public static let usesExclusiveMonitor = BlockTraits(rawValue: 1 << 12)
  /// Accesses memory by a multiple, doubleword or floating-point instruction.
  public static let alignsAlways = BlockTraits(rawValue: 1 << 14)
  /// Loads or stores words or halfwords.
  public static let alignsWhenAsked = BlockTraits(rawValue: 1 << 15)
  /// Reads CONTROL.
  public static let readsControl = BlockTraits(rawValue: 1 << 24)
  /// Ends by writing CONTROL.
  public static let writesControl = BlockTraits(rawValue: 1 << 17)
  /// Ends by writing a stack limit.
  public static let writesStackLimit = BlockTraits(rawValue: 1 << 18)
  /// Ends by writing a stack pointer with MSR.
  public static let writesStackPointer = BlockTraits(rawValue: 1 << 19)
  /// Holds BXNS or BLXNS.
  public static let leavesSecureState = BlockTraits(rawValue: 1 << 25)
  /// What may trap for its operands.
  static let trapping: BlockTraits = [.divides, .alignsAlways, .alignsWhenAsked]
  /// Its loads must be looked at: do they read memory that has wait states?
  public static let samplesLoads = BlockTraits(rawValue: 1 << 13)
  /// Reads memory whose answers depend on what was read before.
  public static let readsSlowly = BlockTraits(rawValue: 1 << 16)
  /// What asks a slow memory each time.
  static let asksMemory: BlockTraits = [.fetchesSlowly, .readsSlowly]
  /// Holds an instruction before which a debugger wants to stop.
  public static let breakpoint = BlockTraits(rawValue: 1 << 29)
  /// On every block: a debugger runs its instructions apart from its cost.
  public static let inPieces = BlockTraits(rawValue: 1 << 30)
  /// On every block: selects all of them.
  public static let any = BlockTraits(rawValue: 1 << 31)
  /// Holds SEV.
  public static let sendsEvent = BlockTraits(rawValue: 1 << 11)
  /// Ends in a branch that the core predicts to be taken or not.
  public static let predictsDirection = BlockTraits(rawValue: 1 << 20)
  /// Ends in a jump to a value, which the core predicts to be the last one.
  public static let predictsTarget = BlockTraits(rawValue: 1 << 21)
  /// Ends in a branch that leaves its second slot to its target; starts with an instruction that makes
  /// use of one.
  public static let leavesSlot = BlockTraits(rawValue: 1 << 22)
  public static let gainsFromSlot = BlockTraits(rawValue: 1 << 23)
  /// Holds divisions that are charged for their operands.
  public static let followsDivisions = BlockTraits(rawValue: 1 << 26)
  /// Holds accesses that must be looked at: does one memory answer them and the loads before them?
  public static let followsOverlaps = BlockTraits(rawValue: 1 << 27)
  /// What is followed from one block to the next.
  static let predicting: BlockTraits = [.predictsDirection, .predictsTarget, .leavesSlot]
}

/// A block and what happened to it: the unit of all counting. Lives in memory that never moves.
///
/// What every execution touches comes first and fills one line of the host's cache; what asks a slow
/// memory touches fills the next.
struct Block {
  var address: UInt32
  var end: UInt32
  var traits: UInt32
  var cycles: UInt32
  var takenExtra: UInt16
  var branchedToExtra: UInt16
  /// Wait states of its data reads that are the same each time.
  var fixedWaits: UInt32
  var executions: UInt64 = 0
  var takenExits: UInt64 = 0
  var branchedEntries: UInt64 = 0
  /// The blocks that it ran on into last, and branched to last; itself where there was none.
  var following: UnsafeMutablePointer<Block>?
  var taken: UnsafeMutablePointer<Block>?
  /// The cache that its fetches go through just now. What `moves` of that cache was when it wrote down that
  /// it uses its lines, and when it last did.
  var codeLevel: UnsafeMutablePointer<CacheLevel>?
  var orderStamp: UInt64 = .max
  var lastUse: UInt64 = 0
  /// How many lines of the cache it lies in, once it was looked for there.
  var cacheLines: UInt32 = 0
  /// How many further turns of a loop of this block alone meet its memories as the last did, and what
  /// each of them waits for data.
  var calmTurns: UInt32 = 0
  var calmWaits: UInt32 = 0
  /// Its lines in the slow memory.
  var lineCount: UInt16 = 0
  /// Its data accesses; nil: none.
  var accesses: UnsafeMutablePointer<BlockAccesses>?
  /// Wait-state cycles paid so far, and those of them that were paid for its code.
  var stallCycles: UInt64 = 0
  var fetchStallCycles: UInt64 = 0
  /// The change count of the cache when its lines were there, and the slots where they were: in place, if
  /// they are few.
  var fetchStamp: UInt64 = .max
  var fewSlots: UInt64 = 0
  var cacheSlots: UnsafeMutablePointer<UInt16>?
  /// The block that used the cache before it.
  var nextUsed: UnsafeMutablePointer<Block>?
  /// The slow memory that it lies in.
  var path: UnsafeMutablePointer<MemoryPath>?
  var lines: UnsafeMutablePointer<FetchLine>?
  /// How often its end was mispredicted, and how often its target took its second slot.
  var mispredictions: UInt64 = 0
  /// Cycles of divisions beyond those that it is described with; they are in `cycles` while it runs.
  var divisionCycles: UInt64 = 0
  var pairedExits: UInt64 = 0
  /// Cycles that it takes longer because loads do not overlap, in each execution since one of them, and what it
  /// took longer before; they are in `cycles` while it runs.
  var overlapCycles: UInt32 = 0
  var overlapsSince: UInt64 = 0
  var overlapCyclesBefore: UInt64 = 0
  var function: UInt32
  /// Cycles and instructions of executions that a fault cut short.
  var unspentCycles: UInt64 = 0
  var unspentInstructions: UInt64 = 0
  var description: BlockDescription
  /// The bytes that were analysed, to notice rewritten code; only for blocks in RAM.
  var copy: UnsafeMutableRawPointer?
  var host: UnsafeRawPointer?
  /// Another block that starts at the same address but ends elsewhere.
  var alternative: UnsafeMutablePointer<Block>?
  /// Every block, newest first.
  var older: UnsafeMutablePointer<Block>?

  /// Cycles that its branches took, into it and out of it.
  var branchCycles: UInt64 {
    takenExits &* UInt64(takenExtra) &+ branchedEntries &* UInt64(branchedToExtra)
      &+ mispredictions &* UInt64(description.mispredicted)
  }

  /// Makes room for the slots of its lines: few of them are beside what is read with them.
  static func allocateSlots(of block: UnsafeMutablePointer<Block>, _ count: Int) {
    guard count > 4 else {
      block.pointee.fewSlots = 0
      let place = MemoryLayout<Block>.offset(of: \.fewSlots).unsafelyUnwrapped
      block.pointee.cacheSlots =
        count == 0
        ? nil : (UnsafeMutableRawPointer(block) + place).assumingMemoryBound(to: UInt16.self)
      return
    }
    let slots = UnsafeMutablePointer<UInt16>.allocate(capacity: count)
    slots.initialize(repeating: 0, count: count)
    block.pointee.cacheSlots = slots
  }

  mutating func freePrograms() {
    lines?.deallocate()
    lines = nil
    if lineCount > 4 { cacheSlots?.deallocate() }
    cacheSlots = nil
    accesses?.pointee.destroy()
    UnsafeMutableRawPointer(accesses)?.deallocate()
    accesses = nil
  }
}

/// The counts of one block, as a run leaves them.
public struct BlockCount: Sendable {
  public let address: Address
  public let size: UInt32
  public let function: UInt32
  public let executions: UInt64
  public let instructions: UInt64
  /// Cycles of the instructions themselves; those of them that divisions took for their operands, and those that
  /// accesses took because loads before them were of another memory.
  public let baseCycles: UInt64
  public let divisionCycles: UInt64
  public let overlapCycles: UInt64
  /// Cycles of refilling the pipeline after taken branches.
  public let branchCycles: UInt64
  /// Wait states of instruction fetch and of data.
  public let stallCycles: UInt64
  /// Those of them that its code waited for.
  public let fetchStallCycles: UInt64
}
