import Disassembly

/// The figures in which Cortex-M0 and Cortex-M0+ differ.
struct ArmV6MTable: Sendable {
  /// Taken: B and Bcc; BL; BX, BLX and moves to PC; the refill of POP with PC.
  var branch: UInt32
  var call: UInt32
  var exchange: UInt32
  var popRefill: UInt32
  /// MSR, MRS and barriers.
  var special: UInt32
  /// 1 with the fast multiplier, 32 with the small one; the chip's maker chooses.
  var multiply: UInt32
}

/// The Armv6-M cores: each instruction has a fixed cost and none depends on its neighbours.
///
/// Reference: Arm DDI0432C table 3-1 (Cortex-M0), DDI0484C table 3-1 (Cortex-M0+).
enum ArmV6MPipeline {
  static func price(_ block: [Instruction], _ table: ArmV6MTable) -> BlockPrice {
    var ledger = Ledger(count: block.count)
    for instruction in block {
      ledger.noteAccess()
      charge(instruction, table, &ledger)
    }
    return ledger.price
  }

  private static func charge(_ i: Instruction, _ table: ArmV6MTable, _ ledger: inout Ledger) {
    ledger.charge(1, .issue)
    switch i.kind {
    case .load, .store: ledger.charge(1, .memory)
    case .loadMultiple, .storeMultiple:
      ledger.charge(UInt32(i.memory.count), .memory)
      if i.writesPC { ledger.charge(table.popRefill, .branch) }
    case .conditionalBranch: ledger.leave(takenExtra: table.branch - 1)
    case .branch: ledger.charge(table.branch - 1, .branch)
    case .call where i.hasDirectTarget: ledger.charge(table.call - 1, .branch)
    case .call, .branchExchange: ledger.charge(table.exchange - 1, .branch)
    case .multiply: ledger.charge(table.multiply - 1, .divide)
    case .readSpecial, .writeSpecial, .barrier: ledger.charge(table.special - 1, .issue)
    case .waitForInterrupt, .waitForEvent: ledger.charge(1, .issue)
    default:
      if i.writesPC { ledger.charge(table.exchange - 1, .branch) }
    }
  }
}
