internal import CUnicorn
public import Units

/// What a debugger needs: to stop before an instruction and to run a block in pieces, at no cost while
/// nobody debugs and without changing what a run counts.
extension Engine {
  /// A run comes back before a block that holds one of these.
  public var breakpoints: [Address] {
    get { breakpointAddresses }
    set {
      breakpointAddresses = newValue
      let bit = BlockTraits.breakpoint.rawValue
      if newValue.isEmpty {
        state.pointee.enteringMask &= ~bit
      } else {
        state.pointee.enteringMask |= bit
      }
      state.pointee.table.visitAll { markBreakpoint($0) }
    }
  }

  func markBreakpoint(_ block: UnsafeMutablePointer<Block>) {
    let size = block.pointee.end &- block.pointee.address
    let isHit = breakpointAddresses.contains { $0.value &- block.pointee.address < size }
    let bit = BlockTraits.breakpoint.rawValue
    block.pointee.traits = block.pointee.traits & ~bit | (isHit ? bit : 0)
  }

  /// Charges the block at the program counter, with all that entering it means, and stops before its
  /// first instruction. What it returns kept the block from being entered; nil: it is `currentBlock`.
  public func enterBlock(until deadline: UInt64) -> EngineStop? {
    state.pointee.pieces = .charging
    state.pointee.enteringMask |= BlockTraits.inPieces.rawValue
    let stop = run(until: deadline)
    let isCharged = state.pointee.pieces == .charged
    leavePieces()
    return isCharged ? nil : stop
  }

  /// Runs from the program counter, inside the block that was entered, up to `target` or a jump; nil:
  /// to the wait or jump that the block ends in. `deadline` says that it did.
  public func runPiece(to target: Address?) -> EngineStop {
    let start = programCounter
    state.pointee.deadline = .max
    state.pointee.stop = .none
    state.pointee.pieces = .entering
    state.pointee.enteringMask |= BlockTraits.inPieces.rawValue | BlockTraits.inRAM.rawValue
    defer { leavePieces() }
    if let target { forgetTranslations(from: start, to: target) }
    let error = uc_emu_start(handle, UInt64(start.value | 1), UInt64(target?.value ?? 0), 0, 0)
    // Translations that end at the target stop there for ever.
    if let target { forgetTranslations(from: start, to: target) }
    if target != nil && error == UC_ERR_OK && state.pointee.stop == .none { return .deadline }
    return explain(error)
  }

  /// `runPiece` with the data of some pages accessible whatever `protection` says.
  public func runPiece(to target: Address, opening pages: [UInt32]) -> EngineStop {
    openPages = pages
    _ = thumbprint_flush_tlb(handle)
    defer {
      openPages = []
      _ = thumbprint_flush_tlb(handle)
    }
    return runPiece(to: target)
  }

  private func leavePieces() {
    state.pointee.pieces = .none
    state.pointee.enteringMask &= ~BlockTraits.inPieces.rawValue
  }

  private func forgetTranslations(from start: Address, to end: Address) {
    _ = thumbprint_remove_cache(handle, UInt64(start.value), UInt64(end.value) + 4)
  }
}

extension Engine {
  /// Writes memory as a debugger does: code that was there is translated and analysed again.
  public func patch(_ bytes: [UInt8], at address: Address) -> Bool {
    guard store(bytes, at: address) else { return false }
    let end = address + UInt32(bytes.count)
    _ = thumbprint_remove_cache(handle, UInt64(address.value), UInt64(end.value))
    state.pointee.table.visitAll { block in
      if block.pointee.address < end.value && block.pointee.end > address.value {
        analyseAgain(block)
      }
    }
    return true
  }
}
