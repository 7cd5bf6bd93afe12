/// What a block that is about to run asks of slow memory: its code and its data.
enum MemoryQuestions {
  /// Longer than this nobody looks away.
  private static let longCalm: UInt32 = 1 << 16

  /// Cycles that it waits for its code, and for its data.
  @inline(never)
  static func ask(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>, _ previous: UnsafeMutablePointer<Block>,
    at cycle: UInt64
  ) -> (fetch: UInt64, data: UInt32) {
    let isTurn = previous == block
    let path = block.pointee.path
    if isTurn, state.pointee.calmBlock == block, path?.pointee.isUnified != true {
      return askAgain(uc, state, block)
    }
    state.pointee.takenCalmTurns = 0
    settle(state)
    block.pointee.calmTurns = 0
    var fetch: UInt64 = 0
    let traits = block.pointee.traits
    if traits & BlockTraits.fetchesSlowly.rawValue != 0 {
      fetch = path.unsafelyUnwrapped.pointee.fetch(
        block, at: cycle, isBranchedTo: previous.pointee.end != block.pointee.address)
      if fetch != 0 { block.pointee.fetchStallCycles &+= fetch }
    }
    guard traits & BlockTraits.readsSlowly.rawValue != 0 else {
      if isTurn && isHeld(block) { calm(state, block, longCalm, waiting: 0) }
      return (fetch, block.pointee.fixedWaits)
    }
    let data = block.pointee.fixedWaits &+ DataReads.waits(uc, state, block, isTurn: isTurn)
    if isTurn, let accesses = block.pointee.accesses, accesses.pointee.quietTurns > 0,
      traits & BlockTraits.fetchesSlowly.rawValue == 0 || isHeld(block)
    {
      calm(state, block, accesses.pointee.quietTurns, waiting: accesses.pointee.quietWaits)
    }
    return (fetch, data)
  }

  /// The turn of a loop after calm ones: data that have a cache of their own left its code where it is.
  @inline(__always)
  private static func askAgain(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) -> (fetch: UInt64, data: UInt32) {
    let taken = state.pointee.calmTurns &- block.pointee.calmTurns
    block.pointee.codeLevel?.pointee.note(
      hits: UInt64(taken &+ 1) &* UInt64(block.pointee.cacheLines))
    state.pointee.takenCalmTurns = taken
    state.pointee.calmBlock = nil
    block.pointee.calmTurns = 0
    guard block.pointee.traits & BlockTraits.readsSlowly.rawValue != 0 else {
      if isHeld(block) { calm(state, block, longCalm, waiting: 0) }
      return (0, block.pointee.fixedWaits)
    }
    let data = block.pointee.fixedWaits &+ DataReads.waits(uc, state, block, isTurn: true)
    if let accesses = block.pointee.accesses, accesses.pointee.quietTurns > 0 {
      calm(state, block, accesses.pointee.quietTurns, waiting: accesses.pointee.quietWaits)
    }
    return (0, data)
  }

  /// Whether a cache holds all of its code.
  private static func isHeld(_ block: UnsafeMutablePointer<Block>) -> Bool {
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
