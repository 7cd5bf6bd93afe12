/// The floating-point encodings: FPv4-SP and FPv5, coprocessors 10 and 11.
///
/// Reference: DDI0403E A6.4 to A6.7.
extension Decoder {
  static func coprocessor(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    guard field(b, 9, 3) == 5, field(a, 8, 4) != 15 else {
      if field(a, 8, 4) != 15, field(b, 9, 3) < 5 || field(b, 9, 3) > 5 { i.kind = .coprocessor }
      return
    }
    let double = b & 0x100 != 0
    if double { i.traits.insert(.doublePrecision) }
    switch (a & 0x1000 != 0, field(a, 9, 3), b & 0x10 != 0) {
    case (false, 6, _):
      if a & 0x1E0 == 0x40 { movePair(a, b, &i) } else { floatTransfer(a, b, &i) }
    case (false, 7, false): floatProcessing(a, b, double, &i)
    case (false, 7, true): moveOne(a, b, &i)
    case (true, 7, false): floatExtension(a, b, double, &i)
    default: undefine(&i)
    }
  }

  private static func undefine(_ i: inout Instruction) {
    i = Instruction(address: i.address, encoding: i.encoding, size: i.size)
  }

  /// The bits of an S register (number and low bit) or a D register (high bit and number).
  private static func registers(_ number: UInt32, _ extra: UInt32, _ double: Bool) -> UInt32 {
    double
      ? (3 as UInt32) << (2 * (number | extra << 4) & 31)
      : (1 as UInt32) << (number << 1 | extra)
  }

  private static func d(_ a: UInt32, _ b: UInt32, _ double: Bool) -> UInt32 {
    registers(field(b, 12, 4), field(a, 6, 1), double)
  }

  private static func n(_ a: UInt32, _ b: UInt32, _ double: Bool) -> UInt32 {
    registers(field(a, 0, 4), field(b, 7, 1), double)
  }

  private static func m(_ b: UInt32, _ double: Bool) -> UInt32 {
    registers(field(b, 0, 4), field(b, 5, 1), double)
  }

  private static func floatTransfer(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let double = b & 0x100 != 0
    let base = field(a, 0, 4)
    let load = a & 0x10 != 0
    let up = a & 0x80 != 0
    let words = field(b, 0, 8)
    let bytes = Int32(words * 4)
    i.read(base)
    var list: UInt32
    if a & 0x120 == 0x100 {
      i.kind = load ? .fpLoad : .fpStore
      i.memory = MemoryOperand(
        base: UInt8(base), offset: up ? bytes : -bytes, size: 4, count: double ? 2 : 1)
      list = d(a, b, double)
    } else {
      let writeback = a & 0x20 != 0
      guard up != (a & 0x100 != 0), up || writeback, words > 0 else { return undefine(&i) }
      i.kind = load ? .fpLoadMultiple : .fpStoreMultiple
      // An odd count on doublewords is FLDMX, which moves one word less.
      let count = double ? words & ~1 : words
      guard count > 0 else { return undefine(&i) }
      i.memory = MemoryOperand(
        base: UInt8(base), offset: up ? 0 : -bytes, size: 4, count: UInt8(min(count, 32)))
      if writeback {
        i.memory.indexing = up ? .postIndexed : .preIndexed
        i.memory.writebackChange = up ? bytes : -bytes
      }
      let first = double ? (field(b, 12, 4) << 1) : (field(b, 12, 4) << 1 | field(a, 6, 1))
      list = count >= 32 ? .max : ((1 << count) - 1)
      list <<= first
    }
    if load { i.floatWrites = list } else { i.floatReads = list }
    i.noteWriteback()
  }

  private static func movePair(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    guard b & 0xD0 == 0x10 else { return undefine(&i) }
    let double = b & 0x100 != 0
    let first = m(b, double)
    let list = double ? first : first | first << 1
    i.kind = .fpMove
    if a & 0x10 != 0 {
      i.floatReads = list
      i.write(field(a, 0, 4))
      i.write(field(b, 12, 4))
    } else {
      i.floatWrites = list
      i.read(field(a, 0, 4))
      i.read(field(b, 12, 4))
    }
  }

  private static func moveOne(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let toCore = a & 0x10 != 0
    let core = field(b, 12, 4)
    if b & 0x100 == 0, field(a, 5, 3) == 7 {
      i.kind = .fpSystem
      if !toCore {
        i.read(core)
      } else if core == 15 {
        i.traits.insert(.writesFlags)
      } else {
        i.write(core)
      }
      return
    }
    let list: UInt32
    if b & 0x100 == 0, field(a, 5, 3) == 0 {
      list = n(a, b, false)
    } else if b & 0x100 != 0, field(a, 6, 2) == 0, b & 0xE0 == 0 || b & 0xE0 == 0x80 {
      list = 1 << (field(a, 0, 4) << 1 | field(a, 5, 1))
      i.traits.remove(.doublePrecision)
    } else {
      return undefine(&i)
    }
    i.kind = .fpMove
    if toCore {
      i.floatReads = list
      i.write(core)
    } else {
      i.floatWrites = list
      i.read(core)
    }
  }

  private static func floatProcessing(
    _ a: UInt32, _ b: UInt32, _ double: Bool, _ i: inout Instruction
  ) {
    let operation = field(a, 7, 1) << 2 | field(a, 4, 2)
    if operation == 7 { return floatOther(a, b, double, &i) }
    i.floatWrites = d(a, b, double)
    i.floatReads = n(a, b, double) | m(b, double)
    switch operation {
    case 0, 1, 5, 6:
      i.kind = .fpMultiplyAccumulate
      i.floatReads |= i.floatWrites
      if operation > 4 { i.traits.insert(.fused) }
    case 2: i.kind = .fpMultiply
    case 3: i.kind = .fpAlu
    default:
      i.kind = .fpDivide
      if b & 0x40 != 0 { undefine(&i) }
    }
  }

  private static func floatOther(
    _ a: UInt32, _ b: UInt32, _ double: Bool, _ i: inout Instruction
  ) {
    i.kind = .fpAlu
    i.floatWrites = d(a, b, double)
    i.floatReads = m(b, double)
    let high = b & 0x80 != 0
    guard b & 0x40 != 0 else {
      i.kind = .fpMove
      i.floatReads = 0
      return
    }
    switch field(a, 0, 4) {
    case 0: if !high { i.kind = .fpMove }
    case 1: if high { i.kind = .fpSquareRoot }
    case 2:  // half to single or double
      i.floatReads = m(b, false)
    case 3:
      i.floatWrites = d(a, b, false)
      i.floatReads |= i.floatWrites
    case 4: compare(reading: i.floatWrites, &i)
    case 5:
      i.floatReads = 0
      compare(reading: i.floatWrites, &i)
    case 6: break
    case 7 where high: i.floatWrites = d(a, b, !double)
    case 7: break
    case 8: i.floatReads = m(b, false)
    case 12, 13: i.floatWrites = d(a, b, false)
    case 10, 11, 14, 15: i.floatReads = i.floatWrites
    default: undefine(&i)
    }
  }

  /// VCMP sets the flags of FPSCR, not of APSR.
  private static func compare(reading registers: UInt32, _ i: inout Instruction) {
    i.floatReads |= registers
    i.floatWrites = 0
  }

  /// VSEL, VMAXNM, VMINNM, VRINT and VCVT with a rounding mode in the encoding.
  private static func floatExtension(
    _ a: UInt32, _ b: UInt32, _ double: Bool, _ i: inout Instruction
  ) {
    i.kind = .fpAlu
    i.floatWrites = d(a, b, double)
    i.floatReads = m(b, double)
    if a & 0x80 == 0, b & 0x40 == 0 {
      i.floatReads |= n(a, b, double)
      i.traits.insert(.readsFlags)
    } else if a & 0xB0 == 0x80 {
      i.floatReads |= n(a, b, double)
    } else if a & 0xBC == 0xBC, b & 0x40 != 0 {
      i.floatWrites = d(a, b, false)
    } else if a & 0xBC != 0xB8 || b & 0x40 == 0 {
      undefine(&i)
    }
  }
}
