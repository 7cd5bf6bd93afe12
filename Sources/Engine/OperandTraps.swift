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
      if isAligned(uc, state, block) { return false }
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

  /// Whether all addresses that can be told are multiples of four.
  private static func isAligned(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) -> Bool {
    let alignments = block.pointee.description.accesses.alignments
    let derived = block.pointee.description.accesses.alignmentValues
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: RegisterSum.values) { buffer in
      buffer.initialize(repeating: 0)
      let values = buffer.baseAddress.unsafelyUnwrapped
      let needed = derived.reduce(alignments.reduce(0) { $0 | $1.registers }) {
        $0 | $1.first.registers | $1.second.registers
      }
      for number in 0..<15 where needed >> UInt16(number) & 1 != 0 {
        uc_reg_read(uc, BlockAccesses.identifier(number), values + number)
      }
      var unknown = ~UInt64(0)
      func isKnown(_ sum: RegisterSum) -> Bool {
        max(sum.base, sum.index) < RegisterSum.values && !sum.isUnknown(unknown)
      }
      for (index, value) in derived.enumerated()
      where isKnown(value.first) && isKnown(value.second) {
        guard let result = result(of: value, values, state) else { continue }
        values[Int(RegisterSum.firstDerived) + index] = result
        unknown &= ~(1 << UInt64(index))
      }
      return alignments.allSatisfy { sum in
        guard isKnown(sum) else { return true }
        let address = sum.value(values)
        // All ones: it is not executed.
        return address & 3 == 0 || address == .max
      }
    }
  }

  /// What memory holds now counts: what a store of the block changes shows when the instruction comes.
  private static func result(
    of value: DerivedValue, _ values: UnsafeMutablePointer<UInt32>,
    _ state: UnsafeMutablePointer<HotState>
  ) -> UInt32? {
    let first = value.first.value(values)
    guard value.isLoad else {
      return DerivedValue.result(
        value.operation, first, value.second.value(values), detail: value.detail)
    }
    if first == .max { return 0 }
    return state.pointee.memories.value(at: first, bytes: value.bytes, value.isSigned)
  }
}
