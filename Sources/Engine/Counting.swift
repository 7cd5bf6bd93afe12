public import Units

extension Engine {
  func makeBlock(_ start: UInt32, _ end: UInt32) -> UnsafeMutablePointer<Block> {
    let region = region(of: start)
    var block = Block(
      address: start, end: end, traits: 0, cycles: 0, takenExtra: 0, branchedToExtra: 0,
      fixedWaits: 0, function: BlockDescription.noFunction, description: BlockDescription())
    if let host = pointer(to: Address(start), count: Int(end &- start)) {
      block.host = UnsafeRawPointer(host)
      if region?.isWritable == true {
        block.copy = .allocate(byteCount: Int(end &- start), alignment: 4)
      }
    }
    let entry = state.pointee.table.insert(block)
    analyseAgain(entry)
    return entry
  }

  /// Describes a block from the bytes that it has now. Counts go on: rewritten code keeps its place.
  func analyseAgain(_ block: UnsafeMutablePointer<Block>) {
    guard let host = block.pointee.host else { return }
    let size = Int(block.pointee.end &- block.pointee.address)
    block.pointee.copy?.copyMemory(from: host, byteCount: size)
    var description = analyse(
      Address(block.pointee.address), UnsafeRawBufferPointer(start: host, count: size))
    if block.pointee.copy != nil { description.traits.insert(.inRAM) }
    if description.traits.contains(.usesExclusiveMonitor) { usesExclusiveMonitor = true }
    block.pointee.description = description
    block.pointee.traits =
      description.traits.rawValue | BlockTraits.any.rawValue | BlockTraits.inPieces.rawValue
    markBreakpoint(block)
    block.pointee.lose(0)
    block.pointee.cycles = description.cycles
    block.pointee.takenExtra = UInt16(clamping: description.takenExtra)
    block.pointee.branchedToExtra = UInt16(clamping: description.branchedToExtra)
    block.pointee.function = description.function
    keepPrograms(block)
    setTrait(.followsDivisions, !description.accesses.divisions.isEmpty, block)
    setTrait(.followsOverlaps, !description.accesses.overlaps.isEmpty, block)
    adjust(block)
  }

  /// Puts what the per-block path reads of a description where it costs no reference.
  private func keepPrograms(_ block: UnsafeMutablePointer<Block>) {
    block.pointee.codeLevel?.pointee.settleUses()
    block.pointee.freePrograms()
    let description = block.pointee.description
    block.pointee.lineCount = UInt16(clamping: description.lines.count)
    block.pointee.lines = copy(description.lines)
    Block.allocateSlots(of: block, description.lines.count)
    let programs = description.accesses
    guard
      !programs.accesses.isEmpty || !programs.divisions.isEmpty || !programs.overlaps.isEmpty
        || description.port != nil
    else { return }
    let accesses = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<BlockAccesses>.stride, alignment: 64
    ).bindMemory(to: BlockAccesses.self, capacity: 1)
    accesses.initialize(to: BlockAccesses(description.accesses))
    accesses.pointee.prepareScratch(state.pointee.scratchValues)
    block.pointee.accesses = accesses
  }

  private func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element>? {
    guard !elements.isEmpty else { return nil }
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    _ = UnsafeMutableBufferPointer(start: memory, count: elements.count).initialize(from: elements)
    return memory
  }

  /// Looks at the address of every data read instead of now and then: slow, for checking the rest.
  public var looksAtEveryLoad: Bool {
    get { state.pointee.looksAtEveryLoad }
    set { state.pointee.looksAtEveryLoad = newValue }
  }

  // MARK: Stack

  /// The lowest address that code reached through the stack pointer while it was tracked.
  public var lowestStackPointer: UInt32 {
    get { state.pointee.lowestStackPointer }
    set { state.pointee.lowestStackPointer = newValue }
  }

  /// Where the data below the stack ends: `watcher` is told once when the stack reaches below.
  public var stackLimit: UInt32 {
    get { state.pointee.stackLimit }
    set { state.pointee.stackLimit = newValue }
  }

  public var tracksStack: Bool {
    get { state.pointee.tracksStack }
    set { state.pointee.tracksStack = newValue }
  }

  /// NMI or HardFault is being handled: FAULTMASK may be cleared, not set.
  public var ignoresFaultMask: Bool {
    get { state.pointee.ignoresFaultMask }
    set {
      state.pointee.ignoresFaultMask = newValue
      if newValue { state.pointee.heldFaultMask = self[.faultmask] & 1 }
    }
  }

  // MARK: Counts

  /// Tells `watcher` each entry to and return from the function.
  public func watch(function: UInt32) {
    guard function < UInt32(state.pointee.calls.functionCount) else { return }
    state.pointee.calls.functions[Int(function)].isWatched = true
  }

  public func calls(of function: UInt32) -> (calls: UInt64, inclusive: UInt64) {
    let count = state.pointee.calls.functions[Int(function)]
    return (count.calls, count.inclusive)
  }

  /// Every way that calls led to a function, callers before what they call. Up to the last
  /// `closeCalls`, their cycles sum to all that the core was awake for, waking up excluded.
  public func callTree() -> [CallNode] { state.pointee.calls.tree.all() }

  /// Every block that ran, by address.
  public func blockCounts() -> [BlockCount] {
    var counts: [BlockCount] = []
    state.pointee.table.visitAll { entry in
      let block = entry.pointee
      guard block.executions > 0 || block.takenExits > 0 else { return }
      counts.append(
        BlockCount(
          address: Address(block.address), size: block.end &- block.address,
          function: block.function, executions: block.executions,
          instructions: block.executions * UInt64(block.description.instructions)
            - block.unspentInstructions,
          baseCycles: block.executions * UInt64(block.description.cycles) + block.divisionCycles
            + block.allOverlapCycles - block.unspentCycles - block.pairedExits,
          divisionCycles: block.divisionCycles, overlapCycles: block.allOverlapCycles,
          branchCycles: block.branchCycles,
          stallCycles: block.stallCycles, fetchStallCycles: block.fetchStallCycles))
    }
    return counts.sorted { ($0.address, $0.size) < ($1.address, $1.size) }
  }

  /// Tells `watcher` of every block that begins.
  public var watchesEveryBlock: Bool {
    get { state.pointee.enteringMask & BlockTraits.any.rawValue != 0 }
    set {
      if newValue {
        state.pointee.enteringMask |= BlockTraits.any.rawValue
      } else {
        state.pointee.enteringMask &= ~BlockTraits.any.rawValue
      }
    }
  }

  /// How many calls are under way, handlers included.
  public var callDepth: Int { state.pointee.calls.depth }

  /// The block that is about to run, while `watcher` is told of it.
  public var enteringBlock: (address: Address, size: UInt32) {
    let block = state.pointee.entering.pointee
    return (Address(block.address), block.end &- block.address)
  }

  /// The address, size and start cycle of the block under way.
  public var currentBlock: (address: Address, size: UInt32, start: UInt64) {
    let block = state.pointee.previous.pointee
    return (Address(block.address), block.end &- block.address, state.pointee.blockStart)
  }

  /// Cycles from the end of the block before to that of the block under way, once it has begun: its branches and
  /// what else it took so far, `besides`, as they were on average. `scale` times as many.
  public func cyclesOfTurn(besides: UInt64, scale: UInt64) -> UInt64 {
    let block = state.pointee.previous.pointee
    let average = (block.branchCycles &+ besides) &* scale / max(block.executions, 1)
    return (state.pointee.cycles &- state.pointee.blockStart) &* scale &+ average
  }

  /// Cycles of the block under way up to a point of it that it would reach after so many, did nothing wait.
  /// What it waits for code and data is spread evenly over it; a device that it waited for came before.
  public func cyclesOfBlock(upTo offset: UInt64) -> UInt64 {
    let own = UInt64(state.pointee.previous.pointee.cycles)
    let start = state.pointee.blockStart
    let stall = state.pointee.ownStall.blockStart == start ? state.pointee.ownStall.cycles : 0
    let total = state.pointee.cycles &- start
    let waits = total > own &+ stall ? total &- own &- stall : 0
    let spread = own > 0 ? waits &* min(offset, own) / own : waits
    return offset &+ spread &+ stall
  }

  /// Memory keeps the block under way waiting for so many cycles: for data, or for its code.
  public func stall(cycles: UInt64, isFetch: Bool = false) {
    let start = state.pointee.blockStart
    let before = state.pointee.ownStall.blockStart == start ? state.pointee.ownStall.cycles : 0
    state.pointee.ownStall = (start, before &+ cycles)
    state.pointee.previous.pointee.stallCycles &+= cycles
    if isFetch { state.pointee.previous.pointee.fetchStallCycles &+= cycles }
    state.pointee.cycles &+= cycles
  }

  /// A fault cut the block under way short: takes back what it was charged beyond `cycles` of its
  /// own and `instructions`.
  public func cutShort(afterCycles cycles: UInt32, instructions: UInt32) {
    let block = state.pointee.previous
    let unspent = UInt64(block.pointee.cycles &- min(cycles, block.pointee.cycles))
    block.pointee.unspentCycles += unspent
    state.pointee.cycles -= unspent
    block.pointee.unspentInstructions += UInt64(
      block.pointee.description.instructions
        &- min(instructions, block.pointee.description.instructions))
  }

  // MARK: Exceptions in the shadow of calls

  /// The core slept from `start` to `end` and took until now to wake up.
  public func noteSleep(from start: UInt64, to end: UInt64) {
    let awake = state.pointee.cycles
    sleptCycles += end - start
    state.pointee.calls.tree.charge(until: start)
    state.pointee.calls.tree.skip(until: awake)
    state.pointee.calls.note(.sleep, 0, at: start)
    if awake > end { state.pointee.calls.note(.wakeUp, 0, at: end) }
    state.pointee.calls.excluded += awake - start
    state.pointee.calls.note(.function, state.pointee.calls.current, at: awake)
  }

  public func noteTrace(_ kind: TraceEntry.Kind, _ id: UInt32, at cycle: UInt64) {
    state.pointee.calls.note(kind, id, at: cycle)
  }

  /// The frames of the interrupted code stay below a barrier until `leaveHandler`; `frame` is where
  /// its registers were stacked.
  public func enterHandler(_ exception: UInt32, started: UInt64, frame: Address) {
    state.pointee.calls.pushBarrier(exception: exception, frame: frame.value, at: started)
  }

  /// Frames that the handler left behind are dropped; the time since its entry is excluded from what
  /// it interrupted. A return to another frame than was stacked is a switch of threads: each keeps
  /// its own calls. Nil: another exception was chained on.
  public func leaveHandler(at cycle: UInt64, frame: Address?) {
    guard state.pointee.calls.hasBarrier else { return }
    while !state.pointee.calls.frames[state.pointee.calls.depth - 1].isBarrier {
      let frame = state.pointee.calls.pop(at: cycle)
      if frame.function < UInt32(state.pointee.calls.functionCount),
        state.pointee.calls.functions[Int(frame.function)].isWatched
      {
        watcher(.returned(function: frame.function, entered: frame.entered, cycle: cycle))
      }
    }
    let barrier = state.pointee.calls.popBarrier(at: cycle)
    state.pointee.calls.note(.handlerEnd, barrier.function, at: cycle)
    if let frame, frame.value != barrier.returnAddress, !state.pointee.calls.hasBarrier {
      let out = state.pointee.calls.suspend(at: cycle)
      suspended[barrier.returnAddress] = (out, cycle)
      if let (context, since) = suspended.removeValue(forKey: frame.value) {
        state.pointee.calls.resume(context, excluding: cycle - since, at: cycle)
      }
    }
    state.pointee.calls.note(.function, state.pointee.calls.current, at: cycle)
  }

  /// When the innermost function under way was entered.
  public var innermostEntry: UInt64? {
    let calls = state.pointee.calls
    return calls.depth > 0 ? calls.frames[calls.depth - 1].entered : nil
  }

  /// The trace entries from the newest back to the last one at or before `cycle`, oldest first; the
  /// second value is false when that one is no longer held.
  public func trace(since cycle: UInt64) -> (entries: [TraceEntry], isWhole: Bool) {
    let calls = state.pointee.calls
    let oldest = max(0, calls.traceCount - CallStack.traceCapacity)
    var index = calls.traceCount
    while index > oldest {
      index -= 1
      if calls.trace[index & (CallStack.traceCapacity - 1)].cycle <= cycle {
        return (entries(from: index), true)
      }
    }
    return (entries(from: oldest), oldest == 0)
  }

  /// The newest trace entries, newest first, at most `limit`.
  public func newestTrace(_ limit: Int) -> [TraceEntry] {
    let calls = state.pointee.calls
    let held = min(calls.traceCount, CallStack.traceCapacity, limit)
    return (0..<held).map {
      calls.trace[(calls.traceCount - 1 - $0) & (CallStack.traceCapacity - 1)]
    }
  }

  private func entries(from index: Int) -> [TraceEntry] {
    let calls = state.pointee.calls
    return (index..<calls.traceCount).map { calls.trace[$0 & (CallStack.traceCapacity - 1)] }
  }

  /// One step of the calls under way.
  public enum CallStep: Sendable, Equatable {
    case function(UInt32)
    /// The handler of this exception stands above what follows.
    case exception(UInt32)
  }

  /// The functions under way, innermost first.
  public func callChain() -> [CallStep] {
    let calls = state.pointee.calls
    return stride(from: calls.depth - 1, through: 0, by: -1).map {
      let frame = calls.frames[$0]
      return frame.isBarrier ? .exception(frame.function) : .function(frame.function)
    }
  }

  /// Closes every frame still open, so that inclusive cycles hold at the end of a run.
  public func closeCalls() {
    let cycle = state.pointee.cycles
    state.pointee.calls.tree.charge(until: cycle)
    while state.pointee.calls.depth > 0 {
      if state.pointee.calls.frames[state.pointee.calls.depth - 1].isBarrier {
        _ = state.pointee.calls.popBarrier(at: cycle)
      } else {
        _ = state.pointee.calls.pop(at: cycle)
      }
    }
  }
}
