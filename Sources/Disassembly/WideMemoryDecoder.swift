/// The 32-bit loads and stores of core registers.
///
/// Reference: DDI0403E A5.3.5 to A5.3.10.
extension Decoder {
  static func wideMultiple(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let mode = field(a, 7, 2)
    guard mode == 1 || mode == 2 else { return }
    multipleTransfer(
      b, base: field(a, 0, 4), load: a & 0x10 != 0, down: mode == 2, writeback: a & 0x20 != 0, &i)
  }

  static func dualAndExclusive(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    // P and W both clear is the space of exclusives and table branches.
    guard a & 0x0120 == 0 else { return dual(a, b, &i) }
    let base = field(a, 0, 4)
    let load = a & 0x10 != 0
    if a & 0x80 == 0 {
      exclusive(
        b, load: load, base: base, offset: Int32(field(b, 0, 8) * 4), size: 4,
        status: field(b, 8, 4), &i)
      return
    }
    let selector = field(b, 4, 4)
    let size = UInt8(truncatingIfNeeded: 1 << field(selector, 0, 2))
    switch selector {
    case 0, 1: if load { tableBranch(b, base: base, size: selector == 0 ? 1 : 2, &i) }
    case 4, 5, 12, 13, 14:
      exclusive(b, load: load, base: base, offset: 0, size: size, status: field(b, 0, 4), &i)
    case 8, 9, 10:  // load-acquire and store-release, Armv8-M
      i.kind = load ? .load : .store
      i.memory = MemoryOperand(base: UInt8(base), offset: 0, size: size)
      i.read(base)
      if load { i.write(field(b, 12, 4)) } else { i.read(field(b, 12, 4)) }
    default: break
    }
  }

  private static func exclusive(
    _ b: UInt32, load: Bool, base: UInt32, offset: Int32, size: UInt8, status: UInt32,
    _ i: inout Instruction
  ) {
    i.kind = load ? .loadExclusive : .storeExclusive
    i.memory = MemoryOperand(base: UInt8(base), offset: offset, size: size)
    i.read(base)
    if load {
      i.write(field(b, 12, 4))
    } else {
      i.read(field(b, 12, 4))
      i.write(status)
    }
  }

  private static func tableBranch(
    _ b: UInt32, base: UInt32, size: UInt8, _ i: inout Instruction
  ) {
    let index = field(b, 0, 4)
    i.kind = .tableBranch
    i.memory = MemoryOperand(
      base: UInt8(base), index: UInt8(index), shift: size == 1 ? 0 : 1, size: size)
    i.read(base)
    i.read(index)
    i.write(15)
  }

  private static func indexing(pre: Bool, writeback: Bool) -> MemoryOperand.Indexing {
    writeback ? (pre ? .preIndexed : .postIndexed) : .offset
  }

  private static func dual(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let base = field(a, 0, 4)
    let load = a & 0x10 != 0
    let distance = Int32(field(b, 0, 8) * 4)
    let first = field(b, 12, 4)
    let second = field(b, 8, 4)
    i.kind = load ? .loadDouble : .storeDouble
    i.memory = MemoryOperand(
      base: UInt8(base), offset: a & 0x80 != 0 ? distance : -distance, size: 4, count: 2,
      indexing: indexing(pre: a & 0x100 != 0, writeback: a & 0x20 != 0))
    i.read(base)
    if load {
      i.write(first)
      i.write(second)
    } else {
      i.read(first)
      i.read(second)
    }
    i.noteWriteback()
  }

  static func singleTransfer(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let code = field(a, 5, 2)
    let load = a & 0x10 != 0
    let base = field(a, 0, 4)
    let register = field(b, 12, 4)
    guard code < 3, load || a & 0x100 == 0, load || base != 15 else { return }
    guard addressing(a, b, size: UInt8(1 << code), &i) else { return }
    i.read(base)
    if load, register == 15, code != 2 {
      i.kind = .preload
      return
    }
    i.kind = load ? .load : .store
    if load { i.write(register) } else { i.read(register) }
    if load, a & 0x100 != 0 { i.traits.insert(.signExtends) }
    i.noteWriteback()
    if load, register == 15, base == 13, i.memory.indexing == .postIndexed {
      i.traits.insert(.returnCandidate)
    }
    if load, register == 13 { i.traits.insert(.movesStackUnpredictably) }
  }

  /// The five addressing forms of a single transfer; false when the encoding is none of them.
  private static func addressing(
    _ a: UInt32, _ b: UInt32, size: UInt8, _ i: inout Instruction
  ) -> Bool {
    let base = UInt8(field(a, 0, 4))
    let long = Int32(field(b, 0, 12))
    if base == 15 {
      i.memory = MemoryOperand(base: 15, offset: a & 0x80 != 0 ? long : -long, size: size)
    } else if a & 0x80 != 0 {
      i.memory = MemoryOperand(base: base, offset: long, size: size)
    } else if b & 0x800 != 0 {
      let short = Int32(field(b, 0, 8))
      let pre = b & 0x400 != 0
      let writeback = b & 0x100 != 0
      guard pre || writeback else { return false }
      i.memory = MemoryOperand(
        base: base, offset: b & 0x200 != 0 ? short : -short, size: size,
        indexing: indexing(pre: pre, writeback: writeback))
    } else if field(b, 6, 5) == 0 {
      let index = field(b, 0, 4)
      i.memory = MemoryOperand(
        base: base, index: UInt8(index), shift: UInt8(field(b, 4, 2)), size: size)
      i.read(index)
    } else {
      return false
    }
    return true
  }
}
