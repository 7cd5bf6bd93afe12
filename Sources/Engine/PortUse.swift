/// What a block asks of a port that code and data share.
public struct PortUse: Sendable, Hashable {
  /// The cycles of the block, memory at no wait, in which a word of its code is first needed and last used.
  public struct Word: Sendable, Hashable {
    public var needed: UInt16
    public var used: UInt16

    public init(needed: UInt16, used: UInt16) {
      self.needed = needed
      self.used = used
    }
  }

  /// A read of data.
  public struct Read: Sendable, Hashable {
    /// An address in the memory that it reads: where the table begins, if not where in it.
    public var place: RegisterSum
    /// The cycle of the block, memory at no wait, in which it begins.
    public var cycle: UInt16
    /// Reads of the memory, one after another.
    public var transfers: UInt16

    public init(place: RegisterSum, cycle: UInt16, transfers: UInt16) {
      self.place = place
      self.cycle = cycle
      self.transfers = transfers
    }
  }

  public var words: [Word]
  public var reads: [Read]

  public init(words: [Word], reads: [Read]) {
    self.words = words
    self.reads = reads
  }
}
