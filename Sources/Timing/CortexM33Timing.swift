public import Disassembly

/// The Cortex-M33's timing, a first version: single issue with result latencies, and the pairing
/// of a 16-bit NOP, IT or branch with the 16-bit instruction before it.
///
/// Reference: no table is published; jnk0le, cortex_m33.md (measured on RP2350, r1p0).
///
/// Not modelled: floating-point instructions issued out of order; fetch stalls.
public struct CortexM33Timing: CoreTiming {
  // Cycles from issue until the result can be used.
  static let loadLatency: UInt32 = 2
  static let twoStageLatency: UInt32 = 2
  static let floatLatency: UInt32 = 2
  static let fusedLatency: UInt32 = 4
  /// Cycles for which a multiply-accumulate keeps other floating-point instructions out.
  static let fusedBlocks: UInt32 = 2
  // Not measured: the Cortex-M4's figures.
  static let divide: ClosedRange<UInt32> = 2...12
  static let divideExpected: UInt32 = 7
  static let floatDivide: UInt32 = 14
  /// A load of PC: one cycle for each word, and this refill.
  static let loadedRefill: UInt32 = 3

  public let name = "cortex-m33"
  public let reference =
    "no table is published; jnk0le cortex_m33.md (measured on RP2350)"

  /// Entry 12 is not verified in a primary source; the rest stands as on the Cortex-M4.
  public let exceptions = ExceptionTiming(
    entry: 12, exit: 10, tailChain: 6, lateArrival: 6, floatEntry: 17, floatExit: 17,
    lazyStacking: 17, wakeUp: 0)

  public let assumptions = ["exceptions", "divide", "floatDivide", "loadedRefill", "tableBranch"]

  public init() {}

  public func price(_ block: [Instruction]) -> BlockPrice {
    var pipeline = Pipeline(count: block.count)
    for instruction in block { pipeline.execute(instruction) }
    return pipeline.ledger.price
  }

  private struct Pipeline {
    var ledger: Ledger
    var scoreboard = Scoreboard()
    var floatFree: UInt32 = 0
    /// The instruction before, when another may pair with it.
    var partner: Instruction?

    init(count: Int) { ledger = Ledger(count: count) }

    mutating func execute(_ i: Instruction) {
      let paired = pairs(i)
      wait(for: i)
      ledger.noteAccess()
      let start = ledger.now
      if !paired { charge(i) } else { leave(i, paired: true) }
      finish(i, start)
      partner = paired || i.isWide || i.writesPC ? nil : i
    }

    private func pairs(_ i: Instruction) -> Bool {
      guard !i.isWide, partner != nil else { return false }
      switch i.kind {
      case .hint, .ifThen, .conditionalBranch, .compareBranch, .branch: return true
      default: return false
      }
    }

    private mutating func wait(for i: Instruction) {
      var early = i.reads
      var late: UInt16 = 0
      // Data to be stored and accumulators are wanted a cycle later.
      if i.kind == .store {
        late = early & ~i.addressRegisters
      } else if i.kind == .multiplyAccumulate {
        late = 1 << UInt16(i.encoding >> 12 & 15) & early
      }
      early &= ~late
      var ready = max(scoreboard.ready(core: early), scoreboard.ready(float: i.floatReads))
      ready = max(ready, max(scoreboard.ready(core: late), 1) - 1)
      if i.kind.isFloatingPoint { ready = max(ready, floatFree) }
      guard ready > ledger.now else { return }
      ledger.charge(ready - ledger.now, cause(i))
    }

    private func cause(_ i: Instruction) -> CycleSplit.Cause {
      if i.kind.loads || i.kind.stores { return .memory }
      switch i.kind {
      case .branch, .conditionalBranch, .compareBranch, .call, .branchExchange: return .branch
      case .multiply, .multiplyAccumulate, .longMultiply, .longMultiplyAccumulate, .divide:
        return .multiplyDivide
      default: return i.kind.isFloatingPoint ? .float : .issue
      }
    }

    private mutating func charge(_ i: Instruction) {
      switch i.kind {
      case .divide:
        ledger.charge(
          CortexM33Timing.divide, expected: CortexM33Timing.divideExpected, .multiplyDivide)
      case .multiply where !i.isWide: ledger.charge(2, .multiplyDivide)
      case .loadMultiple, .storeMultiple, .loadDouble, .storeDouble, .fpLoad, .fpStore,
        .fpLoadMultiple, .fpStoreMultiple:
        ledger.charge(UInt32(max(i.memory.count, 1)), .memory)
        leave(i, paired: false)
      case .tableBranch:
        ledger.charge(2, .memory)
        leave(i, paired: false)
      default:
        ledger.charge(1, cause(i))
        leave(i, paired: false)
      }
    }

    /// A taken branch costs 2, or 1 when the instruction before it did not set the flags.
    private mutating func leave(_ i: Instruction, paired: Bool) {
      guard i.writesPC else { return }
      let loads = i.kind.loads
      let refill: UInt32 =
        if loads {
          CortexM33Timing.loadedRefill
        } else if paired {
          partner.map { $0.writesFlags } == true ? 2 : 1
        } else {
          1
        }
      if i.isConditional {
        ledger.leave(takenExtra: refill)
      } else {
        ledger.charge(refill, .branch)
      }
    }

    private mutating func finish(_ i: Instruction, _ start: UInt32) {
      var latency: UInt32 = 1
      switch i.kind {
      case .load, .loadExclusive: latency = CortexM33Timing.loadLatency
      case .multiply, .multiplyAccumulate, .longMultiply, .longMultiplyAccumulate, .simd,
        .saturating:
        latency = CortexM33Timing.twoStageLatency
      case .alu where i.traits.contains(.shiftsOperand):
        latency = CortexM33Timing.twoStageLatency
      case .fpAlu, .fpMultiply: latency = CortexM33Timing.floatLatency
      case .fpMultiplyAccumulate:
        latency = CortexM33Timing.fusedLatency
        floatFree = start + 1 + CortexM33Timing.fusedBlocks
      case .fpDivide, .fpSquareRoot:
        latency = CortexM33Timing.floatDivide
        floatFree = start + latency
      case .fpMove where i.floatReads != 0 && i.writes != 0: latency = 2
      default: latency = max(ledger.now - start, 1)
      }
      scoreboard.set(core: i.writes, float: i.floatWrites, at: start + latency)
    }
  }
}
