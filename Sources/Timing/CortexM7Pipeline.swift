import Disassembly

/// The Cortex-M7's in-order pipeline with two slots: an instruction issues when its operands can reach
/// it in time, together with the one before it when the two may pair.
///
/// Reference: jnk0le, cortex_m7.md (measured on STM32H743); LLVM ARMScheduleM7.td and
/// ARMLatencyMutations.cpp, class CortexM7Overrides.
struct CortexM7Pipeline {
  private var ledger: Ledger
  private var scoreboard = CortexM7Scoreboard()
  private var float = CortexM7FloatScoreboard()
  private var stores: CortexM7StoreBuffer
  private var fetches: CortexM7FetchQueue
  /// The instruction of the cycle just charged, when its second slot is free.
  private var older: Instruction?
  /// The cycle in which the flags were last set.
  private var flagsSet: UInt32 = 0
  private var setsFlags = false

  /// Narrow instructions executed before the last, since the pipeline was filled.
  private var narrow = 0
  private var narrowBefore = 0

  init(count: Int, isAhead: Bool, _ storeDrain: CortexM7StoreBuffer.Drain) {
    ledger = Ledger(count: count)
    stores = CortexM7StoreBuffer(storeDrain)
    fetches = CortexM7FetchQueue(isAhead: isAhead)
  }

  /// What was executed until now precedes the run to be priced.
  mutating func begin() { ledger.begin() }

  /// The price of the run.
  var price: BlockPrice {
    var price = ledger.priceSinceBegin
    if let older {
      price.leavesSlot = older.writesPC && older.hasDirectTarget && narrow >= 2
    }
    return price
  }

  /// The branch just executed is taken, as predicted. What its second slot takes is charged where the
  /// two blocks meet, unless it leaves it to what is executed next.
  mutating func takeBranch(leavesSlot: Bool) {
    if !leavesSlot { older = nil }
    fetches.takeBranch()
  }

  mutating func execute(_ i: Instruction) {
    narrowBefore = narrow
    if !i.isWide { narrow += 1 }
    let fetched = fetches.fetch(i)
    if let older, CortexM7Pairing.pairs(older, i) {
      let cycle = ledger.now - 1
      if max(fetched, earliest(i)) <= cycle && float.mayBeYounger(i, at: cycle) {
        ledger.noteAccess(at: cycle)
        if CortexM7Pairing.mayConflict(older, i) { ledger.allow(more: 1) }
        finish(i, at: cycle, isYounger: true)
        self.older = nil
        return
      }
    }
    if fetched > ledger.now { ledger.charge(fetched - ledger.now, .fetch) }
    let ready = earliest(i)
    if ready > ledger.now {
      ledger.charge(ready - ledger.now, i.kind.isFloatingPoint ? .float : .data)
    }
    ledger.noteAccess()
    let start = ledger.now
    occupy(i)
    finish(i, at: start, isYounger: false)
    let isFree = ledger.now == start + 1 && !CortexM7Pairing.issuesAlone(i)
    older = isFree ? i : nil
  }

  /// The first cycle in which an instruction may issue for its operands.
  private func earliest(_ i: Instruction) -> UInt32 {
    var cycle = max(float.issue(i), stores.issue(i))
    let operands = CortexM7Operands.of(i)
    for slot in operands.indices where operands[slot].0 != 0 {
      let (mask, operand) = operands[slot]
      cycle = max(cycle, scoreboard.issue(mask, as: operand, under: i.condition))
    }
    return cycle
  }

  private mutating func occupy(_ i: Instruction) {
    let words = UInt32(i.memory.count)
    switch i.kind {
    case .divide:
      ledger.charge(1, .issue)
      ledger.charge(CortexM7Timing.divide, expected: CortexM7Timing.divideExpected, .divide)
    case .loadMultiple, .storeMultiple, .loadDouble, .storeDouble, .fpLoadMultiple,
      .fpStoreMultiple:
      ledger.charge(1, .issue)
      ledger.charge((words + 1) / 2 - min(1, (words + 1) / 2), .memory)
    case .tableBranch:
      ledger.charge(1, .issue)
      ledger.charge(1, .memory)
    case .fpDivide, .fpSquareRoot, .fpAlu, .fpMultiply, .fpMultiplyAccumulate:
      let range = CortexM7FloatScoreboard.occupation(i)
      ledger.charge(1, .issue)
      ledger.charge(
        range.range.lowerBound - 1...range.range.upperBound - 1, expected: range.expected - 1,
        .float)
    case .barrier, .readSpecial, .writeSpecial:
      ledger.charge(1, .issue)
      ledger.charge(CortexM7Timing.special, expected: CortexM7Timing.specialExpected, .issue)
    default: ledger.charge(1, .issue)
    }
  }

  private mutating func finish(_ i: Instruction, at cycle: UInt32, isYounger: Bool) {
    fetches.use(at: cycle)
    stores.note(i, at: cycle)
    float.note(i, at: cycle)
    let end = max(ledger.now, cycle + 1)
    if i.writesFlags {
      flagsSet = end
      setsFlags = true
    }
    leave(i, at: cycle)
    var base: UInt16 = 0
    if i.memory.count > 0 && i.memory.base < 15 && i.writes & 1 << UInt16(i.memory.base) != 0
      && i.memory.writebackChange != 0
    {
      base = 1 << UInt16(i.memory.base)
    }
    let condition = i.isInIfThenBlock ? i.condition : .al
    let early = isEarly(i, at: cycle, isYounger: isYounger)
    scoreboard.set(
      i.writes & ~base, CortexM7Operands.result(i, at: cycle, end: end, isEarly: early),
      under: condition)
    scoreboard.set(base, CortexM7Availability(from: cycle + 1), under: condition)
    stores.forget(i.writes)
  }

  /// Whether it executes in the early ALU, because its operands are there.
  private func isEarly(_ i: Instruction, at cycle: UInt32, isYounger: Bool) -> Bool {
    switch DataPath(i) {
    case .addition, .move: if isYounger { return false }
    case .shift: break
    default: return false
    }
    return scoreboard.issue(i.reads, as: .shifted, under: i.condition) <= cycle
  }

  private mutating func leave(_ i: Instruction, at cycle: UInt32) {
    guard i.writesPC else { return }
    switch i.kind {
    case .branch: break
    case .call where i.hasDirectTarget: break
    case .conditionalBranch, .compareBranch:
      let isRecent = setsFlags && cycle < flagsSet + CortexM7Timing.flagDistance - 1
      ledger.mispredicted(
        isRecent || i.kind == .compareBranch
          ? CortexM7Timing.lateMispredict : CortexM7Timing.earlyMispredict)
    default: if !i.isReturnCandidate { ledger.mispredicted(CortexM7Timing.lateMispredict) }
    }
  }
}

/// What instructions want of the core registers, and when their results are there.
enum CortexM7Operands {
  static func of(_ i: Instruction) -> InlineArray<3, (UInt16, CortexM7Operand)> {
    let none: (UInt16, CortexM7Operand) = (0, .arithmetic)
    if i.memory.count > 0 {
      let base: UInt16 = i.memory.base < 15 ? 1 << UInt16(i.memory.base) : 0
      let index: UInt16 = i.memory.hasIndex ? 1 << UInt16(i.memory.index) : 0
      return [(base, .base), (index, .index), (i.reads & ~base & ~index, .stored)]
    }
    let last: UInt16 = 1 << UInt16(i.encoding & 15)
    switch i.kind {
    case .multiply, .longMultiply: return [(i.reads, .factor), none, none]
    case .multiplyAccumulate, .longMultiplyAccumulate:
      let factors = i.reads & (last | 1 << UInt16(i.encoding >> 16 & 15))
      return [(factors, .factor), (i.reads & ~factors, .accumulator), none]
    case .divide: return [(i.reads, .factor), none, none]
    // Predicted, so that nobody waits for what they compare.
    case .compareBranch, .branchExchange, .call: return [none, none, none]
    default: break
    }
    switch DataPath(i) {
    case .inlineShift, .extendAdd, .pack, .saturatingAdd:
      return [(i.reads & last, .shifted), (i.reads & ~last, .besideShifted), none]
    case .insert:
      let first: UInt16 = 1 << UInt16(i.encoding >> 16 & 15)
      return [(i.reads & first, .shifted), (i.reads & ~first, .besideShifted), none]
    case .extract, .reverse, .saturate: return [(i.reads, .shifted), none, none]
    default: return [(i.reads, .arithmetic), none, none]
    }
  }

  /// From when a result can be used, by an instruction that issued in a cycle and kept the pipeline
  /// until `end`.
  static func result(
    _ i: Instruction, at cycle: UInt32, end: UInt32, isEarly: Bool
  ) -> CortexM7Availability {
    var result = CortexM7Availability(from: end + 1)
    switch i.kind {
    case .load, .loadExclusive:
      let isWord = i.memory.transferSize == 4
      result = CortexM7Availability(from: cycle + (isWord ? 2 : 3))
      // No fast bypass into the multiplier, beside a shifted operand, nor to an index.
      if isWord {
        result.factor += 1
        result.index += 1
      }
    case .multiply, .multiplyAccumulate, .longMultiply, .longMultiplyAccumulate:
      result = CortexM7Availability(from: cycle + 3)
      result.base += 1
      result.index += 1
    case .loadMultiple, .loadDouble:
      result.factor += 1
      result.index += 1
    default:
      if isEarly { return CortexM7Availability(from: cycle + 1) }
      switch DataPath(i) {
      case .reverse:
        result.late = cycle + 1
        result.factor = cycle + 1
      case .saturate, .saturatingAdd: result = CortexM7Availability(from: cycle + 3)
      default: break
      }
    }
    return result
  }
}
