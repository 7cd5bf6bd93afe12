internal import CUnicorn
public import Units

/// Instructions that fault for what their operands hold, which the engine lets pass: division by zero,
/// unaligned accesses. Blocks with such instructions come back before they run.
///
/// Division and single accesses are looked at while CCR asks for their traps, every time. Multiple and
/// doubleword accesses trap always, and code that gets their addresses wrong does so at once or at
/// random: their addresses are looked at when a block first runs and once in 256 executions.
extension Engine {
  /// CCR.DIV_0_TRP and CCR.UNALIGN_TRP.
  public func setTraps(division: Bool, unaligned: Bool) {
    var asked = BlockTraits.alignsAlways
    if division { asked.insert(.divides) }
    if unaligned { asked.insert(.alignsWhenAsked) }
    state.pointee.enteringMask &= ~BlockTraits.trapping.rawValue
    if model == .cortexM33 { asked.insert(.leavesSecureState) }
    if state.pointee.isContextManual { asked.insert(.readsControl) }
    state.pointee.enteringMask |= asked.rawValue
    state.pointee.trapMask = asked.rawValue
  }

  /// Where the block that may trap ends.
  public var trappingBlockEnd: Address { Address(state.pointee.trappingEnd) }

  /// Lets the block at that address run: its operands are in order.
  public func passTraps(at address: Address) { state.pointee.passedTraps = address.value }
}

enum OperandTraps {
  /// Whether the block must be looked at before it runs.
  static func holds(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) -> Bool {
    let asked = block.pointee.traits & state.pointee.trapMask
    if asked == BlockTraits.alignsAlways.rawValue {
      block.pointee.traits &= ~BlockTraits.alignsAlways.rawValue
      if isAligned(uc, block) { return false }
    }
    state.pointee.trappingEnd = block.pointee.end
    guard state.pointee.passedTraps == block.pointee.address else { return true }
    state.pointee.passedTraps = 1
    return false
  }

  static func rearm(_ block: UnsafeMutablePointer<Block>) {
    if block.pointee.description.traits.contains(.alignsAlways) {
      block.pointee.traits |= BlockTraits.alignsAlways.rawValue
    }
  }

  private static func isAligned(
    _ uc: OpaquePointer?, _ block: UnsafeMutablePointer<Block>
  ) -> Bool {
    block.pointee.description.alignments.allSatisfy { program in
      var base: UInt32 = 0
      uc_reg_read(uc, BlockAccesses.identifier(Int(program.base)), &base)
      return (base &+ program.offset) & 3 == 0
    }
  }
}
