/// What the next turn of a loop of one block asks of slow memory: its code and its data.
enum MemoryQuestions {
  /// Longer than this nobody looks away.
  private static let longCalm: UInt32 = 1 << 16

  /// Cycles that it waits.
  @inline(never)
  static func ask(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>, at cycle: UInt64, _ isBranchedTo: Bool
  ) -> UInt64 {
    let path = block.pointee.path
    let traits = block.pointee.traits
    var fetch: UInt64 = 0
    var isHeld = traits & BlockTraits.fetchesSlowly.rawValue == 0
    if state.pointee.calmBlock == block, path?.pointee.isUnified != true {
      // Data that have a cache of their own leave the code of a calm loop where it is.
      let taken = state.pointee.calmTurns &- block.pointee.calmTurns
      block.pointee.codeLevel?.pointee.note(
        hits: UInt64(taken &+ 1) &* UInt64(block.pointee.cacheLines))
      state.pointee.takenCalmTurns = taken
      state.pointee.calmBlock = nil
      isHeld = true
    } else {
      state.pointee.takenCalmTurns = 0
      settle(state)
      if !isHeld {
        fetch = path.unsafelyUnwrapped.pointee.fetch(
          block, at: cycle, branchedFrom: isBranchedTo ? state.pointee.previous : nil)
        if fetch != 0 { block.pointee.fetchStallCycles &+= fetch }
      }
    }
    block.pointee.calmTurns = 0
    var data = block.pointee.fixedWaits
    if traits & BlockTraits.readsSlowly.rawValue == 0 {
      if holds(block) { calm(state, block, longCalm, waiting: 0) }
    } else if let accesses = block.pointee.accesses {
      data &+= DataReads.turnWaits(uc, state, block, accesses)
      if accesses.pointee.quietTurns > 0, isHeld || holds(block) {
        calm(state, block, accesses.pointee.quietTurns, waiting: accesses.pointee.quietWaits)
      }
    }
    return fetch &+ UInt64(data)
  }

  /// Whether a cache holds all of its code.
  private static func holds(_ block: UnsafeMutablePointer<Block>) -> Bool {
    block.pointee.codeLevel?.pointee.has(block) == true
  }

  private static func calm(
    _ state: UnsafeMutablePointer<HotState>, _ block: UnsafeMutablePointer<Block>,
    _ turns: UInt32, waiting: UInt32
  ) {
    block.pointee.calmTurns = turns
    block.pointee.calmWaits = waiting
    state.pointee.calmBlock = block
    state.pointee.calmTurns = turns
  }

  /// Counts what the calm turns of a loop found in the caches.
  @inline(__always)
  static func settle(_ state: UnsafeMutablePointer<HotState>) {
    guard let block = state.pointee.calmBlock else { return }
    state.pointee.calmBlock = nil
    let taken = UInt64(state.pointee.calmTurns &- block.pointee.calmTurns)
    state.pointee.takenCalmTurns = UInt32(truncatingIfNeeded: taken)
    guard block.pointee.traits & BlockTraits.fetchesSlowly.rawValue != 0,
      let path = block.pointee.path
    else { return }
    block.pointee.codeLevel?.pointee.note(hits: taken &* UInt64(block.pointee.cacheLines))
    guard path.pointee.isUnified, let accesses = block.pointee.accesses else { return }
    for index in 0..<accesses.pointee.activeCount {
      accesses.pointee.active[index].window.level?.pointee.note(hits: taken)
    }
  }
}
