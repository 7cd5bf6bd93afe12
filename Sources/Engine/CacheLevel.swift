/// A cache on the way from the core to memory, set-associative: which lines it holds.
///
/// One stands before one memory (a flash accelerator), or before several (a core's first level). Lines
/// are numbered by address. Whoever remembers the slot that a line was found in need not search again.
struct CacheLevel {
  private let geometry: Engine.CacheGeometry
  let shift: UInt32
  /// The line in each slot, set by set.
  private let lines: UnsafeMutablePointer<UInt32>
  /// When each was last used; only where that decides which makes room.
  private let used: UnsafeMutablePointer<UInt64>?
  private var clock: UInt64 = 0
  /// The way of each set that is replaced next; round-robin.
  private let next: UnsafeMutablePointer<UInt8>
  private var setMask: UInt32
  private var ways: Int
  private let slots: Int
  /// A Galois shift register stands for the silicon's choice, which is not known; runs must repeat.
  private var random: UInt16 = 0xace1
  /// The line that was used last, and the block all of whose lines were.
  private(set) var newest = UInt32.max
  private(set) var newestBlock: UnsafeMutablePointer<Block>?
  private(set) var hits: UInt64 = 0
  private(set) var misses: UInt64 = 0
  /// The slots of each set by when they were used, as that was when last looked at; and how many from
  /// the front are no longer to be considered.
  private let aged: UnsafeMutablePointer<(slot: Int, use: UInt64)>?
  private let agedGone: UnsafeMutablePointer<Int>?
  /// Lines that came or went: while it stays the same, so does what is held.
  private var changes: UInt64 = 0

  init(_ geometry: Engine.CacheGeometry) {
    self.geometry = geometry
    shift = UInt32(geometry.line.trailingZeroBitCount)
    slots = Int(geometry.size / geometry.line)
    ways = Int(geometry.ways)
    setMask = UInt32(slots / ways) - 1
    lines = .allocate(capacity: slots)
    lines.initialize(repeating: .max, count: slots)
    next = .allocate(capacity: slots)
    next.initialize(repeating: 0, count: slots)
    guard geometry.replacement == .leastRecentlyUsed else {
      (used, aged, agedGone) = (nil, nil, nil)
      return
    }
    let used = UnsafeMutablePointer<UInt64>.allocate(capacity: slots)
    used.initialize(repeating: 0, count: slots)
    let aged = UnsafeMutablePointer<(slot: Int, use: UInt64)>.allocate(capacity: slots)
    for slot in 0..<slots { (aged + slot).initialize(to: (slot, 0)) }
    let agedGone = UnsafeMutablePointer<Int>.allocate(capacity: slots)
    agedGone.initialize(repeating: ways, count: slots)
    (self.used, self.aged, self.agedGone) = (used, aged, agedGone)
  }

  /// As many lines that are used in turn stay side by side, whatever sets they fall into.
  var linesSideBySide: Int { used == nil ? 0 : ways }

  /// Uses a line; true when it was not there and was filled. `slot` is where it was last found, here or
  /// in another cache.
  @inline(__always)
  mutating func misses(_ line: UInt32, _ slot: inout UInt16) -> Bool {
    newest = line
    newestBlock = nil
    if Int(slot) < slots && lines[Int(slot)] == line {
      hits &+= 1
      touch(Int(slot))
      return false
    }
    return search(line, &slot)
  }

  @inline(__always)
  private mutating func touch(_ slot: Int) {
    guard let used else { return }
    clock &+= 1
    used[slot] = clock
  }

  @inline(never)
  private mutating func search(_ line: UInt32, _ slot: inout UInt16) -> Bool {
    let base = Int(line & setMask) * ways
    if mayHold(line, base) {
      for place in base..<base + ways where lines[place] == line {
        slot = UInt16(truncatingIfNeeded: place)
        hits &+= 1
        touch(place)
        return false
      }
    }
    misses &+= 1
    changes &+= 1
    let place = victim(base)
    lines[place] = line
    slot = UInt16(truncatingIfNeeded: place)
    touch(place)
    return true
  }

  /// The slot of a set that was used longest ago; what was never used is older still. What was used
  /// since the slots were last looked at is younger than all that was not.
  private func oldest(_ base: Int, _ used: UnsafeMutablePointer<UInt64>) -> Int {
    let order = aged.unsafelyUnwrapped + base
    let gone = agedGone.unsafelyUnwrapped + base
    while gone.pointee < ways {
      let (slot, use) = order[gone.pointee]
      gone.pointee &+= 1
      if used[slot] == use { return slot }
    }
    // A stream has used them in this very order.
    for index in 0..<ways {
      let slot = order[index].slot
      let use = used[slot]
      var place = index
      while place > 0 && order[place - 1].use > use {
        order[place] = order[place - 1]
        place &-= 1
      }
      order[place] = (slot, use)
    }
    gone.pointee = 1
    return order[0].slot
  }

  /// Eight ways at a time: streams of data miss most sets of many ways.
  @inline(__always)
  private func mayHold(_ line: UInt32, _ base: Int) -> Bool {
    guard ways & 7 == 0 else { return true }
    let wanted = SIMD8<UInt32>(repeating: line)
    let set = UnsafeRawPointer(lines + base)
    for chunk in stride(from: 0, to: ways, by: 8) {
      let held = set.loadUnaligned(fromByteOffset: chunk * 4, as: SIMD8<UInt32>.self)
      if any(held .== wanted) { return true }
    }
    return false
  }

  private mutating func victim(_ base: Int) -> Int {
    if let used { return oldest(base, used) }
    for place in base..<base + ways where lines[place] == .max { return place }
    switch geometry.replacement {
    case .leastRecentlyUsed, .roundRobin:
      let set = base / ways
      let way = Int(next[set])
      next[set] = way + 1 == ways ? 0 : next[set] &+ 1
      return base + way
    case .random:
      random = random & 1 == 1 ? random >> 1 ^ 0xb400 : random >> 1
      return base + Int(random) % ways
    }
  }

  /// Uses all lines of a block, where they are still in the slots that they were found in.
  @inline(__always)
  mutating func holds(_ block: UnsafeMutablePointer<Block>) -> Bool {
    let count = Int(block.pointee.cacheLines)
    if newestBlock == block || block.pointee.fetchStamp == changes && used == nil {
      newest = .max
      hits &+= UInt64(count)
      return true
    }
    guard count > 0, let found = block.pointee.cacheSlots else { return false }
    if block.pointee.fetchStamp != changes {
      let first = block.pointee.address >> shift
      for index in 0..<count where lines[Int(found[index])] != first &+ UInt32(index) {
        return false
      }
      block.pointee.fetchStamp = changes
    }
    for index in 0..<count { touch(Int(found[index])) }
    hits &+= UInt64(count)
    newest = .max
    newestBlock = block
    return true
  }

  /// Whether all lines of a block are still where they were found; nothing is used.
  func has(_ block: UnsafeMutablePointer<Block>) -> Bool {
    let count = Int(block.pointee.cacheLines)
    guard count > 0, let found = block.pointee.cacheSlots else { return false }
    let first = block.pointee.address >> shift
    for index in 0..<count where lines[Int(found[index])] != first &+ UInt32(index) {
      return false
    }
    return true
  }

  /// Uses of lines that stand for each other.
  mutating func note(hits count: UInt64) { hits &+= count }

  mutating func invalidate() {
    lines.update(repeating: .max, count: slots)
    used?.update(repeating: 0, count: slots)
    agedGone?.update(repeating: ways, count: slots)
    next.update(repeating: 0, count: slots)
    forgetNewest()
  }

  mutating func invalidate(line: UInt32) {
    let base = Int(line & setMask) * ways
    for place in base..<base + ways where lines[place] == line { empty(place) }
    forgetNewest()
  }

  /// By the place that a line has, as maintenance by set and way gives it.
  mutating func invalidate(set: UInt32, way: UInt32) {
    guard set <= setMask, way < UInt32(ways) else { return }
    empty(Int(set) * ways + Int(way))
    forgetNewest()
  }

  private func empty(_ slot: Int) {
    lines[slot] = .max
    used?[slot] = 0
    agedGone?[slot / ways * ways] = ways
  }

  private mutating func forgetNewest() {
    changes &+= 1
    newest = .max
    newestBlock = nil
  }

  /// Each line has one place instead of one of several ways, or again several; what it held is lost.
  mutating func set(isDirectMapped: Bool) {
    ways = isDirectMapped ? 1 : Int(geometry.ways)
    setMask = UInt32(slots / ways) - 1
    for slot in 0..<slots { aged?[slot].slot = slot }
    invalidate()
  }

  func destroy() {
    lines.deallocate()
    used?.deallocate()
    aged?.deallocate()
    agedGone?.deallocate()
    next.deallocate()
  }
}
