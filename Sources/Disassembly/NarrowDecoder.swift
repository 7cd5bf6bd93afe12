/// The 16-bit encodings.
///
/// Reference: DDI0403E A5.2.
extension Decoder {
  static func decodeNarrow(_ code: UInt32, _ i: inout Instruction) {
    switch code >> 12 {
    case 0, 1: shiftAddSubtract(code, &i)
    case 2, 3: immediate(code, &i)
    case 4: dataProcessing(code, &i)
    case 5: loadStoreRegister(code, &i)
    case 6: loadStoreImmediate(code, size: 4, &i)
    case 7: loadStoreImmediate(code, size: 1, &i)
    case 8: loadStoreImmediate(code, size: 2, &i)
    case 9: loadStoreStack(code, &i)
    case 10: addressOf(code, &i)
    case 11: miscellaneous(code, &i)
    case 12: multiple(code, &i)
    case 13: conditionalBranch(code, &i)
    default:
      i.kind = .branch
      i.branch(by: signExtend(field(code, 0, 11) << 1, bits: 12))
    }
  }

  private static func setsFlags(_ i: inout Instruction) {
    i.traits.insert([.writesFlags, .flagsOutsideIfThen])
  }

  private static func shiftAddSubtract(_ code: UInt32, _ i: inout Instruction) {
    setsFlags(&i)
    i.write(field(code, 0, 3))
    i.read(field(code, 3, 3))
    if field(code, 11, 2) < 3 {
      i.kind = field(code, 6, 7) == 0 ? .alu : .shift
    } else {
      i.kind = .alu
      if field(code, 10, 1) == 0 { i.read(field(code, 6, 3)) }
    }
  }

  private static func immediate(_ code: UInt32, _ i: inout Instruction) {
    i.kind = .alu
    let operation = field(code, 11, 2)
    let register = field(code, 8, 3)
    if operation != 0 { i.read(register) }
    if operation == 1 {
      i.traits.insert(.writesFlags)
    } else {
      i.write(register)
      setsFlags(&i)
    }
  }

  private static func dataProcessing(_ code: UInt32, _ i: inout Instruction) {
    switch field(code, 10, 2) {
    case 0: registerOperation(code, &i)
    case 1: specialRegisterOperation(code, &i)
    default:
      i.kind = .load
      i.memory = MemoryOperand(base: 15, offset: Int32(field(code, 0, 8) * 4), size: 4)
      i.read(15)
      i.write(field(code, 8, 3))
    }
  }

  private static func registerOperation(_ code: UInt32, _ i: inout Instruction) {
    let operation = field(code, 6, 4)
    let destination = field(code, 0, 3)
    i.kind = .alu
    i.read(field(code, 3, 3))
    switch operation {
    case 8, 10, 11:  // TST, CMP, CMN
      i.read(destination)
      i.traits.insert(.writesFlags)
      return
    case 9, 15: break  // RSB #0 and MVN read one register
    case 2, 3, 4, 7:
      i.kind = .shift
      i.read(destination)
    case 13:
      i.kind = .multiply
      i.read(destination)
    default: i.read(destination)
    }
    if operation == 5 || operation == 6 { i.traits.insert(.readsFlags) }
    i.write(destination)
    setsFlags(&i)
  }

  private static func specialRegisterOperation(_ code: UInt32, _ i: inout Instruction) {
    let source = field(code, 3, 4)
    let destination = field(code, 0, 3) | field(code, 7, 1) << 3
    i.kind = .alu
    i.read(source)
    switch field(code, 8, 2) {
    case 0:
      i.read(destination)
      i.write(destination)
      i.noteSpecialDestination(destination)
    case 1:
      i.read(destination)
      i.traits.insert(.writesFlags)
    case 2:
      i.write(destination)
      i.noteSpecialDestination(destination)
      if destination == 15, source == 14 { i.traits.insert(.returnCandidate) }
    default:
      i.write(15)
      if field(code, 7, 1) == 1 {
        i.kind = .call
        i.write(14)
        i.traits.insert(.call)
      } else {
        i.kind = .branchExchange
        if source == 14 { i.traits.insert(.returnCandidate) }
      }
    }
  }

  private static func transfer(_ register: UInt32, load: Bool, _ i: inout Instruction) {
    i.kind = load ? .load : .store
    if load { i.write(register) } else { i.read(register) }
  }

  private static func loadStoreRegister(_ code: UInt32, _ i: inout Instruction) {
    let operation = field(code, 9, 3)
    let size: UInt8 =
      switch operation {
      case 0, 4: 4
      case 1, 5, 7: 2
      default: 1
      }
    let base = field(code, 3, 3)
    let index = field(code, 6, 3)
    i.memory = MemoryOperand(base: UInt8(base), index: UInt8(index), shift: 0, size: size)
    i.read(base)
    i.read(index)
    transfer(field(code, 0, 3), load: operation > 2, &i)
    if operation == 3 || operation == 7 { i.traits.insert(.signExtends) }
  }

  private static func loadStoreImmediate(_ code: UInt32, size: UInt8, _ i: inout Instruction) {
    let base = field(code, 3, 3)
    let offset = Int32(field(code, 6, 5)) * Int32(size)
    i.memory = MemoryOperand(base: UInt8(base), offset: offset, size: size)
    i.read(base)
    transfer(field(code, 0, 3), load: field(code, 11, 1) == 1, &i)
  }

  private static func loadStoreStack(_ code: UInt32, _ i: inout Instruction) {
    i.memory = MemoryOperand(base: 13, offset: Int32(field(code, 0, 8) * 4), size: 4)
    i.read(13)
    transfer(field(code, 8, 3), load: field(code, 11, 1) == 1, &i)
  }

  private static func addressOf(_ code: UInt32, _ i: inout Instruction) {
    i.kind = .alu
    i.read(field(code, 11, 1) == 1 ? 13 : 15)
    i.write(field(code, 8, 3))
  }

  private static func miscellaneous(_ code: UInt32, _ i: inout Instruction) {
    if code & 0x0500 == 0x0100 { return compareBranch(code, &i) }
    switch field(code, 8, 4) {
    case 0:
      i.kind = .alu
      i.read(13)
      i.write(13)
      let bytes = Int32(field(code, 0, 7) * 4)
      i.stackChange = field(code, 7, 1) == 1 ? -bytes : bytes
    case 2:
      i.kind = .alu
      i.read(field(code, 3, 3))
      i.write(field(code, 0, 3))
    case 4, 5: stack(field(code, 0, 8) | field(code, 8, 1) << 14, load: false, &i)
    case 12, 13: stack(field(code, 0, 8) | field(code, 8, 1) << 15, load: true, &i)
    case 6 where code & 0xE8 == 0x60: i.kind = .changeProcessorState
    case 10 where field(code, 6, 2) != 2:
      i.kind = .alu
      i.read(field(code, 3, 3))
      i.write(field(code, 0, 3))
    case 14: i.kind = .breakpoint
    case 15 where code & 0xF != 0:
      i.kind = .ifThen
    case 15: i.kind = hint(field(code, 4, 4))
    default: i.kind = .undefined
    }
  }

  /// The kind of a hint by its number.
  static func hint(_ number: UInt32) -> InstructionKind {
    switch number {
    case 2: .waitForEvent
    case 3: .waitForInterrupt
    case 4: .sendEvent
    default: .hint
    }
  }

  private static func compareBranch(_ code: UInt32, _ i: inout Instruction) {
    i.kind = .compareBranch
    i.read(field(code, 0, 3))
    i.branch(by: Int32(field(code, 9, 1) << 6 | field(code, 3, 5) << 1))
  }

  private static func stack(_ list: UInt32, load: Bool, _ i: inout Instruction) {
    multipleTransfer(list, base: 13, load: load, down: !load, writeback: true, &i)
  }

  /// LDM and STM in any form: list, direction and write-back.
  static func multipleTransfer(
    _ list: UInt32, base: UInt32, load: Bool, down: Bool, writeback: Bool, _ i: inout Instruction
  ) {
    let count = UInt8(list.nonzeroBitCount)
    let bytes = Int32(count) * 4
    i.kind = load ? .loadMultiple : .storeMultiple
    i.memory = MemoryOperand(
      base: UInt8(base), offset: down ? -bytes : 0, size: 4, count: max(count, 1))
    if writeback {
      i.memory.indexing = down ? .preIndexed : .postIndexed
      i.memory.writebackChange = down ? -bytes : bytes
    }
    i.read(base)
    if load { i.writes |= UInt16(list) } else { i.reads |= UInt16(list) }
    i.noteWriteback()
    if load, list & 0x8000 != 0, base == 13, writeback { i.traits.insert(.returnCandidate) }
  }

  private static func multiple(_ code: UInt32, _ i: inout Instruction) {
    let base = field(code, 8, 3)
    let list = field(code, 0, 8)
    let load = field(code, 11, 1) == 1
    let writeback = !load || list & (1 << base) == 0
    multipleTransfer(list, base: base, load: load, down: false, writeback: writeback, &i)
  }

  private static func conditionalBranch(_ code: UInt32, _ i: inout Instruction) {
    let condition = field(code, 8, 4)
    switch condition {
    case 14: i.kind = .undefined
    case 15: i.kind = .supervisorCall
    default:
      i.kind = .conditionalBranch
      i.condition = Condition(rawValue: UInt8(condition)) ?? .al
      i.traits.insert(.readsFlags)
      i.branch(by: signExtend(field(code, 0, 8) << 1, bits: 9))
    }
  }
}
