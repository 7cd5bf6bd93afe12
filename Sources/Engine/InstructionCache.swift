/// A set-associative instruction cache as the per-block path sees it.
///
/// A block whose lines were all present, each the newest of its set, hits without changing anything
/// for as long as nothing else changes the cache: one comparison.
struct InstructionCache {
  private(set) var geometry: Engine.CacheGeometry?
  var isEnabled = false
  /// Fills and reorderings so far.
  private(set) var changes: UInt64 = 0
  /// Lines that blocks found present, and that they did not.
  private(set) var hits: UInt64 = 0
  private(set) var misses: UInt64 = 0
  private var tags: UnsafeMutablePointer<UInt32>?
  private var nextWay: UnsafeMutablePointer<UInt8>?
  private var lineShift: UInt32 = 0
  private var setMask: UInt32 = 0
  private var ways = 0

  init() {}

  mutating func configure(_ geometry: Engine.CacheGeometry) {
    self.geometry = geometry
    ways = Int(geometry.ways)
    lineShift = UInt32(geometry.line.trailingZeroBitCount)
    let sets = geometry.size / geometry.line / geometry.ways
    setMask = sets - 1
    tags = .allocate(capacity: Int(sets) * ways)
    nextWay = .allocate(capacity: Int(sets))
    nextWay?.initialize(repeating: 0, count: Int(sets))
    tags?.initialize(repeating: .max, count: Int(sets) * ways)
    changes &+= 1
  }

  /// Empties it, as switching it off and on does.
  mutating func invalidate() {
    guard let tags else { return }
    tags.update(repeating: .max, count: Int(setMask + 1) * ways)
    changes &+= 1
  }

  /// Looks up every line of a block and fills those that miss; the cycles that this costs.
  @inline(__always)
  mutating func access(_ block: UnsafeMutablePointer<Block>) -> UInt64 {
    if block.pointee.cacheStamp == changes {
      hits &+= UInt64(block.pointee.cacheLines)
      return 0
    }
    return lookUp(block)
  }

  @inline(never)
  private mutating func lookUp(_ block: UnsafeMutablePointer<Block>) -> UInt64 {
    guard let tags, let nextWay, let geometry else { return 0 }
    var missed: UInt64 = 0
    let first = block.pointee.address >> lineShift
    let last = (block.pointee.end &- 1) >> lineShift
    for line in first...last {
      let set = Int(line & setMask)
      let base = tags + set * ways
      var way = 0
      while way < ways && base[way] != line { way += 1 }
      if way == ways {
        missed += 1
        changes &+= 1
        if geometry.leastRecentlyUsed {
          for older in stride(from: ways - 1, to: 0, by: -1) { base[older] = base[older - 1] }
          base[0] = line
        } else {
          base[Int(nextWay[set])] = line
          nextWay[set] = nextWay[set] &+ 1 == UInt8(ways) ? 0 : nextWay[set] &+ 1
        }
      } else if geometry.leastRecentlyUsed && way > 0 {
        changes &+= 1
        for younger in stride(from: way, to: 0, by: -1) { base[younger] = base[younger - 1] }
        base[0] = line
      }
    }
    misses &+= missed
    let lines = UInt64(last &- first) &+ 1
    hits &+= lines &- missed
    block.pointee.cacheLines = UInt32(truncatingIfNeeded: lines)
    // With no two of its lines in one set, they are all present and newest now.
    if last &- first <= setMask { block.pointee.cacheStamp = changes }
    return missed * UInt64(geometry.missCycles)
  }

  func destroy() {
    tags?.deallocate()
    nextWay?.deallocate()
  }
}
