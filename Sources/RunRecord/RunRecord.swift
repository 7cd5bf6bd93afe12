public import Units

/// What a run leaves behind: plain values that can be saved and judged again later.
///
/// Cycles are core clocks. `activeCycles` is the sum of all block cycles and of `exceptionCycles`,
/// `lazyStackingCycles` and `wakeUpCycles`; with `sleepCycles` it is the length of the run.
public struct RunRecord: Codable, Sendable {
  public var outcome: Outcome
  /// What was wrong with the input and showed only while it ran; nil: nothing.
  public var inputError: String?
  public var engine: String
  /// The frequency of the core clock.
  public var coreClock: Hertz
  public var end: Instant
  public var activeCycles: UInt64 = 0
  public var sleepCycles: UInt64 = 0
  /// Entering and leaving exceptions: stacking, unstacking, vector fetch.
  public var exceptionCycles: UInt64 = 0
  /// Writing floating-point frames that were reserved at exception entry, at the first use.
  public var lazyStackingCycles: UInt64 = 0
  /// From the end of a sleep to the first instruction.
  public var wakeUpCycles: UInt64 = 0
  public var instructions: UInt64 = 0
  public var blocks: [BlockRecord] = []
  /// Indexed by the function ids of `blocks`.
  public var functions: [FunctionRecord] = []
  /// Of each block, in the order of `blocks`; empty: they were not looked at.
  public var layouts: [BlockLayout] = []
  public var paths: [CallPath] = []
  public var exceptions: [ExceptionRecord] = []
  public var measures: [MeasureRecord] = []
  public var samples: [SampleRecord] = []
  public var power: [PowerResidency] = []
  /// The times of `power` over the run.
  public var powerSeries = PowerSeries()
  public var timeline = RunTimeline()
  public var inferences: [InferenceRecord] = []
  public var findings: [Finding] = []
  public var memory = MemoryRecord()
  /// How each memory that may wait was set up, and for how long; nil: it was not looked at.
  public var memoryUses: [MemoryUse]?
  /// Where DMA met the core; nil: nowhere.
  public var contention: Contention?
  /// How the firmware set up devices and sensors.
  public var settings: [DeviceSetting]? = []
  /// How interrupts were delivered: "within one basic block".
  public var delivery = ""
  /// Cycles by which the data-dependent instructions that ran could have been faster or slower.
  public var cyclesBelow: UInt64 = 0
  public var cyclesAbove: UInt64 = 0
  /// Of a run that came to a bad end; nil: there is nothing to tell.
  public var dump: CoreDump?

  public init(outcome: Outcome, engine: String, coreClock: Hertz, end: Instant) {
    self.outcome = outcome
    self.engine = engine
    self.coreClock = coreClock
    self.end = end
  }
}

/// Where another bus master and the core wanted the same memory.
public struct Contention: Codable, Sendable, Hashable {
  /// Words that were moved while the core ran code that accesses their memory: each may have held it up for
  /// a cycle.
  public var words: UInt64 = 0
  /// Cycles that the core was held up.
  public var cycles: UInt64 = 0

  public init() {}

  public mutating func add(words: UInt64, cycles: UInt64) {
    self.words += words
    self.cycles += cycles
  }
}

/// How a run ended: a value, never an error.
public enum Outcome: Codable, Sendable, Equatable {
  case exited(code: Int32)
  /// Ran the time it was given, or its recording came to its end.
  case reachedLimit(Limit)
  case faulted(Fault)
  case lockedUp(Fault)
  /// Nothing can ever wake the core.
  case sleepsForever
  /// The wall-clock limit.
  case timedOut
  case scriptFailed(String)

  public enum Limit: Codable, Sendable, Equatable {
    case duration
    case streamEnd(sensor: String)
  }

  /// What went wrong, as the fault status registers tell it.
  public struct Fault: Codable, Sendable, Equatable {
    /// "HardFault", "BusFault", …
    public var exception: String
    /// In words: "precise data bus error at 0x40050000".
    public var cause: String
    public var address: Address?
    public var programCounter: Address
    public var linkRegister: Address
    public var stackPointer: Address
    public var cfsr: UInt32
    public var hfsr: UInt32
    /// Functions under way, innermost first.
    public var backtrace: [String]

    public init(
      exception: String, cause: String, address: Address?, programCounter: Address,
      linkRegister: Address, stackPointer: Address, cfsr: UInt32, hfsr: UInt32,
      backtrace: [String]
    ) {
      self.exception = exception
      self.cause = cause
      self.address = address
      self.programCounter = programCounter
      self.linkRegister = linkRegister
      self.stackPointer = stackPointer
      self.cfsr = cfsr
      self.hfsr = hfsr
      self.backtrace = backtrace
    }
  }
}

/// One basic block. `function` is an index into the record's functions; nil: no symbol covers it.
public struct BlockRecord: Codable, Sendable {
  public var address: Address
  public var size: UInt32
  public var function: Int?
  public var executions: UInt64
  public var instructions: UInt64
  public var baseCycles: UInt64
  public var branchCycles: UInt64
  public var stallCycles: UInt64
  /// `cycles` by cause.
  public var causes = CycleCauses()
  /// By how many of them its data could have made it faster or slower; nil: none.
  public var spread: UInt64?

  public init(
    address: Address, size: UInt32, function: Int?, executions: UInt64, instructions: UInt64,
    baseCycles: UInt64, branchCycles: UInt64, stallCycles: UInt64
  ) {
    self.address = address
    self.size = size
    self.function = function
    self.executions = executions
    self.instructions = instructions
    self.baseCycles = baseCycles
    self.branchCycles = branchCycles
    self.stallCycles = stallCycles
  }

  public var cycles: UInt64 { baseCycles &+ branchCycles &+ stallCycles }
}

public struct FunctionRecord: Codable, Sendable {
  public var name: String
  public var address: Address
  public var calls: UInt64
  /// Its own and its callees' cycles; handlers that interrupted it and sleep are not in it.
  public var inclusiveCycles: UInt64

  public init(name: String, address: Address, calls: UInt64, inclusiveCycles: UInt64) {
    self.name = name
    self.address = address
    self.calls = calls
    self.inclusiveCycles = inclusiveCycles
  }
}

public struct ExceptionRecord: Codable, Sendable, Equatable {
  public var number: Int
  public var name: String
  public var entries: UInt64 = 0
  /// From the start of each entry to the end of its return, handlers on top of it excluded.
  public var cycles: UInt64 = 0
  /// Longest time from pending to the handler's first instruction.
  public var maxLatencyCycles: UInt64 = 0
  /// Became pending again before it was taken.
  public var pendedTwice: UInt64 = 0

  public init(number: Int, name: String) {
    self.number = number
    self.name = name
  }
}

/// The occurrences of one measure, paired, in order of their ends.
public struct MeasureRecord: Codable, Sendable {
  public var name: String
  public var from: String
  public var to: String
  public var occurrences: [Occurrence] = []
  /// Starts that no end belongs to; a start that the run's end cut off is not among them.
  public var unanswered: [Instant] = []
  /// Starts after the last end: still open when the run ended.
  public var open: [Instant] = []
  public var worst: Worst?

  public init(name: String, from: String, to: String) {
    self.name = name
    self.from = from
    self.to = to
  }

  public struct Occurrence: Codable, Sendable, Equatable {
    public var from: Instant
    public var to: Instant

    public init(from: Instant, to: Instant) {
      self.from = from
      self.to = to
    }

    public var latency: Interval { to - from }
  }

  /// The longest occurrence, as intervals that sum exactly to it.
  public struct Worst: Codable, Sendable {
    /// Index into `occurrences`.
    public var index: Int
    public var parts: [Part]

    public init(index: Int, parts: [Part]) {
      self.index = index
      self.parts = parts
    }
  }

  /// Part of the worst occurrence: a function, a handler, a bus at work while the core slept, sleep,
  /// waking up.
  public struct Part: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable {
      case function, exception, bus, sleep, wakeUp, unknown
    }
    public var kind: Kind
    public var what: String
    public var time: Interval

    public init(kind: Kind, what: String, time: Interval) {
      self.kind = kind
      self.what = what
      self.time = time
    }
  }
}

public struct SampleRecord: Codable, Sendable, Equatable {
  public var sensor: String
  public var produced: Int
  public var read: Int
  public var lost: Int
  public var duplicate: Int

  public init(sensor: String, produced: Int, read: Int, lost: Int, duplicate: Int) {
    self.sensor = sensor
    self.produced = produced
    self.read = read
    self.lost = lost
    self.duplicate = duplicate
  }
}

/// Time spent in one combination of power states.
public struct PowerResidency: Codable, Sendable {
  /// The name under which `states` keeps the core's clock, as a fraction of hertz: `120000000/1`. Only
  /// for boards with currents that depend on it.
  public static let coreClock = "core-clock"

  /// State by consumer.
  public var states: [String: String]
  public var time: Interval

  public init(states: [String: String], time: Interval) {
    self.states = states
    self.time = time
  }
}

public struct InferenceRecord: Codable, Sendable {
  /// When it ended.
  public var at: Instant
  public var cycles: UInt64
  /// What the firmware decided; nil when the deployment does not say how to learn it.
  public var classIndex: Int?
  public var scores: [Int]?

  public init(at: Instant, cycles: UInt64, classIndex: Int?, scores: [Int]?) {
    self.at = at
    self.cycles = cycles
    self.classIndex = classIndex
    self.scores = scores
  }
}

/// What the model cannot vouch for, with place and count.
public struct Finding: Codable, Sendable, Equatable {
  public var kind: String
  public var place: String
  public var message: String
  public var count: Int

  public init(kind: String, place: String, message: String, count: Int) {
    self.kind = kind
    self.place = place
    self.message = message
    self.count = count
  }
}

/// A memory that lets the core wait, as it was set up for some of a run.
public struct MemoryUse: Codable, Sendable, Hashable {
  /// As the chip's description calls it.
  public var memory: String
  /// Of an access past the caches, with those of the bus.
  public var waitStates: Int
  /// Code and data went through caches, as far as the memory has any for them.
  public var isCached: Bool
  public var cycles: UInt64

  public init(memory: String, waitStates: Int, isCached: Bool, cycles: UInt64) {
    self.memory = memory
    self.waitStates = waitStates
    self.isCached = isCached
    self.cycles = cycles
  }
}

/// Bytes. Nil where it could not be learnt.
public struct MemoryRecord: Codable, Sendable, Equatable {
  public var flash: UInt64 = 0
  public var staticRAM: UInt64 = 0
  public var stackHighWater: UInt64?
  public var heapHighWater: UInt64?
  /// Of thread mode alone on the main stack.
  public var threadStack: UInt64?
  public var handlerStacks: [HandlerStack] = []
  /// The heap after each change: its end, as bytes from its start, and what of it is in use.
  public var heap: [HeapChange] = []

  /// How deep a handler took the main stack, what the core stacked included and handlers on top of it
  /// not.
  public struct HandlerStack: Codable, Sendable, Equatable {
    public var exception: Int
    /// At the run's end; handlers of one priority never nest.
    public var priority: Int
    public var bytes: UInt64

    public init(exception: Int, priority: Int, bytes: UInt64) {
      (self.exception, self.priority, self.bytes) = (exception, priority, bytes)
    }
  }

  public struct HeapChange: Codable, Sendable, Equatable {
    public var at: Instant
    public var bytes: UInt64
    /// Bytes that were asked for and not given back; nil: nobody watched the allocator.
    public var used: UInt64?
    /// The largest piece between blocks in use, or behind them; nil as above.
    public var largestHole: UInt64?

    public init(at: Instant, bytes: UInt64, used: UInt64? = nil, largestHole: UInt64? = nil) {
      (self.at, self.bytes) = (at, bytes)
      (self.used, self.largestHole) = (used, largestHole)
    }
  }

  /// Every handler's deepest on top of thread mode's, one of each priority: no nesting can be deeper
  /// with what each did in the run.
  public var worstNesting: UInt64? {
    guard let threadStack else { return nil }
    let levels = Dictionary(grouping: handlerStacks, by: \.priority)
    return levels.values.reduce(threadStack) { sum, level in
      sum &+ (level.map(\.bytes).max() ?? 0)
    }
  }

  public init() {}
}
