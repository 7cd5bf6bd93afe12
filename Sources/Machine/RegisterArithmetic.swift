import Disassembly
import Engine
import Units

/// The integer arithmetic of instructions, as expressions of the registers before them.
///
/// Reference: Arm DDI 0403E.e, A5.2.1 … A5.2.3, A5.3.1, A5.3.3, A5.3.11 … A5.3.17.
///
/// Not followed: what takes in the carry flag, saturates or works on parts of words; bit reversal, leading
/// zeros.
struct RegisterArithmetic {
  /// What the registers hold afterwards; nil: not followed.
  private(set) var results: [(register: Int, value: RegisterExpression?)] = []
  /// What the flags compare; nil: not followed, or the flags stay as they were.
  private(set) var comparison: (RegisterExpression, RegisterExpression)?
  /// The comparison gives all flags, not only N and Z.
  private(set) var givesAllFlags = false

  private let encoding: UInt32
  private let address: Address

  init(_ instruction: Instruction) {
    encoding = instruction.encoding
    address = instruction.address
    switch instruction.kind {
    case .alu, .shift, .simd, .multiply, .multiplyAccumulate, .divide:
      let value = instruction.isWide ? wide() : narrow()
      let target = instruction.writes & 0x7fff
      if target.nonzeroBitCount == 1 {
        results = [(target.trailingZeroBitCount, value)]
      }
      if instruction.setsCondition { compare(value) }
    case .longMultiply: results = longMultiplication()
    default: break
    }
  }

  private mutating func compare(_ value: RegisterExpression?) {
    guard let value else { return }
    if case .operation(.subtract, let first, let second) = value {
      (comparison, givesAllFlags) = ((first, second), true)
    } else {
      comparison = (value, .constant(0))
    }
  }

  // MARK: 16 bits

  private func narrow() -> RegisterExpression? {
    let (byte, low) = (RegisterExpression.constant(encoding & 0xff), lowRegister)
    switch encoding >> 11 {
    case 0...2: return low(3).shifted(encoding >> 11, encoding >> 6 & 31)
    case 3:
      let second =
        encoding & 0x400 == 0 ? low(6) : RegisterExpression.constant(encoding >> 6 & 7)
      return encoding & 0x200 == 0 ? low(3) + second : low(3) - second
    case 4: return byte
    case 6: return low(8) + byte
    case 5, 7: return low(8) - byte
    case 8 where encoding & 0x400 == 0: return narrowOperation()
    case 8: return anyRegister()
    // ADR; ADD Rd, SP.
    case 20: return .constant((address.value &+ 4) & ~3 &+ (encoding & 0xff) * 4)
    case 21: return .register(13) + .constant((encoding & 0xff) * 4)
    case 22: return miscellaneous()
    default: return nil
    }
  }

  private var lowRegister: (UInt32) -> RegisterExpression {
    { [encoding] in .low(encoding, $0) }
  }

  private func narrowOperation() -> RegisterExpression? {
    let (first, second) = (RegisterExpression.low(encoding, 0), RegisterExpression.low(encoding, 3))
    switch encoding >> 6 & 15 {
    case 0, 8: return first.applying(.and, second)
    case 1: return first.applying(.exclusiveOr, second)
    case 2, 3, 4:
      return first.applying(
        RegisterExpression.registerShifts[Int(encoding >> 6 & 15) - 2], second)
    case 7: return first.applying(.rotateRight, second)
    case 9: return .constant(0) - second
    case 10: return first - second
    case 11: return first + second
    case 12: return first.applying(.or, second)
    case 13: return first.applying(.multiply, second)
    case 14: return first.applying(.clear, second)
    case 15: return second.inverted
    default: return nil
    }
  }

  /// ADD, CMP and MOV of any register.
  private func anyRegister() -> RegisterExpression? {
    let first = RegisterExpression.register(Int(encoding & 7 | encoding >> 4 & 8))
    let second = RegisterExpression.any(encoding, 3)
    switch encoding >> 8 & 3 {
    case 0: return first + second
    case 1: return first - second
    case 2: return second
    default: return nil
    }
  }

  private func miscellaneous() -> RegisterExpression? {
    switch encoding >> 8 {
    case 0xb0:
      let distance = RegisterExpression.constant((encoding & 0x7f) * 4)
      return encoding & 0x80 == 0 ? .register(13) + distance : .register(13) - distance
    case 0xb2:
      return RegisterExpression.low(encoding, 3).bits(
        0, encoding & 0x40 == 0 ? 16 : 8, isSigned: encoding & 0x80 == 0)
    default: return nil
    }
  }

  // MARK: 32 bits

  private var first: RegisterExpression { .any(encoding, 16) }
  private var second: RegisterExpression { .any(encoding, 0) }

  private func wide() -> RegisterExpression? {
    switch encoding >> 24 {
    case 0xea, 0xeb:
      let count = encoding >> 10 & 0x1c | encoding >> 6 & 3
      return second.shifted(encoding >> 4 & 3, count).flatMap { operate($0) }
    case 0xf0...0xf7 where encoding & 0x8000 == 0:
      if encoding & 0x0200_0000 != 0 { return plainImmediate() }
      return operate(.constant(Decoder.expandImmediate(encoding >> 16, encoding & 0xffff)))
    case 0xfa: return registerOperation()
    case 0xfb: return multiplication()
    default: return nil
    }
  }

  /// The operations that constants and shifted registers share.
  private func operate(_ operand: RegisterExpression) -> RegisterExpression? {
    let moves = encoding >> 16 & 15 == 15
    switch encoding >> 21 & 15 {
    case 0: return first.applying(.and, operand)
    case 1: return first.applying(.clear, operand)
    case 2: return moves ? operand : first.applying(.or, operand)
    case 3: return moves ? operand.inverted : first.applying(.or, operand.inverted)
    case 4: return first.applying(.exclusiveOr, operand)
    case 8: return first + operand
    case 13: return first - operand
    case 14: return operand - first
    default: return nil
    }
  }

  private func plainImmediate() -> RegisterExpression? {
    let plain = encoding & 0xff | encoding >> 4 & 0x700 | encoding >> 15 & 0x800
    let half = plain | encoding >> 4 & 0xf000
    let low = encoding >> 10 & 0x1c | encoding >> 6 & 3
    let width = encoding & 31
    let isFromPC = encoding >> 16 & 15 == 15
    let pc = (address.value &+ 4) & ~3
    switch encoding >> 20 & 31 {
    case 0: return isFromPC ? .constant(pc &+ plain) : first + .constant(plain)
    case 10: return isFromPC ? .constant(pc &- plain) : first - .constant(plain)
    case 4: return .constant(half)
    case 12:
      return RegisterExpression.any(encoding, 8).applying(.and, 0xffff).applying(.or, half << 16)
    case 20: return first.bits(low, min(width + 1, 32 - low), isSigned: true)
    case 28: return first.bits(low, min(width + 1, 32 - low), isSigned: false)
    case 22 where width >= low:
      let mask = UInt32.max >> (31 - width) & UInt32.max << low
      let rest = RegisterExpression.any(encoding, 8).applying(.clear, mask)
      if isFromPC { return rest }
      return rest.applying(.or, first.applying(.shiftLeft, low).applying(.and, mask))
    default: return nil
    }
  }

  /// Shifts by a register; extensions, with and without an addition.
  private func registerOperation() -> RegisterExpression? {
    guard encoding & 0x0080_0000 == 0 else { return nil }
    if encoding & 0xf0 == 0 {
      return first.applying(RegisterExpression.registerShifts[Int(encoding >> 21 & 3)], second)
    }
    guard encoding & 0x80 != 0 else { return nil }
    let turn = encoding >> 1 & 0x18
    let source = turn == 0 ? second : second.applying(.rotateRight, turn)
    let extended: RegisterExpression
    switch encoding >> 20 & 7 {
    case 0: extended = source.bits(0, 16, isSigned: true)
    case 1: extended = source.applying(.and, 0xffff)
    case 4: extended = source.bits(0, 8, isSigned: true)
    case 5: extended = source.applying(.and, 0xff)
    default: return nil
    }
    return encoding >> 16 & 15 == 15 ? extended : first + extended
  }

  private func multiplication() -> RegisterExpression? {
    let accumulator = encoding >> 12 & 15
    let rest = RegisterExpression.any(encoding, 12)
    switch encoding >> 20 & 15 {
    case 0 where encoding & 0xf0 == 0:
      let product = first.applying(.multiply, second)
      return accumulator == 15 ? product : product + rest
    case 0 where encoding & 0xf0 == 0x10: return rest - first.applying(.multiply, second)
    // SMULBB … SMLATT.
    case 1 where encoding & 0xc0 == 0:
      let left = first.bits(encoding & 0x20 == 0 ? 0 : 16, 16, isSigned: true)
      let right = second.bits(encoding & 0x10 == 0 ? 0 : 16, 16, isSigned: true)
      let product = left.applying(.multiply, right)
      return accumulator == 15 ? product : product + rest
    case 9 where encoding & 0xf0 == 0xf0: return first.applying(.divideSigned, second)
    case 11 where encoding & 0xf0 == 0xf0: return first.applying(.divide, second)
    default: return nil
    }
  }

  private func longMultiplication() -> [(register: Int, value: RegisterExpression?)] {
    let high: DerivedValue.Operation =
      encoding & 0x0020_0000 == 0 ? .multiplyHighSigned : .multiplyHigh
    return [
      (Int(encoding >> 12 & 15), first.applying(.multiply, second)),
      (Int(encoding >> 8 & 15), first.applying(high, second)),
    ]
  }
}

extension Instruction {
  /// Sets N and Z by its result; other instructions write no flags, or those of saturation and of parts
  /// of words.
  var setsCondition: Bool {
    writesFlags && (kind == .alu || kind == .shift || kind == .multiply && !isWide)
  }
}
