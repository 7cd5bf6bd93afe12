import Disassembly

/// Which two instructions the Cortex-M7 issues in one cycle, apart from what their operands allow.
///
/// Reference: jnk0le, cortex_m7.md, sections bitfield and DSP, operand2, multiplication, loads, stores,
/// fpu; LLVM ARMScheduleM7.td (SingleIssue, BeginGroup, one unit each for multiplication, branch,
/// store, DSP and floating point).
///
/// Not modelled: loads whose banks are not known from their operands share a cycle, with a cycle more in
/// the price's maximum; the extra cycle that some narrow and wide mixtures cost.
enum CortexM7Pairing {
  static func pairs(_ older: Instruction, _ younger: Instruction) -> Bool {
    if issuesAlone(older) || issuesAlone(younger) || mustBeOlder(younger) { return false }
    if older.kind.stores && younger.kind.stores { return false }
    if multiplies(older) && (multiplies(younger) || younger.kind.stores) { return false }
    if multiplies(younger) && older.kind.stores { return false }
    if branches(older) && branches(younger) { return false }
    if older.kind.loads && younger.kind.loads { return !sharesBank(older, younger) }
    return pairsShifters(older, younger) && pairsFloat(older, younger)
  }

  static func issuesAlone(_ i: Instruction) -> Bool {
    switch i.kind {
    case .loadMultiple, .storeMultiple, .loadDouble, .storeDouble, .fpLoadMultiple,
      .fpStoreMultiple, .divide, .barrier, .readSpecial, .writeSpecial, .storeExclusive,
      .changeProcessorState, .supervisorCall, .breakpoint, .tableBranch, .clearExclusive:
      true
    case .fpLoad, .fpStore: i.memory.count > 1
    case .fpSystem: true
    case .fpMove: (i.reads | i.writes).nonzeroBitCount > 1
    default: false
    }
  }

  /// Bit field and DSP instructions have one unit, reached from the older slot.
  private static func mustBeOlder(_ i: Instruction) -> Bool {
    if i.kind == .loadExclusive { return true }
    if i.kind.isFloatingPoint { return i.isDoublePrecision && !i.kind.loads && !i.kind.stores }
    switch DataPath(i) {
    case .extract, .insert, .reverse, .extend, .extendAdd, .pack, .saturate, .saturatingAdd,
      .parallel, .countZeros:
      return true
    default: return false
    }
  }

  static func multiplies(_ i: Instruction) -> Bool {
    switch i.kind {
    case .multiply, .multiplyAccumulate, .longMultiply, .longMultiplyAccumulate: true
    default: false
    }
  }

  static func branches(_ i: Instruction) -> Bool {
    switch i.kind {
    case .branch, .conditionalBranch, .compareBranch, .call, .branchExchange: true
    default: i.writesPC
    }
  }

  /// Whether two loads that share a cycle may turn out to want the same bank, and wait.
  static func mayConflict(_ older: Instruction, _ younger: Instruction) -> Bool {
    older.kind.loads && younger.kind.loads
      && (older.memory.base != younger.memory.base || older.memory.hasIndex
        || younger.memory.hasIndex)
  }

  /// Two words an even number of words apart lie in the same bank of a memory.
  private static func sharesBank(_ older: Instruction, _ younger: Instruction) -> Bool {
    let a = older.memory
    let b = younger.memory
    guard a.base == b.base, !a.hasIndex, !b.hasIndex, older.writes & 1 << UInt16(b.base) == 0
    else { return false }
    return (a.offset ^ b.offset) & 4 == 0
  }

  private static func usesEarlyShifter(_ i: Instruction) -> Bool {
    switch DataPath(i) {
    case .inlineShift, .shiftedConstant, .extract, .insert, .reverse, .extendAdd, .pack: true
    default: false
    }
  }

  private static func pairsShifters(_ older: Instruction, _ younger: Instruction) -> Bool {
    guard usesEarlyShifter(younger) else { return true }
    return !usesEarlyShifter(older) && DataPath(older) != .shift
  }

  private static func computes(_ i: Instruction) -> Bool {
    i.kind.isFloatingPoint && i.memory.count == 0 && i.kind != .fpMove
  }

  private static func pairsFloat(_ older: Instruction, _ younger: Instruction) -> Bool {
    if computes(older) && computes(younger) { return false }
    for (a, b) in [(older, younger), (younger, older)] where a.kind == .fpMultiplyAccumulate {
      if b.kind.isFloatingPoint || (a.isDoublePrecision && b.memory.count > 0) { return false }
    }
    return true
  }
}
