/// A set-associative cache of code lines, written for clarity: what every faster one must equal.
///
/// A line's number is its address divided by the line's bytes; its set is that number modulo the
/// sets. A hit leaves a FIFO's order alone and makes the line the youngest of an LRU's. A miss
/// fills the first empty way, and else replaces the oldest line. `random` replaces the way that
/// a 16-bit Galois shift register (taps 0xB400, start 0xACE1, one step a replacement) names
/// modulo the ways: the silicon's choice is not known, but runs must repeat.
public struct ReferenceCache: Sendable {
  private let timing: FlashTiming
  /// For each set its lines, the oldest first; for `random` in the order of the ways.
  private var lines: [[UInt32]]
  private var random: UInt16 = 0xACE1

  public private(set) var hits: UInt64 = 0
  public private(set) var misses: UInt64 = 0

  /// An empty cache; one of no sets misses always.
  public init(_ timing: FlashTiming) {
    self.timing = timing
    lines = Array(repeating: [], count: Int(timing.sets))
  }

  /// Looks one line up, loads it if it is absent, and says whether it was there.
  public mutating func access(line: UInt32) -> Bool {
    guard timing.sets > 0, timing.ways > 0 else {
      misses += 1
      return false
    }
    let set = Int(line % timing.sets)
    guard let place = lines[set].firstIndex(of: line) else {
      misses += 1
      fill(set, line)
      return false
    }
    hits += 1
    if timing.replacement == .lru {
      lines[set].remove(at: place)
      lines[set].append(line)
    }
    return true
  }

  private mutating func fill(_ set: Int, _ line: UInt32) {
    guard lines[set].count >= Int(timing.ways) else {
      lines[set].append(line)
      return
    }
    if timing.replacement == .random {
      random = random & 1 == 1 ? random >> 1 ^ 0xB400 : random >> 1
      lines[set][Int(random) % lines[set].count] = line
    } else {
      lines[set].removeFirst()
      lines[set].append(line)
    }
  }

  /// Empties the cache, as its enable bit does.
  public mutating func invalidate() {
    for set in lines.indices { lines[set].removeAll(keepingCapacity: true) }
  }

  /// The lines that a run of code touches, in order.
  public static func lines(
    of bytes: UInt32, at address: UInt32, lineBytes: UInt32
  ) -> ClosedRange<UInt32> {
    let first = address / lineBytes
    let last = address.addingReportingOverflow(max(bytes, 1) - 1)
    return first...max(first, (last.overflow ? .max : last.partialValue) / lineBytes)
  }

  /// Wait states of fetching a straight run: each line once, hits and misses apart.
  public mutating func waitStates(fetching bytes: UInt32, at address: UInt32) -> UInt32 {
    var total: UInt32 = 0
    for line in Self.lines(of: bytes, at: address, lineBytes: timing.lineBytes) {
      total += access(line: line) ? timing.waitStatesHit : timing.waitStatesMiss
    }
    return total
  }
}
