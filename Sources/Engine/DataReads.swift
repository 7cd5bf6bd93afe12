internal import CUnicorn
internal import Units

/// Follows the data accesses of blocks to slow memory by their addresses, which follow from the
/// registers at the block's start.
///
/// Nearly every access reaches the same kind of memory each time it runs: weights are in flash,
/// activations in RAM. So a block is looked at in its first executions and now and then afterwards; what
/// was seen to reach slow memory is looked at every time, unless it waits as long each time. A loop of
/// one block whose addresses grow by constants is looked at when one of them comes to another line.
/// Counted in executions, so that equal runs look at equal times.
enum DataReads {
  private static let firstSamples: UInt32 = 8
  typealias Accesses = UnsafeMutablePointer<BlockAccesses>
  typealias State = UnsafeMutablePointer<HotState>

  static func rearm(_ state: State, _ block: UnsafeMutablePointer<Block>) {
    OperandTraps.rearm(block)
    LoadOverlaps.rearm(block)
    guard let accesses = block.pointee.accesses, accesses.pointee.samples > 0 else { return }
    // Where no memory waits, addresses only tell what is not aligned.
    guard
      block.pointee.executions & 0xfff == 0 || state.pointee.paths.dataCanWait
        || SharedPort.isUsed(by: block)
    else { return }
    block.pointee.traits |= BlockTraits.samplesLoads.rawValue
  }

  /// Looks at the accesses of a block that is about to run.
  static func sample(
    _ uc: OpaquePointer?, _ state: State, _ block: UnsafeMutablePointer<Block>
  ) {
    guard let accesses = block.pointee.accesses else { return }
    let looksAlways = state.pointee.looksAtEveryLoad
    let isDone = accesses.pointee.samples >= firstSamples && !looksAlways
    let throughCache = look(uc, state, accesses)
    let portWaits = SharedPort.waits(uc, state, block)
    accesses.pointee.samples &+= 1
    let isFollowed = block.pointee.traits & BlockTraits.readsSlowly.rawValue != 0
    if throughCache || isFollowed || accesses.pointee.isMixed {
      block.pointee.fixedWaits = portWaits
      if accesses.pointee.activeCount > 0 {
        block.pointee.traits |= BlockTraits.readsSlowly.rawValue
      }
      if isDone { block.pointee.traits &= ~BlockTraits.samplesLoads.rawValue }
      return
    }
    let waits = evaluate(state, accesses).waits
    if accesses.pointee.samples > 1 && waits != accesses.pointee.fixedWaits {
      accesses.pointee.isMixed = true
      block.pointee.fixedWaits = portWaits
      block.pointee.traits |= BlockTraits.readsSlowly.rawValue
      return
    }
    accesses.pointee.fixedWaits = waits
    block.pointee.fixedWaits = waits &+ portWaits
    if accesses.pointee.samples >= firstSamples && !looksAlways {
      block.pointee.traits &= ~BlockTraits.samplesLoads.rawValue
    }
  }

  /// Marks what reaches slow memory now; whether some of it goes through a cache.
  private static func look(
    _ uc: OpaquePointer?, _ state: State, _ accesses: Accesses
  ) -> Bool {
    let values = state.pointee.values
    accesses.pointee.prepareAll(values)
    accesses.pointee.plan.read(uc)
    let unknown = DerivedValues.derive(state, accesses, accesses.pointee.plan, values)
    var throughCache = false
    for (index, entry) in accesses.pointee.programs.enumerated() {
      if entry.program.address.isUnknown(unknown) { continue }
      let address = entry.program.address.value(values)
      let isAligned = address & UInt32(entry.program.alignmentMask) == 0
      if !isAligned && state.pointee.unaligned.costs { accesses.pointee.mark(index) }
      guard let window = state.pointee.paths.dataWindow(of: address) else { continue }
      if entry.program.isStore && !window.storesAllocate { continue }
      accesses.pointee.mark(index)
      if window.level != nil { throughCache = true }
      if window.hitAfterMiss > 0 && entry.program.followsLoad {
        accesses.pointee.hasLateHits = true
      }
    }
    accesses.pointee.activate(values)
    accesses.pointee.plan.read(uc)
    state.pointee.evaluated = nil
    return throughCache
  }

  /// Cycles that the accesses of a block which is about to run wait.
  @inline(never)
  static func waits(
    _ uc: OpaquePointer?, _ state: State, _ block: UnsafeMutablePointer<Block>
  ) -> UInt32 {
    guard let accesses = block.pointee.accesses else { return 0 }
    accesses.pointee.quietTurns = 0
    accesses.pointee.plan.read(uc)
    state.pointee.evaluated = accesses.pointee.isInductive ? block : nil
    return evaluate(state, accesses).waits
  }

  /// The same for the next turn of a loop of one block.
  @inline(__always)
  static func turnWaits(
    _ uc: OpaquePointer?, _ state: State, _ block: UnsafeMutablePointer<Block>,
    _ accesses: Accesses
  ) -> UInt32 {
    state.pointee.evaluated == block ? turn(state, accesses) : waits(uc, state, block)
  }

  /// The next turn of a loop of one block.
  @inline(__always)
  private static func turn(_ state: State, _ accesses: Accesses) -> UInt32 {
    let count = state.pointee.takenCalmTurns &+ 1
    state.pointee.takenCalmTurns = 0
    accesses.pointee.quietTurns = 0
    let targets = accesses.pointee.plan.targets
    let growth = accesses.pointee.growth
    for index in 0..<accesses.pointee.plan.registerCount {
      targets[index].unsafelyUnwrapped.assumingMemoryBound(to: UInt32.self).pointee &+=
        growth[index] &* count
    }
    if accesses.pointee.activeCount == 1, !accesses.pointee.derivesValues,
      let waits = stream(state, accesses)
    {
      return waits
    }
    let result = evaluateTurn(state, accesses)
    if !accesses.pointee.derivesValues {
      planCalm(state, accesses, result.waits, missedStores: result.missedStores)
    }
    return result.waits
  }

  /// The commonest turn: one stream of reads, in steps of a power of two, through a cache.
  @inline(__always)
  private static func stream(_ state: State, _ accesses: Accesses) -> UInt32? {
    let entry = accesses.pointee.active.baseAddress.unsafelyUnwrapped
    let address = entry.pointee.program.address.value(state.pointee.values)
    guard let level = entry.pointee.window.level, entry.pointee.strideShift < 32,
      !entry.pointee.program.isStore,
      address &- entry.pointee.window.start < entry.pointee.window.size,
      (address | UInt32(bitPattern: entry.pointee.stride))
        & UInt32(entry.pointee.program.alignmentMask) == 0
    else { return nil }
    let last = address &+ UInt32(entry.pointee.program.bytes) &- 1
    let line = address &>> level.pointee.shift
    guard last &>> level.pointee.shift == line else { return nil }
    let missed = level.pointee.misses(line, &entry.pointee.slot)
    let mask = UInt32(1) &<< level.pointee.shift &- 1
    accesses.pointee.quietTurns =
      ((last | mask) &- last) &>> UInt32(entry.pointee.strideShift)
    accesses.pointee.quietWaits = 0
    return missed ? entry.pointee.window.missWaits : 0
  }

  /// How long the loop stays in the lines that it has just touched.
  private static func planCalm(
    _ state: State, _ accesses: Accesses, _ waits: UInt32, missedStores: Bool
  ) {
    let values = state.pointee.values
    var turns = UInt32.max
    var cached = 0
    var sideBySide = Int.max
    var waitsPastCaches: UInt32 = 0
    for index in 0..<accesses.pointee.activeCount {
      let entry = (accesses.pointee.active.baseAddress.unsafelyUnwrapped + index).pointee
      let first = entry.program.address.value(values)
      let last = first &+ UInt32(entry.program.bytes) &- 1
      let alignment = UInt32(entry.program.alignmentMask)
      guard first &- entry.window.start < entry.window.size,
        UInt32(bitPattern: entry.stride) & alignment == 0
      else { return }
      if first & alignment != 0 {
        waitsPastCaches &+= state.pointee.unaligned.cost(of: entry.program, at: first)
      }
      var mask: UInt32 = 0x1f
      if let level = entry.window.level {
        mask = 1 << level.pointee.shift &- 1
        cached += Int((last | mask) &- (first & ~mask) &+ 1) &>> Int(level.pointee.shift)
        sideBySide = min(sideBySide, level.pointee.linesSideBySide)
      } else if !entry.program.isStore {
        waitsPastCaches &+= entry.window.waits &* UInt32(entry.program.transfers)
      }
      if entry.strideShift < 32 {
        turns = min(turns, ((last | mask) &- last) &>> UInt32(entry.strideShift))
      } else {
        turns = min(turns, quiet(entry.stride, first, last, mask))
      }
    }
    // What was filled just now may have made room for each other.
    if (missedStores || waits != waitsPastCaches) && cached > sideBySide { return }
    accesses.pointee.quietTurns = turns == .max ? 1 << 20 : turns
    accesses.pointee.quietWaits = waitsPastCaches
  }

  /// Turns until an address that grows by `stride` leaves its lines.
  @inline(__always)
  private static func quiet(
    _ stride: Int32, _ first: UInt32, _ last: UInt32, _ mask: UInt32
  ) -> UInt32 {
    if stride == 0 { return .max }
    return stride > 0
      ? ((last | mask) &- last) / UInt32(stride) : (first & mask) / stride.magnitude
  }

  @inline(never)
  private static func evaluateTurn(
    _ state: State, _ accesses: Accesses
  ) -> (waits: UInt32, missedStores: Bool) { evaluate(state, accesses) }

  /// Makes the accesses with the values at hand.
  @inline(__always)
  private static func evaluate(
    _ state: State, _ accesses: Accesses
  ) -> (waits: UInt32, missedStores: Bool) {
    accesses.pointee.hasLateHits
      ? evaluateLateHits(state, accesses) : evaluate(state, accesses, lateHits: false)
  }

  @inline(never)
  private static func evaluateLateHits(
    _ state: State, _ accesses: Accesses
  ) -> (waits: UInt32, missedStores: Bool) { evaluate(state, accesses, lateHits: true) }

  /// The same; `lateHits`: a read may be late although it hits, and only then is that followed.
  @inline(__always)
  private static func evaluate(
    _ state: State, _ accesses: Accesses, lateHits: Bool
  ) -> (waits: UInt32, missedStores: Bool) {
    let values = state.pointee.values
    let unknown =
      accesses.pointee.derivesValues
      ? DerivedValues.derive(state, accesses, accesses.pointee.plan, values) : 0
    var waits: UInt32 = 0
    var missedStores = false
    var missed = false
    var entry = accesses.pointee.active.baseAddress.unsafelyUnwrapped
    let end = entry + accesses.pointee.activeCount
    while entry < end {
      defer { entry += 1 }
      if unknown != 0 && entry.pointee.program.address.isUnknown(unknown) {
        missed = false
        continue
      }
      let address = entry.pointee.program.address.value(values)
      if address & UInt32(entry.pointee.program.alignmentMask) != 0 {
        waits &+= state.pointee.unaligned.cost(of: entry.pointee.program, at: address)
      }
      if address &- entry.pointee.window.start >= entry.pointee.window.size {
        guard let window = state.pointee.paths.dataWindow(of: address) else {
          missed = false
          continue
        }
        entry.pointee.window = window
      }
      if entry.pointee.program.isStore {
        if entry.pointee.store(to: address) { missedStores = true }
      } else if lateHits {
        waits &+= entry.pointee.read(from: address, after: &missed)
      } else {
        waits &+= entry.pointee.read(from: address)
      }
    }
    if waits != 0 {
      state.pointee.waitedAt = state.pointee.blockStart
      state.pointee.waitedFor = waits
    }
    return (waits, missedStores)
  }
}

extension BlockAccesses.Entry {
  /// Cycles that the core waits for what it reads.
  @inline(__always)
  mutating func read(from address: UInt32) -> UInt32 {
    guard let level = window.level else { return window.waits &* UInt32(program.transfers) }
    let line = address &>> level.pointee.shift
    let last = (address &+ UInt32(program.bytes) &- 1) &>> level.pointee.shift
    if line == last {
      if line == level.pointee.newest {
        level.pointee.note(hits: 1)
        return 0
      }
      return level.pointee.misses(line, &slot) ? window.missWaits : 0
    }
    return misses(line...max(line, last)) &* window.missWaits
  }

  /// The same where a hit is late after a miss of another line, as the read before it may have been.
  @inline(never)
  mutating func read(from address: UInt32, after missed: inout Bool) -> UInt32 {
    guard let level = window.level, window.hitAfterMiss > 0 else {
      missed = false
      return read(from: address)
    }
    let before = level.pointee.misses
    let isSameLine = address &>> level.pointee.shift == level.pointee.newest
    let waits = read(from: address)
    let isMiss = level.pointee.misses != before
    defer { missed = isMiss }
    let isLate = missed && program.followsLoad && !isMiss && !isSameLine
    return isLate ? waits &+ window.hitAfterMiss : waits
  }

  /// Whether what it writes was not in the cache.
  @inline(__always)
  fileprivate mutating func store(to address: UInt32) -> Bool {
    guard window.storesAllocate, let level = window.level else { return false }
    let line = address &>> level.pointee.shift
    let last = (address &+ UInt32(program.bytes) &- 1) &>> level.pointee.shift
    if line == last {
      return line != level.pointee.newest && level.pointee.misses(line, &slot)
    }
    return misses(line...max(line, last)) > 0
  }

  /// How many lines of several in a row were not in the cache.
  @inline(never)
  private mutating func misses(_ lines: ClosedRange<UInt32>) -> UInt32 {
    guard let level = window.level else { return 0 }
    var count: UInt32 = 0
    for line in lines where level.pointee.misses(line, &slot) { count &+= 1 }
    return count
  }
}

extension UnalignedLoads {
  /// Whether any of them costs something.
  var costs: Bool { halfword | wordAtHalfword | wordAtByte != 0 }

  fileprivate func cost(of program: AccessProgram, at address: UInt32) -> UInt32 {
    let each =
      program.alignmentMask == 1 ? halfword : address & 1 == 0 ? wordAtHalfword : wordAtByte
    return each &* UInt32(program.transfers)
  }
}

extension BlockAccesses {
  static func identifier(_ number: Int) -> Int32 {
    switch number {
    case 13: Int32(UC_ARM_REG_SP.rawValue)
    case 14: Int32(UC_ARM_REG_LR.rawValue)
    default: Int32(UC_ARM_REG_R0.rawValue) + Int32(number)
    }
  }
}
