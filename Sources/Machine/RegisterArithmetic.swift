import Disassembly
import Engine
import Units

/// Moves, additions and shifts to the left by constants, as sums of register values.
///
/// Reference: Arm DDI 0403E.e, A5.2.1 … A5.2.3, A5.3.1, A5.3.3, A5.3.11.
struct RegisterArithmetic {
  private let encoding: UInt32
  private let isWide: Bool
  private let address: Address
  private let isPlain: Bool

  /// Only what moves, adds or shifts; the result of another instruction is no sum.
  init(_ instruction: Instruction) {
    encoding = instruction.encoding
    isWide = instruction.isWide
    address = instruction.address
    isPlain = instruction.kind == .alu || instruction.kind == .shift
  }

  /// What the instruction makes of registers; nil where that is no sum.
  func result(_ register: (Int) -> RegisterSum?) -> RegisterSum? {
    guard isPlain else { return nil }
    return isWide ? wide(register) : narrow(register)
  }

  private func narrow(_ register: (Int) -> RegisterSum?) -> RegisterSum? {
    func low(_ shift: UInt32) -> RegisterSum? { register(Int(encoding >> shift & 7)) }
    let byte = encoding & 0xff
    switch encoding >> 11 {
    // LSLS Rd, Rm, #imm5.
    case 0: return low(3).flatMap { RegisterSum().adding($0, shift: UInt8(encoding >> 6 & 31)) }
    case 3:
      let operand = encoding >> 6 & 7
      switch encoding >> 9 & 3 {
      case 0: return low(3).flatMap { first in low(6).flatMap { first.adding($0, shift: 0) } }
      case 2: return low(3)?.adding(operand)
      case 3: return low(3)?.adding(0 &- operand)
      default: return nil
      }
    case 4: return RegisterSum(offset: byte)
    case 6: return low(8)?.adding(byte)
    case 7: return low(8)?.adding(0 &- byte)
    // ADD and MOV of any register.
    case 8 where encoding >> 8 == 0x44 || encoding >> 8 == 0x46:
      guard let source = register(Int(encoding >> 3 & 15)) else { return nil }
      if encoding >> 8 == 0x46 { return source }
      return register(Int(encoding & 7 | encoding >> 4 & 8))?.adding(source, shift: 0)
    // ADR; ADD Rd, SP.
    case 20: return RegisterSum(offset: (address.value &+ 4) & ~3 &+ byte * 4)
    case 21: return register(13)?.adding(byte * 4)
    case 22 where encoding >> 8 == 0xb0:
      let distance = (encoding & 0x7f) * 4
      return register(13)?.adding(encoding & 0x80 == 0 ? distance : 0 &- distance)
    default: return nil
    }
  }

  private func wide(_ register: (Int) -> RegisterSum?) -> RegisterSum? {
    let source = Int(encoding >> 16 & 15)
    if encoding >> 25 == 0x75 { return shiftedRegister(source, register) }
    guard encoding & 0xf800_8000 == 0xf000_0000 else { return nil }
    let plain = encoding & 0xff | encoding >> 4 & 0x700 | encoding >> 15 & 0x800
    switch encoding >> 20 & 0x3f {
    // MOVW, MOVT, ADDW, SUBW.
    case 0x24: return RegisterSum(offset: plain | encoding >> 4 & 0xf000)
    case 0x2c:
      guard let low = register(Int(encoding >> 8 & 15)), low.isConstant else { return nil }
      return RegisterSum(
        offset: low.offset & 0xffff | (plain | encoding >> 4 & 0xf000) << 16)
    case 0x20:
      if source == 15 { return RegisterSum(offset: (address.value &+ 4) & ~3 &+ plain) }
      return register(source)?.adding(plain)
    case 0x2a:
      if source == 15 { return RegisterSum(offset: (address.value &+ 4) & ~3 &- plain) }
      return register(source)?.adding(0 &- plain)
    // MOV, ADD and SUB of modified constants.
    case 0x04 where source == 15, 0x05 where source == 15: return RegisterSum(offset: modified)
    case 0x10, 0x11: return register(source)?.adding(modified)
    case 0x1a, 0x1b: return register(source)?.adding(0 &- modified)
    default: return nil
    }
  }

  /// MOV, LSL and ADD of a register that is shifted to the left.
  private func shiftedRegister(_ source: Int, _ register: (Int) -> RegisterSum?) -> RegisterSum? {
    guard encoding & 0x30 == 0, let second = register(Int(encoding & 15)) else { return nil }
    let shift = UInt8(encoding >> 10 & 0x1c | encoding >> 6 & 3)
    switch encoding >> 21 & 15 {
    case 2 where source == 15: return RegisterSum().adding(second, shift: shift)
    case 8: return register(source)?.adding(second, shift: shift)
    default: return nil
    }
  }

  private var modified: UInt32 { Decoder.expandImmediate(encoding >> 16, encoding & 0xffff) }
}

extension RegisterSum {
  func adding(_ constant: UInt32) -> RegisterSum {
    var sum = self
    sum.offset = offset &+ constant
    return sum
  }

  /// This plus another shifted to the left; nil where the sum would have more than two registers, or both
  /// shifted.
  func adding(_ other: RegisterSum, shift: UInt8) -> RegisterSum? {
    var sum = adding(other.offset << UInt32(shift))
    if other.isConstant { return sum }
    if other.index == Self.none {
      if shift == 0 && base == Self.none {
        sum.base = other.base
        return sum
      }
      guard index == Self.none else { return nil }
      (sum.index, sum.shift) = (other.base, shift)
      return sum
    }
    guard index == Self.none else { return nil }
    if other.base == Self.none {
      let total = other.shift + shift
      guard total < 32 else { return nil }
      (sum.index, sum.shift) = (other.index, total)
      return sum
    }
    guard base == Self.none, shift == 0 else { return nil }
    (sum.base, sum.index, sum.shift) = (other.base, other.index, other.shift)
    return sum
  }
}
