/// A cache on the way from the core to memory, set-associative: which lines it holds.
///
/// One stands before one memory (a flash accelerator), or before several (a core's first level). Lines
/// are numbered by address. Whoever remembers the slot that a line was found in need not search again.
struct CacheLevel {
  // What every look-up touches comes first.
  private var lookUps: UInt64 = 0
  /// Lines that came or went: while it stays the same, so does what is held.
  private(set) var changes: UInt64 = 0
  /// The same, and changes of which line of a set was used last.
  private(set) var moves: UInt64 = 0
  /// The line in each slot, set by set.
  private let lines: UnsafeMutablePointer<UInt32>
  /// Of up to 16 ways: the ways of each set by when they were used, four bits each, the newest lowest.
  private let orders: UnsafeMutablePointer<UInt64>?
  let shift: UInt32
  /// The line that was used last.
  private(set) var newest = UInt32.max
  private var setMask: UInt32
  private var wayShift: UInt32
  /// Of more: when each line was last used, as the number of look-ups until then; and the blocks whose
  /// last use of theirs is not yet in there, each by the next.
  private var ages: CacheAges?
  private var lastUsed: UnsafeMutablePointer<Block>?
  private(set) var misses: UInt64 = 0
  private var ways: Int
  private let slots: Int
  /// The way of each set that is replaced next; round-robin.
  private let next: UnsafeMutablePointer<UInt8>
  /// A Galois shift register stands for the silicon's choice, which is not known; runs must repeat.
  private var random: UInt16 = 0xace1
  private let geometry: Engine.CacheGeometry

  init(_ geometry: Engine.CacheGeometry) {
    self.geometry = geometry
    shift = UInt32(geometry.line.trailingZeroBitCount)
    slots = Int(geometry.size / geometry.line)
    ways = Int(geometry.ways)
    setMask = UInt32(slots / ways) - 1
    wayShift = UInt32(ways.trailingZeroBitCount)
    lines = .allocate(capacity: slots)
    lines.initialize(repeating: .max, count: slots)
    next = .allocate(capacity: slots)
    next.initialize(repeating: 0, count: slots)
    let isOrdered = geometry.replacement == .leastRecentlyUsed
    let hasFewWays = ways <= 16 && ways.nonzeroBitCount == 1
    ages = isOrdered && !hasFewWays ? CacheAges(slots: slots, ways: ways) : nil
    orders = isOrdered && hasFewWays ? .allocate(capacity: slots) : nil
    forgetOrder()
  }

  var hits: UInt64 { lookUps &- misses }

  /// As many lines that are used in turn stay side by side, whatever sets they fall into.
  var linesSideBySide: Int { geometry.replacement == .leastRecentlyUsed ? ways : 0 }

  /// Uses a line; true when it was not there and was filled. `slot` is where it was last found, here or
  /// in another cache.
  @inline(__always)
  mutating func misses(_ line: UInt32, _ slot: inout UInt16) -> Bool {
    lookUps &+= 1
    newest = line
    if Int(slot) < slots && lines[Int(slot)] == line {
      touch(Int(slot), at: lookUps)
      return false
    }
    return search(line, &slot)
  }

  @inline(__always)
  private mutating func touch(_ slot: Int, at time: UInt64) {
    guard let orders else {
      ages?.touch(slot, at: time)
      return
    }
    let way = UInt64(slot) & (1 &<< UInt64(wayShift) &- 1)
    let order = orders + slot &>> Int(wayShift)
    if order.pointee & 0xf == way { return }
    moves &+= 1
    Self.touch(order, way)
  }

  /// Moves a way to the front of its set's order.
  @inline(__always)
  private static func touch(_ order: UnsafeMutablePointer<UInt64>, _ way: UInt64) {
    let old = order.pointee
    let each: UInt64 = 0x1111_1111_1111_1111
    let other = old ^ way &* each
    // The lowest four bits that are zero now are where it was.
    let found = (other &- each) & ~other & each &<< 3
    let upTo = UInt64(2) &<< UInt64(found.trailingZeroBitCount) &- 1
    order.pointee = old & ~upTo | old &<< 4 & upTo | way
  }

  @inline(never)
  private mutating func search(_ line: UInt32, _ slot: inout UInt16) -> Bool {
    let base = Int(line & setMask) &* ways
    let held = find(line, base)
    if held >= 0 {
      slot = UInt16(truncatingIfNeeded: held)
      touch(held, at: lookUps)
      return false
    }
    return fill(line, base, &slot)
  }

  @inline(never)
  private mutating func fill(_ line: UInt32, _ base: Int, _ slot: inout UInt16) -> Bool {
    misses &+= 1
    changes &+= 1
    moves &+= 1
    let place: Int
    if let orders {
      let order = orders + Int(line & setMask)
      let last = UInt64(4 &* (ways &- 1))
      let way = order.pointee &>> last & 0xf
      place = base &+ Int(way)
      // Beyond the last way the order holds nothing that matters.
      order.pointee = order.pointee &<< 4 | way
    } else if ages != nil {
      settleUses()
      place = ages?.oldest(base) ?? base
      ages?.touch(place, at: lookUps)
    } else {
      place = victim(base)
    }
    lines[place] = line
    slot = UInt16(truncatingIfNeeded: place)
    return true
  }

  /// The slot of a set that holds a line, -1 if none does: four ways without a branch, eight at a time
  /// because streams of data miss most sets of many ways.
  @inline(__always)
  private func find(_ line: UInt32, _ base: Int) -> Int {
    let set = lines + base
    if ways == 4 {
      func bit(_ way: Int) -> Int { set[way] == line ? 1 &<< way : 0 }
      let found = bit(0) | bit(1) | bit(2) | bit(3)
      return found == 0 ? -1 : base &+ found.trailingZeroBitCount
    }
    var way = 0
    if ways & 7 == 0 {
      let wanted = SIMD8<UInt32>(repeating: line)
      while way < ways {
        let held = UnsafeRawPointer(set + way).loadUnaligned(as: SIMD8<UInt32>.self)
        if any(held .== wanted) { break }
        way &+= 8
      }
    }
    while way < ways {
      if set[way] == line { return base &+ way }
      way &+= 1
    }
    return -1
  }

  private mutating func victim(_ base: Int) -> Int {
    for place in base..<base + ways where lines[place] == .max { return place }
    if geometry.replacement == .random {
      random = random & 1 == 1 ? random >> 1 ^ 0xb400 : random >> 1
      return base + Int(random) % ways
    }
    let set = base / ways
    let way = Int(next[set])
    next[set] = way + 1 == ways ? 0 : next[set] &+ 1
    return base + way
  }

  /// Uses all lines of a block, where they are still in the slots that they were found in.
  @inline(__always)
  mutating func holds(_ block: UnsafeMutablePointer<Block>) -> Bool {
    if block.pointee.orderStamp == moves {
      useAgain(block)
      return true
    }
    guard block.pointee.fetchStamp == changes || hasStill(block) else { return false }
    use(block)
    return true
  }

  /// Uses all lines of a block again, when `moves` is as its stamp says.
  @inline(__always)
  mutating func useAgain(_ block: UnsafeMutablePointer<Block>) {
    lookUps &+= UInt64(block.pointee.cacheLines)
    newest = .max
    block.pointee.lastUse = lookUps
  }

  /// Uses all lines of a block, which are where they were found.
  @inline(__always)
  private mutating func use(_ block: UnsafeMutablePointer<Block>) {
    if orders != nil {
      let slots = block.pointee.cacheSlots.unsafelyUnwrapped
      for index in 0..<Int(block.pointee.cacheLines) { touch(Int(slots[index]), at: 0) }
    } else if ages != nil {
      block.pointee.nextUsed = lastUsed
      lastUsed = block
    }
    block.pointee.orderStamp = moves
    useAgain(block)
  }

  /// Writes down when the lines of blocks were used, before that decides which makes room.
  mutating func settleUses() {
    moves &+= 1
    while let block = lastUsed {
      lastUsed = block.pointee.nextUsed
      guard let slots = block.pointee.cacheSlots else { continue }
      let count = Int(block.pointee.cacheLines)
      for index in 0..<count {
        ages?.touch(
          Int(slots[index]), at: block.pointee.lastUse &- UInt64(count &- index &- 1))
      }
    }
  }

  /// Looks whether all lines of a block are still where they were found, and keeps the answer.
  @inline(never)
  private mutating func hasStill(_ block: UnsafeMutablePointer<Block>) -> Bool {
    guard has(block) else { return false }
    block.pointee.fetchStamp = changes
    return true
  }

  /// Whether all lines of a block are still where they were found; nothing is used.
  mutating func has(_ block: UnsafeMutablePointer<Block>) -> Bool {
    let count = Int(block.pointee.cacheLines)
    guard count > 0, let found = block.pointee.cacheSlots else { return false }
    let first = block.pointee.address >> shift
    for index in 0..<count where lines[Int(found[index])] != first &+ UInt32(index) {
      return false
    }
    return true
  }

  /// Uses of lines that stand for each other.
  mutating func note(hits count: UInt64) { lookUps &+= count }

  mutating func invalidate() {
    settleUses()
    lines.update(repeating: .max, count: slots)
    forgetOrder()
    next.update(repeating: 0, count: slots)
    forgetNewest()
  }

  mutating func invalidate(line: UInt32) {
    settleUses()
    let base = Int(line & setMask) * ways
    for place in base..<base + ways where lines[place] == line { empty(place) }
    forgetNewest()
  }

  /// By the place that a line has, as maintenance by set and way gives it.
  mutating func invalidate(set: UInt32, way: UInt32) {
    guard set <= setMask, way < UInt32(ways) else { return }
    settleUses()
    empty(Int(set) * ways + Int(way))
    forgetNewest()
  }

  /// What is empty is filled before anything makes room.
  private mutating func empty(_ slot: Int) {
    lines[slot] = .max
    ages?.forget(slot)
    guard let orders else { return }
    let order = orders + slot / ways
    Self.touch(order, UInt64(slot % ways))
    let last = UInt64(4 * (ways - 1))
    let others = order.pointee >> 4 & (1 << last - 1)
    order.pointee = others | UInt64(slot % ways) << last
  }

  private mutating func forgetOrder() {
    ages?.forgetAll(ways: ways)
    guard let orders else { return }
    var order: UInt64 = 0
    for way in 0..<UInt64(ways) { order = order << 4 | way }
    orders.initialize(repeating: order, count: slots)
  }

  private mutating func forgetNewest() {
    changes &+= 1
    moves &+= 1
    newest = .max
  }

  /// Each line has one place instead of one of several ways, or again several; what it held is lost.
  mutating func set(isDirectMapped: Bool) {
    ways = isDirectMapped ? 1 : Int(geometry.ways)
    setMask = UInt32(slots / ways) - 1
    wayShift = UInt32(ways.trailingZeroBitCount)
    invalidate()
  }

  func destroy() {
    lines.deallocate()
    orders?.deallocate()
    ages?.destroy()
    next.deallocate()
  }
}
