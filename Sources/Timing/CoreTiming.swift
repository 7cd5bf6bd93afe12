public import Disassembly
public import Units

/// The timing of one core: what its instructions and its exceptions cost at zero wait states.
public protocol CoreTiming: Sendable {
  /// The core's name as boards spell it: `cortex-m4`.
  var name: String { get }
  /// The documents behind the figures.
  var reference: String { get }
  /// What entering and leaving exceptions costs.
  var exceptions: ExceptionTiming { get }
  /// The figures that no source gives, by name: whoever reports a number that rests on one says
  /// so.
  var assumptions: [String] { get }
  /// What loads cost more whose address is no multiple of their size.
  var unalignedLoads: UnalignedLoads { get }
  /// The divider whose time follows from its operands; nil: none, or its rule is not known.
  var divider: Divider? { get }
  /// How it fetches.
  var fetch: FetchUnit { get }
  /// It knows where a branch leads before it runs, and fetches that instead of what is behind the branch.
  var predictsBranches: Bool { get }
  /// A store goes into a buffer and lets the core run on.
  var buffersStores: Bool { get }
  /// Fetches and reads of data go by separate buses.
  var hasOwnDataBus: Bool { get }
  /// Cycles that a fetch by the System bus takes beyond the first; none follows another before that.
  var systemBusFetchWaits: Int { get }
  /// The price of a straight run.
  ///
  /// `before` is what precedes it in memory, or nothing where that is unknown or never runs on into it:
  /// `cycles` is for a core that comes from there, and `entryExtraWhenBranchedTo` is what one that comes
  /// from elsewhere pays more. `source` is what runs before the branch that it is mostly entered by, that
  /// branch included; nothing where that is unknown.
  func price(
    _ block: [Instruction], after before: [Instruction], branchedFrom source: [Instruction]
  ) -> BlockPrice
}

extension CoreTiming {
  /// The price of a straight run entered with an empty pipeline.
  public func price(_ block: [Instruction]) -> BlockPrice { price(block, after: []) }

  /// The price of a straight run of which no branch into it is known.
  public func price(_ block: [Instruction], after before: [Instruction]) -> BlockPrice {
    price(block, after: before, branchedFrom: [])
  }
}

extension CoreTiming {
  public var unalignedLoads: UnalignedLoads { UnalignedLoads() }
  public var divider: Divider? { nil }
  public var fetch: FetchUnit { FetchUnit() }
  public var predictsBranches: Bool { false }
  public var buffersStores: Bool { true }
  public var hasOwnDataBus: Bool { false }
  public var systemBusFetchWaits: Int { 0 }
}

/// What exceptions cost at zero wait states, in core cycles.
@frozen public struct ExceptionTiming: Sendable, Hashable {
  /// From the interrupt's assertion to the first instruction of the handler.
  public var entry: UInt32
  /// From the return instruction to the first instruction of the interrupted code.
  public var exit: UInt32
  /// From the return of one handler to the first instruction of the next.
  public var tailChain: UInt32
  /// Added to entry when the floating-point context is stacked at once.
  public var floatEntry: UInt32
  /// Added to return when the floating-point context is unstacked.
  public var floatExit: UInt32
  /// Paid by the first floating-point instruction of a handler when stacking is lazy.
  public var lazyStacking: UInt32
  /// What reading the vector and the handler's first instruction may wait before entry takes longer: they pass
  /// while the frame is written.
  public var hiddenWaits: UInt32
  /// From the wake-up event to the first instruction after WFI or WFE, clocks running.
  public var wakeUp: UInt32

  public init(
    entry: UInt32, exit: UInt32, tailChain: UInt32, floatEntry: UInt32 = 0, floatExit: UInt32 = 0,
    lazyStacking: UInt32 = 0, hiddenWaits: UInt32 = 0, wakeUp: UInt32 = 0
  ) {
    self.entry = entry
    self.exit = exit
    self.tailChain = tailChain
    self.floatEntry = floatEntry
    self.floatExit = floatExit
    self.lazyStacking = lazyStacking
    self.hiddenWaits = hiddenWaits
    self.wakeUp = wakeUp
  }
}
