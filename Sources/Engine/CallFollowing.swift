/// Keeps the shadow of calls: a call pushes, a jump back to the newest return address pops, a jump to
/// another function's entry is a tail call. A call to a label of the same function may return for its caller,
/// as those of libgcc's double precision do.
func followCall(
  _ state: UnsafeMutablePointer<HotState>, _ previous: UnsafeMutablePointer<Block>,
  _ block: UnsafeMutablePointer<Block>, _ leaving: BlockTraits, _ entering: BlockTraits
) {
  let cycle = state.pointee.cycles
  let address = block.pointee.address
  if leaving.contains(.calls) {
    if address != previous.pointee.end {
      push(state, previous.pointee.end, previous, block, cycle, isTail: false)
    }
    return
  }
  if leaving.contains(.mayReturn) {
    if state.pointee.calls.returns(to: address) { return popAll(state, cycle) }
    let isElsewhere =
      previous.pointee.function != block.pointee.function
      || block.pointee.function == BlockDescription.noFunction
    if isElsewhere, !entering.contains(.functionEntry),
      let index = state.pointee.calls.frame(returningTo: address)
    {
      while state.pointee.calls.depth > index { popAll(state, cycle) }
      return
    }
  }
  guard entering.contains(.functionEntry), previous.pointee.function != block.pointee.function
  else { return }
  let calls = state.pointee.calls
  let isTail = calls.depth > 0 && !calls.frames[calls.depth - 1].isBarrier
  push(
    state, isTail ? calls.frames[calls.depth - 1].returnAddress : CallStack.noReturn, previous,
    block, cycle, isTail: isTail)
}

private func push(
  _ state: UnsafeMutablePointer<HotState>, _ returnAddress: UInt32,
  _ previous: UnsafeMutablePointer<Block>, _ block: UnsafeMutablePointer<Block>, _ cycle: UInt64,
  isTail: Bool
) {
  let function = block.pointee.function
  state.pointee.calls.push(
    returnAddress: returnAddress, function: function, from: previous.pointee.end, at: cycle,
    isTail: isTail)
  if isWatched(state, function) {
    engine(of: state).watcher(.entered(function: function, cycle: cycle))
  }
}

private func popAll(_ state: UnsafeMutablePointer<HotState>, _ cycle: UInt64) {
  var isTail = true
  while isTail && state.pointee.calls.depth > 0 {
    let frame = state.pointee.calls.pop(at: cycle)
    isTail = frame.isTail
    if isWatched(state, frame.function) {
      engine(of: state).watcher(
        .returned(function: frame.function, entered: frame.entered, cycle: cycle))
    }
  }
  state.pointee.calls.note(.function, state.pointee.calls.current, at: cycle)
}

@inline(__always)
private func isWatched(_ state: UnsafeMutablePointer<HotState>, _ function: UInt32) -> Bool {
  function < UInt32(state.pointee.calls.functionCount)
    && state.pointee.calls.functions[Int(function)].isWatched
}
