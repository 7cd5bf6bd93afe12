import Disassembly

/// The Cortex-M33's in-order pipeline: when operands can be used, and what shares a cycle.
///
/// Reference: jnk0le, cortex_m33.md (measured on RP2350, r1p0).
struct CortexM33Pipeline {
  private var ledger: Ledger
  private var scoreboard = Scoreboard()
  /// Floating-point registers last written by a multiply-accumulate.
  private var fused: UInt32 = 0
  private var floatFree: UInt32 = 0
  /// Floating-point registers last written by a move of two core registers.
  private var movedPair: UInt32 = 0
  /// Whether the instruction was issued a cycle before its floating-point operands are there.
  private var isEarly = false
  /// Core registers whose result no accumulator takes a cycle sooner: those of DSP instructions.
  private var unchained: UInt16 = 0
  /// Core registers last written by a load.
  private var loaded: UInt16 = 0
  /// The store before, when nothing else came after it.
  private var store: Instruction?
  /// The instruction before, when another may pair with it.
  private var partner: Instruction?

  init(count: Int) { ledger = Ledger(count: count) }

  /// What was executed until now precedes the run to be priced.
  mutating func begin() { ledger.begin() }

  /// The price of the run.
  var price: BlockPrice { ledger.priceSinceBegin }

  /// The branch just executed is taken.
  mutating func takeBranch() {
    ledger.charge(ledger.price.takenExtra, .branch)
    ledger.leave(takenExtra: 0)
    store = nil
    partner = nil
  }

  mutating func execute(_ i: Instruction) {
    let paired = pairs(i)
    wait(for: i)
    ledger.noteAccess()
    let start = ledger.now
    if !paired { occupy(i) }
    leave(i, paired: paired)
    finish(i, start)
    store = i.kind == .store ? i : nil
    partner = paired || i.isWide || i.writesPC ? nil : i
  }

  /// Two 16-bit instructions, the second a NOP, IT or branch.
  private func pairs(_ i: Instruction) -> Bool {
    guard !i.isWide, partner != nil else { return false }
    switch i.kind {
    case .hint, .ifThen, .conditionalBranch, .compareBranch, .branch, .branchExchange: return true
    default: return false
    }
  }

  private mutating func wait(for i: Instruction) {
    let late = lateOperands(i)
    let ready = max(
      scoreboard.ready(core: i.reads & ~late), max(scoreboard.ready(core: late), 1) - 1)
    if ready > ledger.now { ledger.charge(ready - ledger.now, .data) }
    if let store, store.isReloaded(by: i) { ledger.charge(0...1, expected: 1, .memory) }
    isEarly = false
    if i.kind.isFloatingPoint { waitForFloat(i) }
  }

  /// An arithmetic instruction is issued a cycle before its operands are there, but not before an accumulator or
  /// what comes from two core registers; no other of the unit follows it at once then.
  private mutating func waitForFloat(_ i: Instruction) {
    if floatFree > ledger.now { ledger.charge(floatFree - ledger.now, .float) }
    var ready = scoreboard.ready(float: i.floatReads)
    if i.kind == .fpMultiplyAccumulate {
      let factors = scoreboard.ready(float: i.floatFactors)
      var addend = scoreboard.ready(float: i.floatWrites)
      // An accumulator is wanted a cycle later by another multiply-accumulate.
      if i.floatWrites & fused != 0 {
        addend -= min(addend, CortexM33Timing.fusedLatency - CortexM33Timing.fusedAccumulation)
      }
      ready = max(addend, factors)
      isEarly = factors > max(addend, ledger.now)
    } else {
      isEarly = (i.kind == .fpAlu || i.kind == .fpMultiply) && ready > ledger.now
    }
    isEarly = isEarly && i.floatReads & movedPair == 0
    if isEarly { ready -= 1 }
    if ready > ledger.now { ledger.charge(ready - ledger.now, .float) }
  }

  /// Data to be stored or moved to the floating-point unit and accumulators are wanted a cycle later.
  private func lateOperands(_ i: Instruction) -> UInt16 {
    switch i.kind {
    case .store: return i.reads & ~i.addressRegisters
    case .fpMove: return i.reads & ~loaded
    case .multiplyAccumulate: return 1 << UInt16(i.encoding >> 12 & 15) & i.reads & ~unchained
    case .longMultiplyAccumulate: return i.writes & i.reads & ~unchained
    case .simd where DataPath(i) == .extendAdd:
      return 1 << UInt16(i.encoding >> 16 & 15) & i.reads & ~loaded & ~unchained
    default: return 0
    }
  }

  private mutating func occupy(_ i: Instruction) {
    ledger.charge(1, .issue)
    switch i.kind {
    case .divide:
      let (least, most) = (Divider.cycles.lowerBound - 1, Divider.cycles.upperBound - 1)
      ledger.charge(least...most, expected: Divider.expectedCycles - 1, .divide)
    // Of two stages and setting flags: no second instruction can run under it.
    case .multiply where !i.isWide: ledger.charge(1, .divide)
    case .alu where i.writesFlags && DataPath(i) == .shiftedConstant && !i.movesConstant:
      ledger.charge(1, .issue)
    case .loadMultiple, .storeMultiple, .loadDouble, .storeDouble, .fpLoad, .fpStore,
      .fpLoadMultiple, .fpStoreMultiple:
      ledger.charge(UInt32(max(i.memory.count, 1)) - 1, .memory)
    case .tableBranch: ledger.charge(1, .memory)
    case .fpMove where i.writes.nonzeroBitCount == 2: ledger.charge(1, .float)
    default: break
    }
  }

  /// A taken branch costs 2, or 1 when the instruction that it pairs with did not set the flags.
  private mutating func leave(_ i: Instruction, paired: Bool) {
    guard i.writesPC else { return }
    var refill = CortexM33Timing.refill
    if i.kind.loads {
      refill = CortexM33Timing.loadedRefill
    } else if paired, let partner, partner.writesFlags, i.isConditional {
      refill += 1
    }
    if i.isConditional {
      ledger.leave(takenExtra: refill)
    } else {
      ledger.charge(refill, .branch)
    }
  }

  private mutating func finish(_ i: Instruction, _ start: UInt32) {
    let end = max(ledger.now, start + 1)
    var latency = end - start
    let begin = isEarly ? start + 1 : start
    if isEarly { floatFree = begin + 1 }
    switch i.kind {
    case .load, .loadExclusive: latency = CortexM33Timing.loadLatency
    case .loadMultiple, .loadDouble: return finishMultiple(i, start)
    case .multiply, .multiplyAccumulate, .longMultiply, .longMultiplyAccumulate, .saturating:
      latency = CortexM33Timing.twoStageLatency
    case .simd: latency = CortexM33Timing.twoStageLatency
    case .alu:
      let path = DataPath(i)
      if path == .inlineShift || path == .shiftedConstant {
        latency = CortexM33Timing.twoStageLatency
      }
    case .fpAlu, .fpMultiply: latency = CortexM33Timing.floatLatency
    case .fpMultiplyAccumulate:
      latency = CortexM33Timing.fusedLatency
      floatFree = begin + 1 + CortexM33Timing.fusedBlocks
    case .fpDivide, .fpSquareRoot:
      latency = CortexM33Timing.floatDivide
      floatFree = start + latency
    case .fpMove: latency = moveLatency(i)
    default: break
    }
    loaded = i.kind == .load ? loaded | i.writes : loaded & ~i.writes
    let isChained = (i.kind != .simd && i.kind != .saturating) || DataPath(i) == .extendAdd
    unchained = isChained ? unchained & ~i.writes : unchained | i.writes
    fused =
      i.kind == .fpMultiplyAccumulate ? fused | i.floatWrites : fused & ~i.floatWrites
    let isPair = i.kind == .fpMove && i.reads.nonzeroBitCount == 2
    movedPair = isPair ? movedPair | i.floatWrites : movedPair & ~i.floatWrites
    scoreboard.set(core: i.writes, float: i.floatWrites, at: begin + latency)
    if i.memory.count > 0, i.memory.base < 15, i.memory.writebackChange != 0 {
      scoreboard.set(core: 1 << UInt16(i.memory.base) & i.writes, float: 0, at: end)
    }
  }

  /// One register a cycle, each with the latency of a load.
  private mutating func finishMultiple(_ i: Instruction, _ start: UInt32) {
    var at = start + CortexM33Timing.loadLatency
    for register in i.loadedRegisters {
      scoreboard.set(core: 1 << UInt16(register), float: 0, at: at)
      at += 1
    }
    let base: UInt16 = i.memory.base < 15 ? 1 << UInt16(i.memory.base) : 0
    if i.memory.writebackChange != 0 {
      scoreboard.set(core: base & i.writes, float: 0, at: max(ledger.now, start + 1))
    }
  }

  private func moveLatency(_ i: Instruction) -> UInt32 {
    switch (i.reads.nonzeroBitCount, i.writes.nonzeroBitCount) {
    case (2, _): 2
    case (1, _): 1
    case (_, 1): 2
    case (_, 2): 2
    default: CortexM33Timing.floatLatency
    }
  }
}

extension Instruction {
  /// MOV of a constant that is written as a shifted byte.
  fileprivate var movesConstant: Bool {
    encoding >> 21 & 0xF == 0b0010 && encoding >> 16 & 0xF == 0xF
  }
}
