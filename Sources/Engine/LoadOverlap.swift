internal import CUnicorn

/// An access that runs under the data phase of the load right before it, as long as one memory answers both: two
/// memories do not, and it begins a cycle later.
///
/// Nearly every access reaches the same memory each time, so a block is looked at with its other reads of data, in
/// its first executions and now and then afterwards.
///
/// Reference: jnk0le, cortex_m3m4.md, loads and stores (STM32F103 and STM32F407).
/// Not modelled: pairs in two blocks; an access whose base the block makes otherwise than by adding constants.
public struct LoadOverlap: Sendable, Hashable {
  /// Addresses in the memories that they reach.
  public var first: RegisterSum
  public var second: RegisterSum

  public init(first: RegisterSum, second: RegisterSum) {
    self.first = first
    self.second = second
  }

  /// Cycles that a block which is about to run takes longer because such accesses reach two memories.
  static func lost(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) -> UInt32 {
    let memories = state.pointee.memories
    var lost: UInt32 = 0
    for pair in block.pointee.description.overlaps
    where memories.number(at: pair.first.value(uc)) != memories.number(at: pair.second.value(uc)) {
      lost += 1
    }
    return lost
  }

  static func isUsed(by block: UnsafeMutablePointer<Block>) -> Bool {
    !block.pointee.description.overlaps.isEmpty
  }
}

extension RegisterSum {
  /// What it is with the registers as they are.
  func value(_ uc: OpaquePointer?) -> UInt32 {
    func register(_ number: UInt8) -> UInt32 {
      guard number < RegisterSum.none else { return 0 }
      var value: UInt32 = 0
      uc_reg_read(uc, BlockAccesses.identifier(Int(number)), &value)
      return value
    }
    return register(base) &+ register(index) &<< UInt32(shift) &+ offset
  }
}
