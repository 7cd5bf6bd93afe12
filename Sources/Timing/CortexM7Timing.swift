public import Disassembly

/// The Cortex-M7's timing, a first version: in-order dual issue with result latencies and every
/// branch predicted.
///
/// Reference: no table is published; jnk0le, cortex_m7.md (measured on STM32H743), LLVM
/// ARMScheduleM7.td, GCC cortex-m7.md.
///
/// Not modelled: mispredicted branches (in the maximum only), banks of the data memories, store
/// buffer, fetch of wide instructions, caches.
public struct CortexM7Timing: CoreTiming {
  // Cycles from issue until the result can be used by the late ALU.
  static let loadLatency: UInt32 = 1
  static let narrowLoadLatency: UInt32 = 2
  static let multiplyLatency: UInt32 = 2
  static let floatLatency: UInt32 = 3
  static let fusedLatency: UInt32 = 5
  static let chainedLatency: UInt32 = 6
  /// Added where the early ALU, the shifter, the multiplier or an address wants the operand.
  static let earlyOperand: UInt32 = 1
  static let divide: ClosedRange<UInt32> = 3...12
  static let divideExpected: UInt32 = 7
  static let floatDivide: UInt32 = 16
  static let floatSquareRoot: UInt32 = 14
  static let doubleDivide: UInt32 = 30
  static let doubleMultiply: UInt32 = 5
  static let mispredict: UInt32 = 8

  public let name = "cortex-m7"
  public let reference =
    "no table is published; jnk0le cortex_m7.md, LLVM ARMScheduleM7.td, GCC cortex-m7.md"

  /// Entry typically 12, at worst 14; the rest stands as on the Cortex-M4.
  public let exceptions = ExceptionTiming(
    entry: 12, exit: 10, tailChain: 6, lateArrival: 6, floatEntry: 17, floatExit: 17,
    lazyStacking: 17, wakeUp: 0)

  public let assumptions = ["exceptions", "divide", "branchPrediction"]

  public init() {}

  public func price(_ block: [Instruction]) -> BlockPrice {
    var pipeline = Pipeline(count: block.count)
    for instruction in block { pipeline.execute(instruction) }
    return pipeline.ledger.price
  }

  private struct Pipeline {
    var ledger: Ledger
    var scoreboard = Scoreboard()
    /// The instruction that shares the cycle before `now`, when its second slot is free.
    var older: Instruction?

    init(count: Int) { ledger = Ledger(count: count) }

    mutating func execute(_ i: Instruction) {
      let ready = operandsReady(i)
      // The second slot of the cycle just charged.
      if let older, ledger.now > 0, ready < ledger.now, pairs(older, i) {
        ledger.noteAccess()
        finish(i, ledger.now - 1)
        self.older = nil
        leave(i)
        return
      }
      if ready > ledger.now { ledger.charge(ready - ledger.now, cause(i)) }
      ledger.noteAccess()
      let start = ledger.now
      occupy(i)
      finish(i, start)
      older = ledger.now == start + 1 && !i.writesPC ? i : nil
      leave(i)
    }

    private func operandsReady(_ i: Instruction) -> UInt32 {
      var early = i.addressRegisters
      switch i.kind {
      case .shift, .multiply, .longMultiply, .divide: early = i.reads
      case .alu where i.traits.contains(.shiftsOperand): early = 1 << UInt16(i.encoding & 15)
      default: break
      }
      let late = scoreboard.ready(core: i.reads & ~early)
      let wanted = scoreboard.ready(core: early, early: CortexM7Timing.earlyOperand)
      return max(late, wanted, scoreboard.ready(float: i.floatReads))
    }

    private func isSingle(_ i: Instruction) -> Bool {
      switch i.kind {
      case .loadMultiple, .storeMultiple, .loadDouble, .storeDouble, .fpLoadMultiple,
        .fpStoreMultiple, .divide, .barrier, .readSpecial, .writeSpecial,
        .changeProcessorState, .supervisorCall, .breakpoint, .tableBranch:
        true
      default: i.isDoublePrecision
      }
    }

    private func usesMultiplier(_ i: Instruction) -> Bool {
      switch i.kind {
      case .multiply, .multiplyAccumulate, .longMultiply, .longMultiplyAccumulate: true
      default: false
      }
    }

    private func usesFloat(_ i: Instruction) -> Bool {
      i.kind.isFloatingPoint && !i.kind.loads && !i.kind.stores
    }

    private func pairs(_ a: Instruction, _ b: Instruction) -> Bool {
      if isSingle(a) || isSingle(b) { return false }
      if a.kind.stores && b.kind.stores { return false }
      if usesMultiplier(a) && (usesMultiplier(b) || b.kind.stores) { return false }
      if usesMultiplier(b) && a.kind.stores { return false }
      if usesFloat(a) && usesFloat(b) { return false }
      if a.kind == .simd && b.kind == .simd { return false }
      if a.kind == .fpMultiplyAccumulate && b.kind.isFloatingPoint { return false }
      // Two loads share a cycle only on different banks.
      if a.kind.loads && b.kind.loads {
        guard a.memory.base == b.memory.base, !a.memory.hasIndex, !b.memory.hasIndex else {
          return false
        }
        return (a.memory.offset ^ b.memory.offset) & 4 != 0
      }
      return true
    }

    private func cause(_ i: Instruction) -> CycleSplit.Cause {
      if i.kind.loads || i.kind.stores { return .memory }
      if usesMultiplier(i) || i.kind == .divide { return .multiplyDivide }
      if i.writesPC { return .branch }
      return i.kind.isFloatingPoint ? .float : .issue
    }

    private mutating func occupy(_ i: Instruction) {
      switch i.kind {
      case .divide:
        ledger.charge(
          CortexM7Timing.divide, expected: CortexM7Timing.divideExpected, .multiplyDivide)
      case .loadMultiple, .storeMultiple, .loadDouble, .storeDouble, .fpLoadMultiple,
        .fpStoreMultiple:
        ledger.charge((UInt32(i.memory.count) + 1) / 2, .memory)
      case .fpDivide:
        ledger.charge(
          i.isDoublePrecision ? CortexM7Timing.doubleDivide : CortexM7Timing.floatDivide, .float)
      case .fpSquareRoot:
        ledger.charge(
          i.isDoublePrecision ? CortexM7Timing.doubleDivide : CortexM7Timing.floatSquareRoot,
          .float)
      case .fpMultiply where i.isDoublePrecision, .fpMultiplyAccumulate where i.isDoublePrecision:
        ledger.charge(CortexM7Timing.doubleMultiply, .float)
      default: ledger.charge(1, cause(i))
      }
    }

    private mutating func leave(_ i: Instruction) {
      guard i.writesPC else { return }
      ledger.allow(more: CortexM7Timing.mispredict)
    }

    private mutating func finish(_ i: Instruction, _ start: UInt32) {
      var latency = max(ledger.now - start, 1)
      var base: UInt16 = 0
      var late = false
      switch i.kind {
      case .load, .loadExclusive:
        latency =
          i.memory.transferSize == 4
          ? CortexM7Timing.loadLatency : CortexM7Timing.narrowLoadLatency
        late = true
        if i.memory.writesBack { base = 1 << UInt16(i.memory.base) }
      case .multiply, .multiplyAccumulate, .longMultiply, .longMultiplyAccumulate:
        latency = CortexM7Timing.multiplyLatency
        late = true
      case .fpAlu,
        .fpMultiply where !i.isDoublePrecision:
        latency = CortexM7Timing.floatLatency
      case .fpMultiplyAccumulate where !i.isDoublePrecision:
        latency =
          i.traits.contains(.fused) ? CortexM7Timing.fusedLatency : CortexM7Timing.chainedLatency
      case .fpMove where i.floatWrites != 0: latency = CortexM7Timing.floatLatency
      case .alu, .shift, .simd, .saturating:
        // Fed late, it executes in the late ALU.
        late = scoreboard.comesLate(core: i.reads, at: start)
      default: break
      }
      scoreboard.set(core: i.writes & ~base, float: i.floatWrites, at: start + latency, late: late)
      scoreboard.set(core: base, float: 0, at: start + 1)
    }
  }
}
