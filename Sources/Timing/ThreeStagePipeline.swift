import Disassembly

/// The figures in which the three-stage Armv7-M cores differ.
struct ThreeStageTable: Sendable {
  var multiplyAccumulate: UInt32
  var longMultiply: ClosedRange<UInt32>
  var longMultiplyExpected: UInt32
  var longMultiplyAccumulate: ClosedRange<UInt32>
  var longMultiplyAccumulateExpected: UInt32
  /// Whether a load or store that writes its base back overlaps the load before it.
  var indexedAccessesPipeline: Bool
}

/// The pipeline shared by Cortex-M3 and Cortex-M4: one instruction a cycle, with a load's data
/// phase, a store's data phase and address generation as its hazards.
///
/// Reference: Arm DDI0439D 3.3.1 and 3.3.2 (tables), Arm DDI0337I 3.3.2; jnk0le, cortex_m3m4.md
/// (measured on STM32F103 and STM32F407); compendium.i-0.nl, instruction alignment (measured on
/// STM32L4).
///
/// That a load of what was just stored waits one cycle more than any other is assumed: it is what CoreMark
/// without optimisation lacks on the Cortex-M4 and on the Cortex-M33, and nothing else meets it.
///
/// That two memories do not answer a load and the access after it together is left to who knows the addresses.
struct ThreeStagePipeline {
  // Fixed figures. DDI0439D table 3-1 unless said otherwise.
  /// Refill after a branch whose target is issued in decode: P = 1. B, BL, and BX, BLX or MOV PC
  /// from an LR that the instruction before does not write (DDI0337G table 15-3).
  static let decodeRefill: UInt32 = 1
  /// Refill after a branch whose target is issued in execute: P = 2. CBZ, CBNZ, and other
  /// registers to PC (DDI0337G table 15-3).
  static let executeRefill: UInt32 = 2
  /// Address, data and decode: a target whose address goes out in execute runs after P = 2 more cycles.
  static let fetchLead = Int(executeRefill) + 1
  /// Refill after a load of the PC: P = 3 (3.3.2: at least two for the load and three to reload).
  static let loadedRefill: UInt32 = 3
  /// MSR and MRS: 1 or 2.
  static let special: ClosedRange<UInt32> = 1...2
  static let specialExpected: UInt32 = 2
  /// ISB refills the pipeline; DSB and DMB wait for nothing at zero wait states.
  static let barrierRange: ClosedRange<UInt32> = 1...4
  static let barrierExpected: UInt32 = 2
  /// DDI0337E 14.5.6: fetches by the System bus are registered, take two cycles and never follow one
  /// another at once.
  static let systemBusFetchWaits = 1
  // Table 7-1 and its notes.
  static let floatMultiplyAccumulate: UInt32 = 3
  static let floatDivide: UInt32 = 14

  /// What the data bus still owes at the end of an instruction.
  private enum Pending { case nothing, loadData, storeData, registerStore }

  let table: ThreeStageTable
  var ledger: Ledger
  private var previous: Instruction?
  private var pending = Pending.nothing
  /// Registers written by data processing just before: an address waits a cycle for them.
  private var lateForAddress: UInt16 = 0
  /// Registers loaded just before: an address that needs them does not overlap the load.
  private var loaded: UInt16 = 0
  /// Floating-point registers whose result is one cycle away.
  private var lateFloat: UInt32 = 0
  /// The cycle in which a background VDIV or VSQRT ends.
  private var floatBusyUntil: UInt32 = 0
  /// Wide instructions in a row at odd halfwords, and whether all were stores.
  private var oddRun = 0
  private var oddRunStores = true
  private var oddRunPaid = false
  /// Whether the instruction before the run, or a load that opens it, let the buffer fill.
  private var oddRunStalled = false
  /// Cycles of the instruction before.
  private var previousCycles: UInt32 = 0

  init(_ table: ThreeStageTable, count: Int) {
    self.table = table
    ledger = Ledger(count: count)
  }

  static func price(
    _ block: [Instruction], after before: [Instruction], _ table: ThreeStageTable
  ) -> BlockPrice {
    guard let first = block.first else { return BlockPrice() }
    let empty = run(block, after: [], table)
    var price = before.isEmpty ? empty : run(block, after: before, table)
    price.entryExtraWhenBranchedTo = empty.cycles - min(empty.cycles, price.cycles)
    // The target needs two fetches.
    if first.isWide, first.isAtOddHalfword { price.entryExtraWhenBranchedTo += 1 }
    return price
  }

  private static func run(
    _ block: [Instruction], after before: [Instruction], _ table: ThreeStageTable
  ) -> BlockPrice {
    var pipeline = ThreeStagePipeline(table, count: block.count)
    for instruction in before { pipeline.execute(instruction) }
    // What came before was charged to its end as if nothing followed.
    pipeline.ledger.begin(owing: pipeline.pending == .loadData ? 1 : 0)
    for instruction in block { pipeline.execute(instruction) }
    pipeline.finish()
    return pipeline.ledger.priceSinceBegin
  }

  private mutating func execute(_ i: Instruction) {
    settle(i)
    fetch(i)
    waitForFloat(i)
    ledger.noteAccess()
    let start = ledger.now
    issue(i)
    previousCycles = ledger.now - start
    remember(i)
  }

  /// Three or more wide instructions at odd halfwords cost a cycle, stores only from the fourth, when the prefetch
  /// buffer had time to fill before them: each time that one of several cycles let it, also among them (IACR ePrint
  /// 2025/523, as jnk0le quotes it. compendium.i-0.nl: a group with memory instructions can cost more than one.
  /// X25519 by Emill, a comment in its source: where a function of them begins makes 30,000 cycles of 476,000; 19,000
  /// here, 5,000 if it were once).
  private mutating func fetch(_ i: Instruction) {
    guard i.isWide, i.isAtOddHalfword else {
      oddRun = 0
      return
    }
    if oddRun == 0 || previousCycles > 1 {
      oddRun = 0
      oddRunStores = true
      oddRunPaid = false
      oddRunStalled = previousCycles > 1 || i.kind == .load
    }
    oddRun += 1
    if i.kind != .store { oddRunStores = false }
    guard !oddRunPaid, oddRun >= (oddRunStores ? 4 : 3) else { return }
    oddRunPaid = true
    if oddRunStalled {
      ledger.charge(1, .fetch)
    } else {
      // Free in measured AES code, not in the alignment measurements.
      ledger.allow(more: 1)
    }
  }

  /// Waits for the data phase of the previous load or store, and for this one's address.
  private mutating func settle(_ i: Instruction) {
    let address = i.addressRegisters
    switch pending {
    case .loadData:
      if !overlapsLoad(i) || address & loaded != 0 {
        ledger.charge(1, address & loaded != 0 ? .data : .memory)
        previousCycles += 1
      } else {
        ledger.noteOverlap()
      }
      // The manual counts three for a load and its store, where two are measured; a dependent
      // address may wait for one cycle more.
      if i.kind == .store || address & loaded != 0 { ledger.allow(more: 1) }
    case .storeData:
      if i.kind.loads {
        ledger.charge(1, .memory)
        if previous?.isReloaded(by: i) == true { ledger.charge(0...1, expected: 1, .memory) }
      }
      // jnk0le: indexed stores with one base are not chained.
      if i.kind == .store, let previous, previous.memory.writesBack, i.memory.writesBack,
        previous.memory.base == i.memory.base
      {
        ledger.charge(1, .data)
      }
    case .nothing, .registerStore: break
    }
    if address & lateForAddress != 0 { ledger.charge(1, .data) }
    pending = .nothing
  }

  /// Whether an instruction runs under the data phase of the load before it.
  private func overlapsLoad(_ i: Instruction) -> Bool {
    switch i.kind {
    case .load, .store:
      !i.writesPC && (table.indexedAccessesPipeline || !i.memory.writesBack)
    case .loadExclusive, .storeExclusive: true
    default: false
    }
  }

  /// A floating-point instruction waits for its operands and for a division in the background.
  private mutating func waitForFloat(_ i: Instruction) {
    guard i.kind.isFloatingPoint else { return }
    if floatBusyUntil > ledger.now { ledger.charge(floatBusyUntil - ledger.now, .float) }
    // What is added to a product is wanted a cycle later than factors are (DDI0439D 7.2.3).
    if i.floatFactors & lateFloat != 0 { ledger.charge(1, .float) }
  }

  private mutating func issue(_ i: Instruction) {
    switch i.kind {
    case .load, .loadExclusive, .storeExclusive, .store, .loadMultiple, .storeMultiple,
      .loadDouble, .storeDouble:
      memory(i)
    case .fpLoad, .fpLoadMultiple, .fpStore, .fpStoreMultiple:
      ledger.charge(1, .issue)
      ledger.charge(UInt32(i.memory.count), .memory)
    case .branch, .conditionalBranch, .compareBranch, .call, .branchExchange, .tableBranch:
      branch(i)
    case .fpAlu, .fpMultiply, .fpMultiplyAccumulate, .fpDivide, .fpSquareRoot, .fpMove,
      .fpSystem:
      float(i)
    case .multiply, .multiplyAccumulate, .longMultiply, .longMultiplyAccumulate, .divide:
      multiply(i)
    default: other(i)
    }
  }

  private mutating func memory(_ i: Instruction) {
    ledger.charge(1, .issue)
    if i.writesPC { return loadPC(i) }
    switch i.kind {
    case .store where i.memory.hasIndex:
      ledger.charge(1, .memory)
      pending = .registerStore
    case .store: pending = .storeData
    case .load, .loadExclusive, .storeExclusive: pending = .loadData
    default: ledger.charge(UInt32(i.memory.count), .memory)
    }
    // A load or store that fails its condition takes one cycle.
    if i.isConditional { ledger.allow(less: UInt32(i.memory.count)) }
  }

  /// A load of PC that fails its condition neither loads nor leaves.
  private mutating func loadPC(_ i: Instruction) {
    let words = UInt32(i.memory.count)
    if i.isConditional {
      ledger.leave(takenExtra: words + Self.loadedRefill)
    } else {
      ledger.charge(words, .memory)
      ledger.charge(Self.loadedRefill, .branch)
    }
  }

  private mutating func branch(_ i: Instruction) {
    ledger.charge(1, .issue)
    if i.kind == .tableBranch {
      // 3.3.2: at least two for the load, one for the add and three to reload.
      ledger.charge(2, .memory)
      leave(i, refill: Self.loadedRefill)
    } else {
      leave(i, refill: issuesTargetInDecode(i) ? Self.decodeRefill : Self.executeRefill)
    }
  }

  private func issuesTargetInDecode(_ i: Instruction) -> Bool {
    if i.hasDirectTarget { return i.kind != .compareBranch }
    return i.reads == 1 << 14 && (previous?.writes ?? 0) & 1 << 14 == 0
  }

  private mutating func leave(_ i: Instruction, refill: UInt32) {
    // P depends on whether the core manages to speculate the address early: while it decodes, with the instruction
    // before still under way.
    if refill == Self.decodeRefill && previousCycles > 1 {
      ledger.askForTarget(early: previousCycles - 1)
    }
    if i.isConditional {
      ledger.leave(takenExtra: refill)
    } else {
      ledger.charge(refill, .branch)
    }
  }

  private mutating func multiply(_ i: Instruction) {
    ledger.charge(1, .issue)
    switch i.kind {
    case .divide: more(Divider.cycles, expected: Divider.expectedCycles)
    case .multiplyAccumulate: ledger.charge(table.multiplyAccumulate - 1, .divide)
    case .longMultiply: more(table.longMultiply, expected: table.longMultiplyExpected)
    case .longMultiplyAccumulate:
      more(table.longMultiplyAccumulate, expected: table.longMultiplyAccumulateExpected)
    default: break
    }
  }

  /// Charges what an instruction takes beyond its first cycle.
  private mutating func more(_ range: ClosedRange<UInt32>, expected: UInt32) {
    ledger.charge(
      range.lowerBound - 1...range.upperBound - 1, expected: expected - 1, .divide)
  }

  private mutating func float(_ i: Instruction) {
    ledger.charge(1, .issue)
    switch i.kind {
    case .fpMultiplyAccumulate: ledger.charge(Self.floatMultiplyAccumulate - 1, .float)
    case .fpDivide, .fpSquareRoot: floatBusyUntil = ledger.now + Self.floatDivide - 1
    case .fpMove:
      let words = max((i.reads | i.writes).nonzeroBitCount, 1)
      ledger.charge(UInt32(words) - 1, .float)
    default: break
    }
  }

  private mutating func other(_ i: Instruction) {
    switch i.kind {
    case .ifThen:
      // Folds onto a 16-bit instruction before it.
      if let previous, !previous.isWide {
        ledger.allow(more: 1)
      } else {
        ledger.charge(1, .issue)
      }
    case .hint
    where previous?.kind == .load || (previous?.kind == .store && previous!.memory.hasIndex):
      // Hidden under the data phase.
      break
    case .readSpecial, .writeSpecial:
      ledger.charge(Self.special, expected: Self.specialExpected, .issue)
    case .barrier: ledger.charge(Self.barrierRange, expected: Self.barrierExpected, .issue)
    default:
      ledger.charge(1, .issue)
      if i.writesPC {
        leave(i, refill: issuesTargetInDecode(i) ? Self.decodeRefill : Self.executeRefill)
      }
    }
  }

  private mutating func remember(_ i: Instruction) {
    lateForAddress = 0
    loaded = 0
    lateFloat = 0
    if i.kind.isFloatingPoint {
      if i.kind == .fpAlu || i.kind == .fpMultiply || i.kind == .fpMultiplyAccumulate {
        lateFloat = i.floatWrites
      }
    } else if i.memory.count == 0 {
      lateForAddress = i.writes
    } else if i.kind == .load || i.kind == .loadExclusive {
      // The base's new value is forwarded; the loaded value is not.
      let base: UInt16 = i.memory.writesBack ? 1 << UInt16(i.memory.base) : 0
      loaded = i.writes & ~base
    }
    previous = i
  }

  private mutating func finish() {
    if pending == .loadData { ledger.charge(1, .memory) }
    if floatBusyUntil > ledger.now { ledger.allow(more: floatBusyUntil - ledger.now) }
  }
}
