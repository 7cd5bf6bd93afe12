import Disassembly

/// The part of the data path that a data-processing instruction uses: finer than its kind, because
/// the cores without a published table differ by it.
///
/// Reference: Armv7-M Architecture Reference Manual (DDI0403E) A5.2, A5.3; the distinctions are those
/// of jnk0le, cortex_m7.md and cortex_m33.md, section operand2.
enum DataPath: Sendable {
  /// ADD, SUB, CMP and CMN of registers and of simple or repeated constants.
  case addition
  /// MOV of registers and constants.
  case move
  /// Any other operation of the ALU on plain operands.
  case logic
  /// A constant made by shifting eight bits.
  case shiftedConstant
  /// A register shifted on its way into the ALU.
  case inlineShift
  /// A shift or rotation by itself.
  case shift
  /// SBFX and UBFX; BFI and BFC.
  case extract, insert
  /// REV, REV16, REVSH and RBIT.
  case reverse
  /// SXTB, UXTB and the like; the same with an addition.
  case extend, extendAdd
  /// PKHBT and PKHTB.
  case pack
  /// SSAT and USAT; QADD, QSUB, QDADD and QDSUB and the saturating parallel ones.
  case saturate, saturatingAdd
  /// The other parallel additions and subtractions, SEL, CLZ.
  case parallel, countZeros

  /// Nil for what is not data processing.
  init?(_ i: Instruction) {
    switch i.kind {
    case .alu, .shift, .saturating, .simd: self = i.isWide ? Self.wide(i) : Self.narrow(i)
    default: return nil
    }
  }

  private static func narrow(_ i: Instruction) -> DataPath {
    if i.kind == .shift { return .shift }
    let code = i.encoding
    switch code >> 12 {
    case 0, 1: return code >> 11 & 3 == 3 ? .addition : .move
    case 2, 3: return code >> 11 & 3 == 0 ? .move : .addition
    case 4 where code >> 10 & 3 == 1: return code >> 8 & 3 == 2 ? .move : .addition
    case 4:
      switch code >> 6 & 15 {
      case 9, 10, 11: return .addition
      default: return .logic
      }
    case 11 where code >> 8 & 15 == 2: return .extend
    case 11 where code >> 8 & 15 == 10: return .reverse
    default: return .addition
    }
  }

  private static func wide(_ i: Instruction) -> DataPath {
    let first = i.encoding >> 16
    let second = i.encoding & 0xFFFF
    if first >> 9 == 0b1110101 { return shiftedRegister(first, second) }
    if first >> 11 == 0b11110 {
      return first & 0x200 == 0 ? modifiedImmediate(first, second) : plainImmediate(first)
    }
    return registerOperation(first, second, i)
  }

  private static func shiftedRegister(_ first: UInt32, _ second: UInt32) -> DataPath {
    let operation = first >> 5 & 15
    let moves = operation == 2 && first & 15 == 15
    if operation == 6 { return .pack }
    if second & 0x70F0 != 0 { return moves ? .shift : .inlineShift }
    if moves { return .move }
    return operation == 8 || operation == 13 ? .addition : .logic
  }

  private static func modifiedImmediate(_ first: UInt32, _ second: UInt32) -> DataPath {
    let operation = first >> 5 & 15
    let moves = operation == 2 && first & 15 == 15
    if first & 0x400 != 0 || second & 0x4000 != 0 { return .shiftedConstant }
    if moves { return .move }
    return operation == 8 || operation == 13 ? .addition : .logic
  }

  private static func plainImmediate(_ first: UInt32) -> DataPath {
    switch first >> 4 & 31 {
    case 0, 10: .addition
    case 4, 12: .move
    case 16, 18, 24, 26: .saturate
    case 22: .insert
    default: .extract
    }
  }

  private static func registerOperation(
    _ first: UInt32, _ second: UInt32, _ i: Instruction
  ) -> DataPath {
    if i.kind == .shift { return .shift }
    let selector = second >> 4 & 15
    if first & 0x80 == 0 { return first & 15 == 15 ? .extend : .extendAdd }
    if selector < 8 { return selector & 3 == 1 ? .saturatingAdd : .parallel }
    switch first >> 4 & 7 {
    case 0: return .saturatingAdd
    case 1: return .reverse
    case 3: return .countZeros
    default: return .parallel
    }
  }
}

extension Instruction {
  /// Whether a load that follows reads what this store wrote.
  func isReloaded(by load: Instruction) -> Bool {
    let to = memory
    let from = load.memory
    guard kind.stores, load.kind.loads, to.count > 0, from.count > 0, from.base == to.base,
      !from.hasIndex, !to.hasIndex, !to.writesBack
    else { return false }
    let start = from.indexing == .postIndexed ? 0 : from.offset
    return start < to.offset &+ Int32(to.byteCount) && to.offset < start &+ Int32(from.byteCount)
  }

  /// The core registers that a multiple or doubleword load fills, in the order of memory.
  var loadedRegisters: [Int] {
    if kind == .loadDouble { return [Int(encoding >> 12 & 15), Int(encoding >> 8 & 15)] }
    let list = isWide ? encoding & 0xDFFF : encoding & 0xFF | (writesPC ? 0x8000 : 0)
    return (0..<16).filter { list & 1 << UInt32($0) != 0 }
  }
}

extension Instruction {
  /// The floating-point registers that are multiplied, without the one that the product is added to.
  var floatFactors: UInt32 {
    guard kind == .fpMultiplyAccumulate else { return floatReads }
    func mask(_ number: UInt32, _ low: UInt32) -> UInt32 {
      isDoublePrecision ? 3 << (2 * (number & 15)) : 1 << (number << 1 | low)
    }
    return mask(encoding >> 16 & 15, encoding >> 7 & 1) | mask(encoding & 15, encoding >> 5 & 1)
  }
}
