import Disassembly

/// The Cortex-M7's floating-point registers in flight, and when its unit is taken.
///
/// Reference: jnk0le, cortex_m7.md, sections fpu (single and double precision): the table of result
/// latencies and the table of cycles by operand, here for operands of different exponents.
///
/// Not modelled: denormal operands of double precision.
struct CortexM7FloatScoreboard {
  private enum Producer { case other, alu, fused, chained, load, move }

  private var cycles = InlineArray<32, UInt32>(repeating: 0)
  private var producers = InlineArray<32, Producer>(repeating: .other)
  /// The cycle from which additions, doubleword transfers and constants follow a multiply-accumulate; the one from
  /// which transfers and moves do so in the younger slot.
  private var additionsFrom: UInt32 = 0
  private var youngerFrom: UInt32 = 0
  private var fusedFrom: UInt32 = 0
  /// When the flags of a comparison can be read.
  private var flagsFrom: UInt32 = 0

  static func occupation(_ i: Instruction) -> (range: ClosedRange<UInt32>, expected: UInt32) {
    guard i.isDoublePrecision else {
      switch i.kind {
      case .fpDivide: return (16...16, 16)
      case .fpSquareRoot: return (14...14, 14)
      default: return (1...1, 1)
      }
    }
    switch i.kind {
    case .fpDivide, .fpSquareRoot: return (2...30, 30)
    case .fpMultiply: return (4...5, 5)
    case .fpMultiplyAccumulate: return (5...10, 8)
    default: return (1...3, 2)
    }
  }

  func issue(_ i: Instruction) -> UInt32 {
    guard i.kind.isFloatingPoint else { return 0 }
    var cycle: UInt32 = 0
    switch i.kind {
    case .fpAlu: cycle = additionsFrom
    case .fpLoadMultiple, .fpStoreMultiple: cycle = additionsFrom
    case .fpLoad, .fpStore: if i.memory.count > 1 { cycle = additionsFrom }
    case .fpMove: if i.reads | i.writes == 0 && i.floatReads == 0 { cycle = additionsFrom }
    case .fpMultiplyAccumulate: if i.traits.contains(.fused) { cycle = fusedFrom }
    case .fpSystem: cycle = flagsFrom
    default: break
    }
    let accumulator = i.kind == .fpMultiplyAccumulate ? i.floatWrites & i.floatReads : 0
    cycle = max(cycle, ready(i.floatFactors) { latency($0, to: i) })
    return max(cycle, ready(accumulator) { accumulation($0, fused: i.traits.contains(.fused)) })
  }

  /// Whether an instruction may issue in the younger slot of a cycle, for the multiply-accumulates before it.
  func mayBeYounger(_ i: Instruction, at cycle: UInt32) -> Bool {
    switch i.kind {
    case .fpLoad, .fpStore, .fpMove: cycle >= youngerFrom
    default: true
    }
  }

  private func ready(_ mask: UInt32, _ latency: (Producer) -> UInt32) -> UInt32 {
    var latest: UInt32 = 0
    var rest = mask
    while rest != 0 {
      let register = rest.trailingZeroBitCount
      if cycles[register] > 0 {
        latest = max(latest, cycles[register] - 1 + latency(producers[register]))
      }
      rest &= rest - 1
    }
    return latest
  }

  private func latency(_ producer: Producer, to i: Instruction) -> UInt32 {
    let stores = i.kind.stores
    switch producer {
    case .other: return 1
    case .alu: return stores ? 1 : 3
    case .fused: return stores ? 3 : 5
    case .chained: return stores ? 4 : 6
    case .load: return i.kind == .fpMove && i.writes != 0 ? 2 : 1
    case .move: return stores ? 1 : 3
    }
  }

  private func accumulation(_ producer: Producer, fused: Bool) -> UInt32 {
    switch producer {
    case .other: 1
    case .alu, .load: fused ? 3 : 2
    case .fused: fused ? 3 : 2
    case .chained: 3
    case .move: 3
    }
  }

  mutating func note(_ i: Instruction, at cycle: UInt32) {
    guard i.kind.isFloatingPoint else { return }
    var producer = Producer.other
    switch i.kind {
    case .fpAlu, .fpMultiply:
      producer = .alu
      if i.floatWrites == 0 { flagsFrom = cycle + 1 }
    case .fpMultiplyAccumulate:
      producer = i.traits.contains(.fused) ? .fused : .chained
      additionsFrom = cycle + (i.isDoublePrecision ? 2 : 4)
      if !i.isDoublePrecision { youngerFrom = cycle + 4 }
      if producer == .chained { fusedFrom = cycle + 2 }
    case .fpLoad: producer = .load
    case .fpMove: producer = .move
    default: break
    }
    var rest = i.floatWrites
    while rest != 0 {
      let register = rest.trailingZeroBitCount
      cycles[register] = cycle + 1
      producers[register] = producer
      rest &= rest - 1
    }
  }
}
