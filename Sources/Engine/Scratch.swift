internal import CUnicorn
import Units

/// MSPLIM and PSPLIM of an Armv8-M core; 0: no limit.
public struct StackLimits: Sendable, Equatable {
  public var main: UInt32 = 0
  public var process: UInt32 = 0

  public init(main: UInt32 = 0, process: UInt32 = 0) {
    self.main = main
    self.process = process
  }
}

/// Instructions that the engine runs on its own, outside the firmware's memory, for what none of the
/// library's calls does.
extension Engine {
  /// The default memory map lets code run there, and no chip has anything there.
  static let scratch = Address(0x9fff_fc00)
  private static let readLimits = scratch + 16

  /// Makes a following STREX fail. Leaves the program counter undefined.
  public func clearExclusiveMonitor() {
    guard usesExclusiveMonitor else { return }
    runScratch(at: Self.scratch)
  }

  /// The stack limits as the firmware last set them.
  public var stackLimits: StackLimits {
    guard model == .cortexM33 else { return StackLimits() }
    if state.pointee.stackLimitsChanged {
      state.pointee.stackLimitsChanged = false
      knownStackLimits = readStackLimits()
    }
    return knownStackLimits
  }

  /// Sets both limits to zero, as reset does.
  public func resetStackLimits() {
    guard model == .cortexM33, stackLimits != StackLimits() else { return }
    // Each write ends a block.
    keepingRegisters { runScratch(at: Self.scratch + 32, blocks: [0, 6, 10]) }
    knownStackLimits = StackLimits()
  }

  private func readStackLimits() -> StackLimits {
    var limits = StackLimits()
    keepingRegisters {
      runScratch(at: Self.readLimits)
      limits = StackLimits(main: self[.r0], process: self[.r1])
    }
    return limits
  }

  /// Runs `body` as a handler would, which may use R0 and R1.
  private func keepingRegisters(_ body: () -> Void) {
    let (r0, r1, pc, xpsr) = (self[.r0], self[.r1], self[.pc], self[.xpsr])
    setExceptionNumber(3)
    setExecutionState(0x0100_0000)
    body()
    setExceptionNumber(xpsr & 0x1ff)
    (self[.r0], self[.r1]) = (r0, r1)
    setApplicationFlags(xpsr)
    setExecutionState(xpsr & 0x0700_fc00)
    self[.pc] = pc & ~1 | xpsr >> 24 & 1
  }

  private func runScratch(at address: Address, blocks: [UInt32] = [0]) {
    guard prepareScratch() else { return }
    let saved = state.pointee
    state.pointee.deadline = .max
    state.pointee.pieces = .none
    (state.pointee.enteringMask, state.pointee.leavingMask) = (0, 0)
    oldestBlock.pointee.end = address.value
    state.pointee.previous = oldestBlock
    uc_emu_start(handle, UInt64(address.value | 1), 0, 0, 0)
    // A first run has added its block.
    let table = state.pointee.table
    state.pointee = saved
    state.pointee.table = table
    for offset in blocks {
      state.pointee.table.find(address.value + offset)?.pointee.executions = 0
    }
  }

  private func prepareScratch() -> Bool {
    if hasScratchCode { return true }
    guard (try? mapMemory(at: Self.scratch, size: 1024, isWritable: false)) != nil else {
      return false
    }
    hasScratchCode = true
    // clrex; wfi
    _ = store([0xbf, 0xf3, 0x2f, 0x8f, 0x30, 0xbf], at: Self.scratch)
    // mrs r0, msplim; mrs r1, psplim; wfi
    _ = store([0xef, 0xf3, 0x0a, 0x80, 0xef, 0xf3, 0x0b, 0x81, 0x30, 0xbf], at: Self.readLimits)
    // movs r0, #0; msr msplim, r0; msr psplim, r0; wfi
    _ = store(
      [0x00, 0x20, 0x80, 0xf3, 0x0a, 0x88, 0x80, 0xf3, 0x0b, 0x88, 0x30, 0xbf],
      at: Self.scratch + 32)
    return true
  }
}
