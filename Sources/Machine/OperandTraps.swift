import CortexM
import Disassembly
import Engine
import RunRecord
import Units

/// What instructions fault for by their operands: asked of the instruction about to run.
extension Instruction {
  /// Multiple, doubleword and floating-point accesses: unaligned ones fault whatever CCR says.
  var alignsAlways: Bool {
    switch kind {
    case .loadMultiple, .storeMultiple, .loadDouble, .storeDouble, .fpLoad, .fpStore,
      .fpLoadMultiple, .fpStoreMultiple:
      memory.count > 0 && memory.base < 15
    default: false
    }
  }

  /// Words and halfwords: unaligned ones fault with CCR.UNALIGN_TRP.
  var alignsWhenAsked: Bool {
    (kind == .load || kind == .store) && memory.count > 0 && memory.transferSize > 1
      && memory.base < 15
  }

  /// The special registers that more is made of than moving a value.
  enum SpecialRegister: UInt32 {
    case mainStackLimit = 10
    case processStackLimit = 11
    case control = 20
  }

  /// What MRS or MSR names. Reference: Arm DDI 0553B, C2.4.121 (MRS), C2.4.123 (MSR).
  var specialRegister: SpecialRegister? {
    guard kind == .readSpecial || kind == .writeSpecial else { return nil }
    return SpecialRegister(rawValue: encoding & 0xff)
  }

  /// BXNS or BLXNS: to an even address it goes to the non-secure state.
  /// Reference: Arm DDI 0553B, C2.4.25, C2.4.29.
  var mayLeaveSecureState: Bool { !isWide && encoding & 0xff07 == 0x4704 }

  /// The registers that decide whether it faults.
  fileprivate var decidingRegisters: UInt16 {
    kind == .divide ? 1 << UInt16(encoding & 0xf) : addressRegisters
  }
}

extension Machine {
  /// The block at the program counter may trap: goes through its instructions, and runs up to one whose
  /// operands the block itself makes.
  /// Reference: Arm DDI 0403E.e, A3.2.1, B3.2.8.
  func checkOperands() -> Outcome? {
    let end = engine.trappingBlockEnd
    while let next = checkOperands(upTo: end) {
      let start = engine.programCounter
      if start == next {
        readControl()
        continue
      }
      engine.passTraps(at: start)
      // An access that the MPU asks about, or something else, came first.
      if let first = engine.runStraight(to: next) { return handle(first) }
    }
    return nil
  }

  /// MRS of CONTROL while FPCCR.ASPEN is off, done here because the engine's own bits stand set; it
  /// takes no time.
  private func readControl() {
    let start = engine.programCounter
    guard let bytes = engine.bytes(at: start, count: 4) else { return }
    if executesNext, let target = CoreRegister(rawValue: Int(bytes[3] & 0xf)) {
      engine[target] = processor[.control]
    }
    passInstruction(to: start + 4)
  }

  /// The instruction to run up to, because its operands are not known before; nil when nothing is left to
  /// check.
  private func checkOperands(upTo end: Address) -> Address? {
    let start = engine.programCounter
    guard start < end, let bytes = engine.bytes(at: start, count: Int(end - start)) else {
      return nil
    }
    var written: UInt16 = 0
    for instruction in Decoder.decodeBlock(bytes: bytes, at: start) {
      if instruction.kind == .readSpecial && instruction.specialRegister == .control
        && engine.isContextManual
      {
        return instruction.address
      }
      if instruction.mayLeaveSecureState {
        if instruction.address != start { return instruction.address }
        if executesNext { followBranch(instruction) }
        engine.passTraps(at: instruction.address)
        return nil
      }
      if let fault = possibleFault(of: instruction) {
        let isFirst = instruction.address == start
        if !isFirst && (instruction.isConditional || instruction.decidingRegisters & written != 0) {
          return instruction.address
        }
        if (!isFirst || executesNext) && traps(instruction) {
          if !isFirst { return instruction.address }
          raiseAtInstruction(fault, at: start)
          afterException()
          return nil
        }
      }
      written |= instruction.writes
    }
    engine.passTraps(at: start)
    return nil
  }

  /// The non-secure state is not modelled: the run ends where firmware goes there.
  private func followBranch(_ instruction: Instruction) {
    let source = CoreRegister(rawValue: Int(instruction.encoding >> 3 & 0xf))
    guard core.features.architecture == .v8M, let source, engine[source] & 1 == 0 else { return }
    deadEnd = "jump to \(Address(engine[source])) in the non-secure state, which is not modelled"
  }

  private func possibleFault(of instruction: Instruction) -> CoreFault? {
    let configuration = core.readPrivate(0xe000_ed14) ?? 0
    if instruction.kind == .divide { return configuration & 1 << 4 != 0 ? .divideByZero : nil }
    if instruction.alignsAlways { return .unaligned }
    return instruction.alignsWhenAsked && configuration & 1 << 3 != 0 ? .unaligned : nil
  }

  private func traps(_ instruction: Instruction) -> Bool {
    func value(_ number: UInt8) -> UInt32 {
      CoreRegister(rawValue: Int(number)).map { engine[$0] } ?? 0
    }
    if instruction.kind == .divide { return value(UInt8(instruction.encoding & 0xf)) == 0 }
    let operand = instruction.memory
    let address = operand.address(
      base: value(operand.base), index: operand.hasIndex ? value(operand.index) : 0)
    let size = instruction.alignsAlways ? 4 : UInt32(operand.transferSize)
    return address & (size - 1) != 0
  }

  private var ifThenState: UInt32 {
    get {
      let xpsr = engine[.xpsr]
      return xpsr >> 8 & 0xfc | xpsr >> 25 & 3
    }
    set {
      engine.setExecutionState(0x0100_0000 | (newValue & 3) << 25 | (newValue & 0xfc) << 8)
    }
  }

  /// ITSTATE behind an instruction that had `state`.
  /// Reference: Arm DDI 0403E.e, A7.3.3 (ITAdvance).
  private func advanced(_ state: UInt32) -> UInt32 {
    state & 7 == 0 ? 0 : state & 0xe0 | state << 1 & 0x1f
  }

  /// The instruction at the program counter is done, or was not to be: goes on at `next`.
  func passInstruction(to next: Address) {
    ifThenState = advanced(ifThenState)
    engine.programCounter = next
  }

  /// The older engine forgets ITSTATE in a fault: the block's own IT says what it was.
  func restoreIfThen(at address: Address) {
    let block = engine.currentBlock
    let details = analysis.details(of: block.address, size: block.size) {
      engine.bytes(at: block.address, count: Int(block.size))
    }
    var state: UInt32 = 0
    for instruction in details?.instructions ?? [] {
      if instruction.address == address {
        if state != 0 { ifThenState = state }
        return
      }
      state = instruction.kind == .ifThen ? instruction.encoding & 0xff : advanced(state)
    }
  }

  /// Whether the condition of an IT block under way, if any, holds for the next instruction.
  var executesNext: Bool {
    let xpsr = engine[.xpsr]
    let state = ifThenState
    guard state & 0xf != 0, let condition = Condition(rawValue: UInt8(state >> 4)) else {
      return true
    }
    return condition.holds(
      n: xpsr >> 31 & 1 != 0, z: xpsr >> 30 & 1 != 0, c: xpsr >> 29 & 1 != 0,
      v: xpsr >> 28 & 1 != 0)
  }
}
