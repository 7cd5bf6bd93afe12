/// The 32-bit data-processing encodings.
///
/// Reference: DDI0403E A5.3.1, A5.3.3, A5.3.11 to A5.3.17.
extension Decoder {
  /// The operation field shared by immediates and shifted registers, with what it means when a
  /// register field holds 15.
  private static func operate(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let operation = field(a, 5, 4)
    let sets = a & 0x10 != 0
    let first = field(a, 0, 4)
    let destination = field(b, 8, 4)
    i.kind = .alu
    if sets { i.traits.insert(.writesFlags) }
    switch operation {
    case 0, 1, 4, 8, 10, 11, 13, 14: i.read(first)
    case 2, 3: if first != 15 { i.read(first) }
    default:
      i.kind = .undefined
      i.traits = []
      return
    }
    if operation == 10 || operation == 11 { i.traits.insert(.readsFlags) }
    // TST, TEQ, CMN and CMP
    let comparing = destination == 15 && sets && [0, 4, 8, 13].contains(operation)
    if !comparing { i.write(destination) }
  }

  static func modifiedImmediate(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    operate(a, b, &i)
    guard i.writes & 0x2000 != 0 else { return }
    let operation = field(a, 5, 4)
    if field(a, 0, 4) == 13, operation == 8 || operation == 13 {
      let value = Int32(bitPattern: expandImmediate(a, b))
      i.stackChange = operation == 8 ? value : 0 &- value
    } else {
      i.traits.insert(.movesStackUnpredictably)
    }
  }

  /// ThumbExpandImm: the constant of the two halfwords of an encoding.
  ///
  /// Reference: DDI0403E A5.3.2.
  public static func expandImmediate(_ a: UInt32, _ b: UInt32) -> UInt32 {
    let top = field(a, 10, 1) << 4 | field(b, 12, 3) << 1 | field(b, 7, 1)
    let byte = field(b, 0, 8)
    switch top >> 1 {
    case 0: return byte
    case 1: return byte << 16 | byte
    case 2: return byte << 24 | byte << 8
    case 3: return byte << 24 | byte << 16 | byte << 8 | byte
    default:
      let value = byte | 0x80
      return value >> top | value << (32 - top)
    }
  }

  static func shiftedRegister(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let shift = field(b, 12, 3) << 2 | field(b, 6, 2)
    let kind = field(b, 4, 2)
    let shifted = shift != 0 || kind != 0
    if field(a, 5, 4) == 6 {
      i.kind = .simd
      i.read(field(a, 0, 4))
      i.read(field(b, 0, 4))
      i.write(field(b, 8, 4))
      if shift != 0 { i.traits.insert(.shiftsOperand) }
      return
    }
    operate(a, b, &i)
    guard i.kind == .alu else { return }
    i.read(field(b, 0, 4))
    if shifted { i.traits.insert(.shiftsOperand) }
    if kind == 3, shift == 0 { i.traits.insert(.readsFlags) }
    if field(a, 5, 4) == 2, field(a, 0, 4) == 15, shifted { i.kind = .shift }
    if i.writes & 0x2000 != 0 { i.traits.insert(.movesStackUnpredictably) }
  }

  static func plainImmediate(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let source = field(a, 0, 4)
    let destination = field(b, 8, 4)
    i.kind = .alu
    i.write(destination)
    switch field(a, 4, 5) {
    case 0, 10:
      i.read(source)
      if destination == 13, source == 13 {
        let value = Int32(field(a, 10, 1) << 11 | field(b, 12, 3) << 8 | field(b, 0, 8))
        i.stackChange = field(a, 4, 5) == 0 ? value : -value
      } else if destination == 13 {
        i.traits.insert(.movesStackUnpredictably)
      }
    case 4: break
    case 12: i.read(destination)
    case 16, 18, 24, 26:
      i.kind = .saturating
      i.read(source)
      i.traits.insert(.writesFlags)
      if field(b, 12, 3) << 2 | field(b, 6, 2) != 0 { i.traits.insert(.shiftsOperand) }
    case 20, 28: i.read(source)
    case 22:
      i.read(destination)
      if source != 15 { i.read(source) }
    default:
      i.kind = .undefined
      i.writes = 0
    }
  }

  static func registerOperation(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    guard b & 0xF000 == 0xF000 else { return }
    let first = field(a, 0, 4)
    let second = field(b, 0, 4)
    let selector = field(b, 4, 4)
    i.read(second)
    i.write(field(b, 8, 4))
    if a & 0x80 == 0 {
      if selector == 0 {
        i.kind = .shift
        i.read(first)
        if a & 0x10 != 0 { i.traits.insert(.writesFlags) }
      } else if selector >= 8, field(a, 4, 3) < 6 {
        extend(a, first, &i)
      } else {
        forget(&i)
      }
    } else if selector < 8 {
      parallel(a, selector, first, &i)
    } else {
      // The reversals and CLZ repeat their operand where the others have a first one.
      if a & 0x10 == 0 { i.read(first) }
      unary(a, selector, &i)
    }
  }

  private static func forget(_ i: inout Instruction) {
    i = Instruction(address: i.address, encoding: i.encoding, size: i.size)
  }

  private static func extend(_ a: UInt32, _ first: UInt32, _ i: inout Instruction) {
    let dual = field(a, 5, 2) == 1
    i.kind = dual || first != 15 ? .simd : .alu
    if first != 15 { i.read(first) }
  }

  private static func parallel(
    _ a: UInt32, _ selector: UInt32, _ first: UInt32, _ i: inout Instruction
  ) {
    guard field(selector, 0, 2) != 3, [0, 1, 2, 4, 5, 6].contains(field(a, 4, 3)) else {
      return forget(&i)
    }
    i.kind = .simd
    i.read(first)
    // Only the plain signed and unsigned forms set GE.
    if field(selector, 0, 2) == 0 { i.traits.insert(.writesFlags) }
  }

  private static func unary(_ a: UInt32, _ selector: UInt32, _ i: inout Instruction) {
    guard selector < 12 else { return forget(&i) }
    switch field(a, 4, 3) {
    case 0:
      i.kind = .saturating
      i.traits.insert(.writesFlags)
    case 1: i.kind = .alu
    case 2 where selector == 8:
      i.kind = .simd
      i.traits.insert(.readsFlags)
    case 3 where selector == 8: i.kind = .alu
    default: forget(&i)
    }
  }

  static func multiplication(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    i.read(field(a, 0, 4))
    i.read(field(b, 0, 4))
    i.write(field(b, 8, 4))
    if a & 0x80 != 0 { return longMultiplication(a, b, &i) }
    let accumulator = field(b, 12, 4)
    let operation = field(a, 4, 3)
    let accumulates = accumulator != 15 || operation == 6 || field(b, 4, 4) == 1 && operation == 0
    i.kind = accumulates ? .multiplyAccumulate : .multiply
    if accumulates { i.read(accumulator) }
    // Q is set by an overflowing accumulation or dual product.
    switch operation {
    case 1, 3: if accumulates { i.traits.insert(.writesFlags) }
    case 2: i.traits.insert(.writesFlags)
    case 4: if accumulates { i.traits.insert(.writesFlags) }
    default: break
    }
    if field(b, 6, 2) != 0 || (operation == 0 && field(b, 4, 2) > 1) { forget(&i) }
  }

  private static func longMultiplication(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let operation = field(a, 4, 3)
    let selector = field(b, 4, 4)
    switch (operation, selector) {
    case (1, 15), (3, 15):
      i.kind = .divide
      return
    case (0, 0), (2, 0): i.kind = .longMultiply
    case (4, 0), (4, 8...13), (5, 12...13), (6, 0), (6, 6):
      i.kind = .longMultiplyAccumulate
      i.read(field(b, 12, 4))
      i.read(field(b, 8, 4))
    default: return forget(&i)
    }
    i.write(field(b, 12, 4))
  }
}
