internal import CUnicorn

/// Follows the data reads of blocks to slow memory by their addresses, which follow from the registers
/// at the block's start.
///
/// Nearly every load reads the same kind of memory each time it runs: weights from flash, activations
/// from RAM. So a block is looked at in its first executions and now and then afterwards; one that was
/// seen to read slow memory is looked at every time, unless each read waits as long as the last did.
/// Counted in executions, so that equal runs look at equal times.
enum LoadSampling {
  private static let firstSamples: UInt32 = 8

  static func rearm(_ block: UnsafeMutablePointer<Block>) {
    OperandTraps.rearm(block)
    guard block.pointee.samples > 0 else { return }
    block.pointee.traits |= BlockTraits.samplesLoads.rawValue
  }

  /// Looks at the loads of a block that is about to run.
  static func sample(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) {
    let isDone = block.pointee.samples >= firstSamples && !state.pointee.looksAtEveryLoad
    let seen = slowLoads(uc, state, block)
    block.pointee.slowLoads |= state.pointee.looksAtEveryLoad ? .max : seen.slow
    if seen.throughCache || block.pointee.traits & BlockTraits.readsSlowly.rawValue != 0 {
      block.pointee.fixedWaits = 0
      block.pointee.samples &+= 1
      block.pointee.traits |= BlockTraits.readsSlowly.rawValue
      if isDone { block.pointee.traits &= ~BlockTraits.samplesLoads.rawValue }
      return
    }
    let waits = read(uc, state, block, .max)
    if block.pointee.samples > 0 && waits != block.pointee.fixedWaits {
      block.pointee.isMixed = true
    }
    block.pointee.fixedWaits = waits
    block.pointee.samples &+= 1
    if block.pointee.samples >= firstSamples && !block.pointee.isMixed
      && !state.pointee.looksAtEveryLoad
    {
      block.pointee.traits &= ~BlockTraits.samplesLoads.rawValue
    }
  }

  /// The loads that read slow memory now, and whether one of them does so through a cache.
  private static func slowLoads(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) -> (slow: UInt32, throughCache: Bool) {
    guard let loads = block.pointee.loads else { return (0, false) }
    var slow: UInt32 = 0
    var throughCache = false
    for index in 0..<Int(block.pointee.loadCount) {
      let load = loads[index]
      let address =
        register(uc, load.base) &+ register(uc, load.index) << UInt32(load.shift) &+ load.offset
      guard let path = state.pointee.paths.path(of: address) else { continue }
      slow |= bit(index)
      if state.pointee.paths.items[Int(path)].cachesData { throughCache = true }
    }
    return (slow, throughCache)
  }

  @inline(__always)
  private static func bit(_ index: Int) -> UInt32 { 1 << UInt32(min(index, 31)) }

  /// Cycles that the loads of a block which is about to run wait.
  static func waits(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) -> UInt32 {
    guard block.pointee.readsConstants else {
      return read(uc, state, block, block.pointee.slowLoads)
    }
    let path = state.pointee.paths.items + Int(block.pointee.path)
    let changes = path.pointee.dataChanges
    if block.pointee.dataStamp == changes { return 0 }
    let waits = read(uc, state, block, .max)
    if path.pointee.dataChanges == changes { block.pointee.dataStamp = changes }
    return waits
  }

  private static func read(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>, _ which: UInt32
  ) -> UInt32 {
    guard let loads = block.pointee.loads else { return 0 }
    var waits: UInt32 = 0
    // Neighbouring loads mostly share their base.
    var base = LoadProgram.none
    var value: UInt32 = 0
    let count = Int(block.pointee.loadCount)
    // Bit 31 stands for all loads from there on.
    var rest = count < 32 ? which & (1 << UInt32(count) &- 1) : which
    var index = 0
    while rest != 0 {
      index = max(index, rest.trailingZeroBitCount)
      let load = loads[index]
      if index < 31 || index == count &- 1 { rest &= rest &- 1 } else { index &+= 1 }
      if load.base != base { (base, value) = (load.base, register(uc, load.base)) }
      var address = value &+ load.offset
      if load.index != LoadProgram.none {
        address &+= register(uc, load.index) << UInt32(load.shift)
      }
      if let path = state.pointee.paths.path(of: address) {
        waits &+= state.pointee.paths.items[Int(path)].readData(
          at: address, transfers: UInt32(load.transfers))
      }
    }
    return waits
  }

  @inline(__always)
  private static func register(_ uc: OpaquePointer?, _ number: UInt8) -> UInt32 {
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
}
