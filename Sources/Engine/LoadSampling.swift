internal import CUnicorn

/// Learns which data reads of a block go to slow memory, by looking at their addresses now and then.
///
/// Nearly every load reads the same kind of memory each time it runs: weights from flash, activations
/// from RAM. So a block is looked at in its first eight executions and once in 256 afterwards; one
/// whose reads were seen to differ is looked at every time. Counted in executions, so that equal runs
/// look at equal times.
enum LoadSampling {
  private static let firstSamples: UInt32 = 8

  static func rearm(_ block: UnsafeMutablePointer<Block>) {
    OperandTraps.rearm(block)
    guard block.pointee.samples > 0 else { return }
    block.pointee.traits |= BlockTraits.samplesLoads.rawValue
  }

  static func sample(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) {
    let waits = currentWaits(uc, state, block)
    if block.pointee.samples > 0 && waits != block.pointee.sampledWaits {
      block.pointee.isMixed = true
    }
    block.pointee.fixedWaits = block.pointee.fixedWaits &- block.pointee.sampledWaits &+ waits
    block.pointee.sampledWaits = waits
    block.pointee.samples &+= 1
    if block.pointee.samples >= firstSamples && !block.pointee.isMixed
      && !state.pointee.looksAtEveryLoad
    {
      block.pointee.traits &= ~BlockTraits.samplesLoads.rawValue
    }
  }

  private static func currentWaits(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) -> UInt32 {
    func register(_ number: UInt8) -> UInt32 {
      if number == LoadProgram.none { return 0 }
      var value: UInt32 = 0
      let identifier =
        number == 13
        ? Int32(UC_ARM_REG_SP.rawValue)
        : number == 14
          ? Int32(UC_ARM_REG_LR.rawValue) : Int32(UC_ARM_REG_R0.rawValue) + Int32(number)
      uc_reg_read(uc, identifier, &value)
      return value
    }
    var waits: UInt32 = 0
    for load in block.pointee.description.loads {
      let address =
        register(load.base) &+ register(load.index) << UInt32(load.shift) &+ load.offset
      if address &- state.pointee.slowStart < state.pointee.slowSize {
        waits &+= state.pointee.slowWaits &* UInt32(load.transfers)
      }
    }
    return waits
  }
}
