/// Who is running: function, exception handler or nothing at all, from a cycle on.
@frozen public struct TraceEntry: Sendable, Hashable {
  public enum Kind: UInt32, Sendable {
    /// `id` is a function; back in it by a return or into it by a call.
    case function
    /// `id` is the exception whose entry or return is under way.
    case exceptionEntry
    /// The core sleeps.
    case sleep
    /// The core wakes up; its first instruction comes next.
    case wakeUp
    /// `id` is the exception whose handler runs from here on (a function entry follows).
    case handler
    /// `id` is the exception whose handler has ended.
    case handlerEnd
  }

  public let cycle: UInt64
  public let kind: Kind
  public let id: UInt32
}

/// A shadow of the guest's calls, kept by watching control flow: for inclusive cycles, calls, and the
/// instants of `enter` and `return`.
struct CallStack {
  struct Frame {
    var returnAddress: UInt32
    var function: UInt32
    var entered: UInt64
    /// Sleep and handlers that ran on top before this frame was entered.
    var excludedBefore: UInt64
    /// The node of the call tree that goes on when it is left.
    var node: UInt32
    /// Entered by a jump: returns together with the frame below.
    var isTail: Bool
    /// Set for the barrier that an exception entry leaves.
    var isBarrier: Bool
  }

  struct FunctionCount {
    var calls: UInt64 = 0
    var inclusive: UInt64 = 0
    var active: UInt32 = 0
    var isWatched = false
  }

  static let capacity = 4096
  static let traceCapacity = 1 << 16
  /// Where code that nobody called returns to.
  static let noReturn: UInt32 = 0xffff_ffff

  var frames: UnsafeMutablePointer<Frame>
  var depth = 0
  var functions: UnsafeMutablePointer<FunctionCount>
  var functionCount: Int
  /// Cycles asleep or in handlers so far, in the present context.
  var excluded: UInt64 = 0
  var trace: UnsafeMutablePointer<TraceEntry>
  var traceCount = 0
  var tree = CallTree()

  init(functionCount: Int) {
    frames = .allocate(capacity: Self.capacity)
    functions = .allocate(capacity: max(functionCount, 1))
    functions.initialize(repeating: FunctionCount(), count: max(functionCount, 1))
    self.functionCount = functionCount
    trace = .allocate(capacity: Self.traceCapacity)
  }

  func destroy() {
    frames.deallocate()
    functions.deallocate()
    trace.deallocate()
    tree.destroy()
  }

  @inline(__always)
  mutating func note(_ kind: TraceEntry.Kind, _ id: UInt32, at cycle: UInt64) {
    trace[traceCount & (Self.traceCapacity - 1)] = TraceEntry(cycle: cycle, kind: kind, id: id)
    traceCount += 1
  }

  /// Enters `function`; `site` is the end of the block that leads to it. Calls deeper than the
  /// capacity are not followed.
  @inline(__always)
  mutating func push(
    returnAddress: UInt32, function: UInt32, from site: UInt32, at cycle: UInt64, isTail: Bool
  ) {
    guard depth < Self.capacity else { return }
    frames[depth] = Frame(
      returnAddress: returnAddress, function: function, entered: cycle, excludedBefore: excluded,
      node: tree.current, isTail: isTail, isBarrier: false)
    if function < UInt32(functionCount), functions[Int(function)].active >= CallTree.recursionDepth,
      let node = innermostNode(of: function)
    {
      tree.fold(into: node, at: cycle)
    } else {
      tree.enter(function, from: site, at: cycle)
    }
    depth += 1
    if function < UInt32(functionCount) {
      functions[Int(function)].calls += 1
      functions[Int(function)].active += 1
    }
    note(.function, function, at: cycle)
  }

  /// The call tree's node of the newest frame of `function`, if the present context has one.
  @inline(never)
  private func innermostNode(of function: UInt32) -> UInt32? {
    var (index, node) = (depth - 1, tree.current)
    while index >= 0, !frames[index].isBarrier {
      if frames[index].function == function { return node }
      node = frames[index].node
      index -= 1
    }
    return nil
  }

  /// Whether control at `address` is a return from the newest frame.
  @inline(__always)
  func returns(to address: UInt32) -> Bool {
    depth > 0 && frames[depth - 1].returnAddress == address && !frames[depth - 1].isBarrier
  }

  /// The newest frame below the newest of all that returns there, as far as the present context reaches.
  @inline(never)
  func frame(returningTo address: UInt32) -> Int? {
    var index = depth - 1
    while index >= 0, !frames[index].isBarrier {
      if frames[index].returnAddress == address { return index }
      index -= 1
    }
    return nil
  }

  /// Leaves the newest frame and gives it; its inclusive cycles are counted once for nested calls of
  /// the same function.
  @inline(__always)
  mutating func pop(at cycle: UInt64) -> Frame {
    depth -= 1
    let frame = frames[depth]
    tree.resume(frame.node, at: cycle)
    if frame.function < UInt32(functionCount) {
      let count = functions + Int(frame.function)
      count.pointee.active -= 1
      if count.pointee.active == 0 {
        count.pointee.inclusive +=
          (cycle - frame.entered) - (excluded - frame.excludedBefore)
      }
    }
    return frame
  }

  /// An exception handler starts on top of what it interrupted. The barrier keeps where the frame
  /// was stacked and which exception it is.
  mutating func pushBarrier(exception: UInt32, frame: UInt32, at cycle: UInt64) {
    guard depth < Self.capacity else { return }
    frames[depth] = Frame(
      returnAddress: frame, function: exception, entered: cycle, excludedBefore: excluded,
      node: tree.current, isTail: false, isBarrier: true)
    tree.enter(exception: exception, at: cycle)
    depth += 1
    note(.exceptionEntry, exception, at: cycle)
  }

  /// Whether a handler is under way.
  var hasBarrier: Bool {
    var index = depth - 1
    while index >= 0 && !frames[index].isBarrier { index -= 1 }
    return index >= 0
  }

  /// Removes the newest frame, a barrier: back to what the handler interrupted.
  mutating func popBarrier(at cycle: UInt64) -> Frame {
    depth -= 1
    let barrier = frames[depth]
    tree.resume(barrier.node, at: cycle)
    excluded = barrier.excludedBefore + (cycle - barrier.entered)
    return barrier
  }

  /// The calls of a thread that does not run now.
  struct Suspended {
    let frames: [Frame]
    let excluded: UInt64
    let node: UInt32
  }

  /// Takes the present thread's calls away; the next starts with none.
  mutating func suspend(at cycle: UInt64) -> Suspended {
    let kept = Suspended(
      frames: (0..<depth).map { frames[$0] }, excluded: excluded, node: tree.current)
    depth = 0
    tree.resumeThread(at: cycle)
    return kept
  }

  mutating func resume(_ context: Suspended, excluding cycles: UInt64, at cycle: UInt64) {
    tree.resume(context.node, at: cycle)
    for (index, frame) in context.frames.enumerated() { frames[index] = frame }
    depth = context.frames.count
    excluded = context.excluded + cycles
  }

  /// The function on top, for the trace.
  var current: UInt32 {
    depth > 0 && !frames[depth - 1].isBarrier
      ? frames[depth - 1].function : BlockDescription.noFunction
  }
}
