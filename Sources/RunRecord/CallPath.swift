public import Units

/// One way that calls led to a function. Interrupts have stacks of their own: the bottom of each is
/// thread mode or an exception.
///
/// `cycles` of all paths, `wakeUpCycles` and `sleepCycles` sum to the length of the run.
public struct CallPath: Codable, Sendable, Equatable {
  /// Index of the caller's path, less than its own; nil at the bottom of a stack.
  public var parent: Int?
  /// Number of the exception whose handler this is the bottom of; nil: a function, or thread mode.
  public var exception: Int?
  /// Index into the record's functions; nil at the bottom of a stack and where no symbol covers it.
  public var function: Int?
  /// One past the instruction that called it.
  public var site: Address?
  public var calls: UInt64
  /// Its own; of an exception those of entering and leaving it.
  public var cycles: UInt64

  public init(
    parent: Int?, exception: Int? = nil, function: Int? = nil, site: Address? = nil,
    calls: UInt64, cycles: UInt64
  ) {
    (self.parent, self.exception, self.function) = (parent, exception, function)
    (self.site, self.calls, self.cycles) = (site, calls, cycles)
  }
}

/// The instructions of one block, in its order; for what each of them cost.
public struct BlockLayout: Codable, Sendable, Equatable {
  /// Bytes from the block's start to each instruction.
  public var offsets: [UInt16]
  /// Cycles from the block's start to each instruction, memory at no wait.
  public var cycles: [UInt16]

  public init(offsets: [UInt16], cycles: [UInt16]) {
    (self.offsets, self.cycles) = (offsets, cycles)
  }
}
