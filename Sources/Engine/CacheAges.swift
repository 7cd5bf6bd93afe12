/// Which line of a set with many ways was used longest ago, by the time of each use.
struct CacheAges {
  /// When each slot was last used; 0: it is empty.
  private let used: UnsafeMutablePointer<UInt64>
  /// The slots of each set by when they were used, as that was when last looked at; and how many from
  /// the front are no longer to be considered.
  private let aged: UnsafeMutablePointer<(slot: Int, use: UInt64)>
  private let agedGone: UnsafeMutablePointer<Int>
  private let slots: Int
  private var ways: Int

  init(slots: Int, ways: Int) {
    self.slots = slots
    self.ways = ways
    used = .allocate(capacity: slots)
    aged = .allocate(capacity: slots)
    agedGone = .allocate(capacity: slots)
    forgetAll(ways: ways)
  }

  @inline(__always)
  func touch(_ slot: Int, at time: UInt64) {
    if used[slot] < time { used[slot] = time }
  }

  /// The slot of a set that was used longest ago; what was never used is older still. What was used
  /// since the slots were last looked at is younger than all that was not.
  mutating func oldest(_ base: Int) -> Int {
    let order = aged + base
    let gone = agedGone + base
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

  /// A slot is empty now.
  func forget(_ slot: Int) {
    used[slot] = 0
    agedGone[slot / ways * ways] = ways
  }

  /// All are empty, of so many ways.
  mutating func forgetAll(ways: Int) {
    self.ways = ways
    used.initialize(repeating: 0, count: slots)
    agedGone.initialize(repeating: ways, count: slots)
    for slot in 0..<slots { (aged + slot).initialize(to: (slot, 0)) }
  }

  func destroy() {
    used.deallocate()
    aged.deallocate()
    agedGone.deallocate()
  }
}
