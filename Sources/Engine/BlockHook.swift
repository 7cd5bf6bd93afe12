internal import CUnicorn

/// Called by the engine before every block. Sacred: what is added here is paid a hundred million times
/// a second.
///
/// The commonest step by itself: to the block that followed last time, that asks nothing which its cache
/// or its last turn has not answered. It calls nothing, so it saves no register, and changes nothing before
/// it knows that it will do.
@inline(__always)
func blockHook(
  _ uc: OpaquePointer?, _ address: UInt64, _ size: UInt32, _ user: UnsafeMutableRawPointer?
) {
  let state = user.unsafelyUnwrapped.assumingMemoryBound(to: HotState.self)
  let start = UInt32(truncatingIfNeeded: address)
  let previous = state.pointee.previous
  let isBranchedTo = previous.pointee.end != start
  let (taken, following) = (previous.pointee.taken, previous.pointee.following)
  let block = (isBranchedTo ? taken : following).unsafelyUnwrapped
  let traits = block.pointee.traits
  let cycles = state.pointee.cycles
  guard cycles < state.pointee.deadline,
    block.pointee.address == start, block.pointee.end == start &+ size,
    previous.pointee.traits & state.pointee.leavingMask | traits & state.pointee.enteringMask == 0,
    (block.pointee.executions &+ 1) & 0xff != 0
  else { return stepSlowly(uc, address, size, user) }
  var waits = UInt64(block.pointee.fixedWaits)
  if traits & BlockTraits.asksMemory.rawValue != 0 {
    if previous == block {
      guard block.pointee.calmTurns != 0 else { return stepAsking(uc, state, block, isBranchedTo) }
      block.pointee.calmTurns &-= 1
      waits &+= UInt64(block.pointee.calmWaits)
    } else {
      guard traits & BlockTraits.readsSlowly.rawValue == 0, state.pointee.calmBlock == nil,
        let level = block.pointee.codeLevel,
        level.pointee.moves == block.pointee.orderStamp
      else { return stepAsking(uc, state, block, isBranchedTo) }
      block.pointee.calmTurns = 0
      level.pointee.useAgain(block)
    }
  }
  begin(state, block, at: cycles &+ follow(previous, block, isBranchedTo), waits)
}

/// The same for a core that predicts branches: nearly every step follows what it predicts.
@inline(__always)
func predictingBlockHook(
  _ uc: OpaquePointer?, _ address: UInt64, _ size: UInt32, _ user: UnsafeMutableRawPointer?
) {
  step(uc, address, size, user)
}

@inline(never)
private func stepSlowly(
  _ uc: OpaquePointer?, _ address: UInt64, _ size: UInt32, _ user: UnsafeMutableRawPointer?
) {
  step(uc, address, size, user)
}

/// Any step from one block to the next.
@inline(__always)
private func step(
  _ uc: OpaquePointer?, _ address: UInt64, _ size: UInt32, _ user: UnsafeMutableRawPointer?
) {
  let state = user.unsafelyUnwrapped.assumingMemoryBound(to: HotState.self)
  if state.pointee.cycles >= state.pointee.deadline {
    state.pointee.stop = .deadline
    uc_emu_stop(uc)
    return
  }
  let start = UInt32(truncatingIfNeeded: address)
  let end = start &+ size
  let previous = state.pointee.previous
  let isBranchedTo = previous.pointee.end != start
  let (taken, following) = (previous.pointee.taken, previous.pointee.following)
  var block = (isBranchedTo ? taken : following).unsafelyUnwrapped
  if block.pointee.address != start || block.pointee.end != end {
    block = findOrMake(state, start, end)
    if isBranchedTo {
      previous.pointee.taken = block
    } else {
      previous.pointee.following = block
    }
  }
  var cycles = state.pointee.cycles
  if isBranchedTo {
    previous.pointee.takenExits &+= 1
    block.pointee.branchedEntries &+= 1
    cycles &+= UInt64(previous.pointee.takenExtra) &+ UInt64(block.pointee.branchedToExtra)
  }
  let leaving = previous.pointee.traits & state.pointee.leavingMask
  let entering = block.pointee.traits & state.pointee.enteringMask
  if leaving | entering != 0 {
    if leaving & BlockTraits.predicting.rawValue != 0 {
      cycles &+= state.pointee.predictor.follow(previous, block)
    }
    if leaving & ~BlockTraits.predicting.rawValue | entering != 0 {
      state.pointee.cycles = cycles
      guard enterSlowly(uc, state, previous, block) else { return }
      cycles = state.pointee.cycles
    }
  }
  beginAsking(uc, state, block, at: cycles, isBranchedTo)
  if block.pointee.executions & 0xff == 0 { DataReads.rearm(state, block) }
}

/// A step that has only memory to ask.
@inline(never)
private func stepAsking(
  _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
  _ block: UnsafeMutablePointer<Block>, _ isBranchedTo: Bool
) {
  let extra = follow(state.pointee.previous, block, isBranchedTo)
  beginAsking(uc, state, block, at: state.pointee.cycles &+ extra, isBranchedTo)
}

/// Counts a branch from the previous block, if it is one; the cycles that it takes.
@inline(__always)
private func follow(
  _ previous: UnsafeMutablePointer<Block>, _ block: UnsafeMutablePointer<Block>,
  _ isBranchedTo: Bool
) -> UInt64 {
  let branches: UInt64 = isBranchedTo ? 1 : 0
  previous.pointee.takenExits &+= branches
  block.pointee.branchedEntries &+= branches
  let extra = UInt64(previous.pointee.takenExtra) &+ UInt64(block.pointee.branchedToExtra)
  return extra & (0 &- branches)
}

@inline(__always)
private func beginAsking(
  _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
  _ block: UnsafeMutablePointer<Block>, at cycles: UInt64, _ isBranchedTo: Bool
) {
  let previous = state.pointee.previous
  state.pointee.blockStart = cycles
  var waits = UInt64(block.pointee.fixedWaits)
  let traits = block.pointee.traits
  if traits & BlockTraits.asksMemory.rawValue != 0 {
    if previous == block && block.pointee.calmTurns != 0 {
      block.pointee.calmTurns &-= 1
      waits &+= UInt64(block.pointee.calmWaits)
    } else if previous != block {
      if state.pointee.calmBlock != nil { MemoryQuestions.settle(state) }
      block.pointee.calmTurns = 0
      if traits & BlockTraits.fetchesSlowly.rawValue != 0 {
        let fetch = block.pointee.path.unsafelyUnwrapped.pointee.fetch(
          block, at: cycles, branchedFrom: isBranchedTo ? previous : nil)
        if fetch != 0 { block.pointee.fetchStallCycles &+= fetch }
        waits &+= fetch
      }
      if traits & BlockTraits.readsSlowly.rawValue != 0 {
        waits &+= UInt64(DataReads.waits(uc, state, block))
      }
    } else {
      waits = MemoryQuestions.ask(uc, state, block, at: cycles, isBranchedTo)
    }
  }
  begin(state, block, at: cycles, waits)
}

/// Charges a block that runs now.
@inline(__always)
private func begin(
  _ state: UnsafeMutablePointer<HotState>, _ block: UnsafeMutablePointer<Block>,
  at cycles: UInt64, _ waits: UInt64
) {
  block.pointee.executions &+= 1
  if waits != 0 { block.pointee.stallCycles &+= waits }
  state.pointee.blockStart = cycles
  state.pointee.cycles = cycles &+ UInt64(block.pointee.cycles) &+ waits
  state.pointee.previous = block
}

/// What most blocks do not need: calls and returns, stack depth, rewritten code, lazy stacking.
/// False: the block must not run now.
@inline(never)
private func enterSlowly(
  _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
  _ previous: UnsafeMutablePointer<Block>, _ block: UnsafeMutablePointer<Block>
) -> Bool {
  if state.pointee.pieces == .entering || state.pointee.pieces == .leaving {
    return enterPiece(uc, state, previous, block)
  }
  let leaving = BlockTraits(rawValue: previous.pointee.traits)
  let entering = BlockTraits(rawValue: block.pointee.traits)
  if leaving.contains(.changesMasks) {
    followSpecialRegisters(uc, state)
    if leaving.contains(.writesStackLimit) { state.pointee.stackLimitsChanged = true }
    if leaving.contains(.writesControl) && state.pointee.isContextManual
      && !engine(of: state).keepsManualContext(after: previous)
    {
      return stopBeforeBlock(uc, state, .wroteControl, undoing: previous, block)
    }
  }
  if leaving.contains(.changesMasks) && state.pointee.isPending {
    // Once for each such block: what is pending may stay masked.
    state.pointee.masksChecked.toggle()
    if state.pointee.masksChecked {
      return stopBeforeBlock(uc, state, .deadline, undoing: previous, block)
    }
  }
  if entering.contains(.loopsForever)
    && state.pointee.enteringMask & BlockTraits.loopsForever.rawValue != 0
  {
    return stopBeforeBlock(uc, state, .loopsForever, undoing: previous, block)
  }
  if entering.contains(.breakpoint) && state.pointee.pieces == .none
    && state.pointee.enteringMask & BlockTraits.breakpoint.rawValue != 0
  {
    return stopBeforeBlock(uc, state, .breakpoint, undoing: previous, block)
  }
  if entering.contains(.sendsEvent) { engine(of: state).watcher(.sentEvent) }
  if entering.contains(.inRAM) {
    refresh(state, block)
    state.pointee.enteringMask &= ~BlockTraits.inRAM.rawValue
  }
  if entering.contains(.usesFloatingPoint)
    && state.pointee.enteringMask & BlockTraits.usesFloatingPoint.rawValue != 0
  {
    if state.pointee.floatingPointOff {
      return stopBeforeBlock(uc, state, .floatingPointOff, undoing: previous, block)
    }
    if state.pointee.startsContext {
      return stopBeforeBlock(uc, state, .startsContext, undoing: previous, block)
    }
    state.pointee.cycles += UInt64(state.pointee.lazyStackingCycles)
    engine(of: state).noteLazyStacking(state.pointee.lazyStackingCycles)
    state.pointee.lazyStackingCycles = 0
    state.pointee.enteringMask &= ~BlockTraits.usesFloatingPoint.rawValue
  }
  if block.pointee.traits & state.pointee.trapMask != 0 && OperandTraps.holds(uc, state, block) {
    return stopBeforeBlock(uc, state, .mayTrap, undoing: previous, block)
  }
  if entering.contains(.followsDivisions) { Divisions.charge(uc, state, block) }
  if entering.contains(.followsOverlaps) { LoadOverlaps.charge(uc, state, block) }
  if entering.contains(.samplesLoads) { DataReads.sample(uc, state, block) }
  followCall(state, previous, block, leaving, entering)
  if entering.contains(.descendsStack) && state.pointee.tracksStack {
    var pointer: UInt32 = 0
    uc_reg_read(uc, Int32(UC_ARM_REG_SP.rawValue), &pointer)
    let reach = pointer &- block.pointee.description.stackDescent
    if reach < state.pointee.lowestStackPointer {
      state.pointee.lowestStackPointer = reach
      if reach < state.pointee.stackLimit {
        engine(of: state).watcher(.stackOverflowed(block.pointee.address, reach: reach))
        state.pointee.stackLimit = 0
      }
    }
  }
  if entering.contains(.watched) || state.pointee.enteringMask & BlockTraits.any.rawValue != 0 {
    state.pointee.entering = block
    engine(of: state).watcher(.reached(block.pointee.address, cycle: state.pointee.cycles))
  }
  if state.pointee.pieces == .charging {
    state.pointee.pieces = .charged
    uc_emu_stop(uc)
  }
  return true
}

/// MSR may have moved thread mode to the other stack pointer; only the main stack's depth is kept. And
/// it does not set FAULTMASK in NMI and HardFault.
/// Reference: Arm DDI 0403E.e, B5.2.3.
private func followSpecialRegisters(
  _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>
) {
  if state.pointee.previous.pointee.traits & BlockTraits.writesStackPointer.rawValue != 0 {
    alignStackPointers(uc)
  }
  var control: UInt32 = 0
  uc_reg_read(uc, Int32(UC_ARM_REG_CONTROL.rawValue), &control)
  state.pointee.tracksStack = control & 2 == 0
  if state.pointee.ignoresFaultMask {
    var mask: UInt32 = 0
    uc_reg_read(uc, Int32(UC_ARM_REG_FAULTMASK.rawValue), &mask)
    mask &= state.pointee.heldFaultMask
    state.pointee.heldFaultMask = mask
    uc_reg_write(uc, Int32(UC_ARM_REG_FAULTMASK.rawValue), &mask)
  }
  if let known = state.pointee.protectedFaultMask {
    var mask: UInt32 = 0
    uc_reg_read(uc, Int32(UC_ARM_REG_FAULTMASK.rawValue), &mask)
    // With FAULTMASK the MPU may be off.
    if mask != known {
      state.pointee.protectedFaultMask = mask
      _ = thumbprint_flush_tlb(uc)
    }
  }
}

/// The two low bits of a stack pointer are always zero; the engine keeps what MSR wrote.
/// Reference: Arm DDI 0403E.e, B1.4.1.
private func alignStackPointers(_ uc: OpaquePointer?) {
  for register in [UC_ARM_REG_MSP, UC_ARM_REG_PSP] {
    var pointer: UInt32 = 0
    uc_reg_read(uc, Int32(register.rawValue), &pointer)
    guard pointer & 3 != 0 else { continue }
    pointer &= ~3
    uc_reg_write(uc, Int32(register.rawValue), &pointer)
  }
}

/// Stops with nothing of this entry charged, because it will be announced again.
private func stopBeforeBlock(
  _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>, _ code: HotState.StopCode,
  undoing previous: UnsafeMutablePointer<Block>, _ block: UnsafeMutablePointer<Block>
) -> Bool {
  undoEntry(state, previous, block)
  state.pointee.stop = code
  uc_emu_stop(uc)
  return false
}

/// A piece runs without being charged: its block has been. The block behind it does not begin.
private func enterPiece(
  _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
  _ previous: UnsafeMutablePointer<Block>, _ block: UnsafeMutablePointer<Block>
) -> Bool {
  if state.pointee.pieces == .leaving {
    return stopBeforeBlock(uc, state, .deadline, undoing: previous, block)
  }
  state.pointee.pieces = .leaving
  undoEntry(state, previous, block)
  return false
}

private func undoEntry(
  _ state: UnsafeMutablePointer<HotState>, _ previous: UnsafeMutablePointer<Block>,
  _ block: UnsafeMutablePointer<Block>
) {
  if previous.pointee.traits & BlockTraits.predicting.rawValue != 0 {
    state.pointee.cycles &-= state.pointee.predictor.undo(previous, block)
  }
  guard previous.pointee.end != block.pointee.address else { return }
  previous.pointee.takenExits -= 1
  block.pointee.branchedEntries -= 1
  state.pointee.cycles -=
    UInt64(previous.pointee.takenExtra) + UInt64(block.pointee.branchedToExtra)
}

/// The firmware may have rewritten code in RAM: then the record is analysed again.
private func refresh(
  _ state: UnsafeMutablePointer<HotState>, _ block: UnsafeMutablePointer<Block>
) {
  guard let copy = block.pointee.copy, let host = block.pointee.host else { return }
  let size = Int(block.pointee.end &- block.pointee.address)
  if memcmp(copy, host, size) == 0 { return }
  engine(of: state).analyseAgain(block)
}

@inline(never)
private func findOrMake(
  _ state: UnsafeMutablePointer<HotState>, _ start: UInt32, _ end: UInt32
) -> UnsafeMutablePointer<Block> {
  var candidate = state.pointee.table.find(start)
  while let block = candidate {
    if block.pointee.end == end { return block }
    candidate = block.pointee.alternative
  }
  return engine(of: state).makeBlock(start, end)
}

/// The engine that owns this state: it lies right behind.
@inline(__always)
func engine(of state: UnsafeMutablePointer<HotState>) -> Engine {
  Unmanaged<Engine>.fromOpaque(
    UnsafeRawPointer(state + 1).load(as: UnsafeRawPointer.self)
  ).takeUnretainedValue()
}

#if canImport(Glibc)
  import Glibc
#endif
