/// How a chip's code memory answers: its wait states and the cache before it.
///
/// Every chip gives its own figures; this is only their shape.
@frozen public struct FlashTiming: Sendable, Hashable {
  /// Which line of a full set makes room.
  @frozen public enum Replacement: String, Sendable, Hashable, CaseIterable {
    case fifo, lru, random
  }

  /// Wait states of a fetch when the cache is off.
  public var waitStatesUncached: UInt32
  /// Wait states of a fetch that misses the cache.
  public var waitStatesMiss: UInt32
  /// Wait states of a fetch that hits.
  public var waitStatesHit: UInt32
  /// Bytes that one access to the array delivers, and that one line of the cache holds.
  public var lineBytes: UInt32
  /// Sets of the cache; 0 where there is no cache.
  public var sets: UInt32
  /// Lines of a set.
  public var ways: UInt32
  public var replacement: Replacement
  /// Whether the line after the one in use is fetched ahead.
  public var prefetch: Bool

  public init(
    waitStatesUncached: UInt32, waitStatesMiss: UInt32, waitStatesHit: UInt32 = 0,
    lineBytes: UInt32, sets: UInt32 = 0, ways: UInt32 = 0, replacement: Replacement = .lru,
    prefetch: Bool = false
  ) {
    self.waitStatesUncached = waitStatesUncached
    self.waitStatesMiss = waitStatesMiss
    self.waitStatesHit = waitStatesHit
    self.lineBytes = lineBytes
    self.sets = sets
    self.ways = ways
    self.replacement = replacement
    self.prefetch = prefetch
  }

  /// Memory that always answers at once.
  public static let zeroWaitStates = FlashTiming(
    waitStatesUncached: 0, waitStatesMiss: 0, lineBytes: 4)

  /// Bytes that the cache holds.
  @inlinable public var capacity: UInt32 { lineBytes * sets * ways }

  /// True when the figures can be indexed by shifting and masking.
  public var isWellFormed: Bool {
    let powers = lineBytes.nonzeroBitCount == 1 && lineBytes >= 4
    return powers && (sets == 0) == (ways == 0) && (sets == 0 || sets.nonzeroBitCount == 1)
  }
}
