/// Which lines a set-associative cache holds, one flat array of line numbers.
struct CacheTags {
  /// What a look-up found and left behind.
  enum Access {
    /// Present, and the order of its set as it was.
    case hit
    /// Present, and now the newest of its set.
    case reordered
    /// Absent, and now filled.
    case miss
  }

  private let lines: UnsafeMutablePointer<UInt32>
  /// The way of each set that is replaced next; round-robin.
  private let next: UnsafeMutablePointer<UInt8>
  private let setMask: UInt32
  private let ways: Int
  private let replacement: Engine.CacheGeometry.Replacement
  /// A Galois shift register stands for the silicon's choice, which is not known; runs must repeat.
  private var random: UInt16 = 0xace1
  private var sets: UInt32 { setMask + 1 }

  init(_ geometry: Engine.CacheGeometry) {
    ways = Int(geometry.ways)
    let sets = geometry.size / geometry.line / geometry.ways
    setMask = sets - 1
    replacement = geometry.replacement
    lines = .allocate(capacity: Int(sets) * ways)
    next = .allocate(capacity: Int(sets))
    lines.initialize(repeating: .max, count: Int(sets) * ways)
    next.initialize(repeating: 0, count: Int(sets))
  }

  mutating func invalidate() {
    lines.update(repeating: .max, count: Int(sets) * ways)
    next.update(repeating: 0, count: Int(sets))
  }

  func invalidate(line: UInt32) {
    let base = lines + Int(line & setMask) * ways
    for way in 0..<ways where base[way] == line { base[way] = .max }
  }

  func invalidate(set: UInt32, way: UInt32) {
    guard set <= setMask, way < UInt32(ways) else { return }
    lines[Int(set) * ways + Int(way)] = .max
  }

  /// Looks a line up and fills it where it is absent.
  mutating func access(_ line: UInt32) -> Access {
    let set = Int(line & setMask)
    let base = lines + set * ways
    var way = 0
    while way < ways && base[way] != line { way += 1 }
    if way < ways {
      guard replacement == .leastRecentlyUsed, way > 0 else { return .hit }
      moveUp(base, from: way, line)
      return .reordered
    }
    var victim = 0
    while victim < ways && base[victim] != .max { victim += 1 }
    let isFull = victim == ways
    switch replacement {
    case .leastRecentlyUsed: moveUp(base, from: isFull ? ways - 1 : victim, line)
    case .roundRobin:
      if isFull {
        victim = Int(next[set])
        next[set] = next[set] &+ 1 == UInt8(ways) ? 0 : next[set] &+ 1
      }
      base[victim] = line
    case .random:
      if isFull {
        random = random & 1 == 1 ? random >> 1 ^ 0xb400 : random >> 1
        victim = Int(random) % ways
      }
      base[victim] = line
    }
    return .miss
  }

  private func moveUp(_ base: UnsafeMutablePointer<UInt32>, from way: Int, _ line: UInt32) {
    for younger in stride(from: way, to: 0, by: -1) { base[younger] = base[younger - 1] }
    base[0] = line
  }

  func destroy() {
    lines.deallocate()
    next.deallocate()
  }
}
