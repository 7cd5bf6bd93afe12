/// Further cycles of a load whose address is no multiple of its size.
@frozen public struct UnalignedLoads: Sendable, Hashable {
  public var halfword: UInt32
  /// Of a word at a halfword's address, and at an odd one.
  public var wordAtHalfword: UInt32
  public var wordAtByte: UInt32

  public init(halfword: UInt32 = 0, wordAtHalfword: UInt32 = 0, wordAtByte: UInt32 = 0) {
    (self.halfword, self.wordAtHalfword) = (halfword, wordAtHalfword)
    self.wordAtByte = wordAtByte
  }
}
