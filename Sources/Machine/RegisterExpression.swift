import Disassembly
import Engine
import Units

/// What an instruction makes of core registers and constants.
indirect enum RegisterExpression: Equatable {
  case register(Int)
  case constant(UInt32)
  case operation(DerivedValue.Operation, RegisterExpression, RegisterExpression)

  static func low(_ encoding: UInt32, _ shift: UInt32) -> RegisterExpression {
    .register(Int(encoding >> shift & 7))
  }

  static func any(_ encoding: UInt32, _ shift: UInt32) -> RegisterExpression {
    .register(Int(encoding >> shift & 15))
  }

  static func + (a: RegisterExpression, b: RegisterExpression) -> RegisterExpression {
    .operation(.add, a, b)
  }

  static func - (a: RegisterExpression, b: RegisterExpression) -> RegisterExpression {
    .operation(.subtract, a, b)
  }

  func applying(_ operation: DerivedValue.Operation, _ other: RegisterExpression)
    -> RegisterExpression
  { .operation(operation, self, other) }

  func applying(_ operation: DerivedValue.Operation, _ constant: UInt32) -> RegisterExpression {
    .operation(operation, self, .constant(constant))
  }

  var inverted: RegisterExpression { applying(.exclusiveOr, UInt32.max) }

  /// Bits from `low` up, as a number.
  func bits(_ low: UInt32, _ width: UInt32, isSigned: Bool) -> RegisterExpression {
    let top = low + width >= 32 ? self : applying(.shiftLeft, 32 - low - width)
    guard width < 32 else { return top }
    return top.applying(isSigned ? .shiftRightSigned : .shiftRight, 32 - width)
  }

  /// Shifted as the two bits of an encoding say; a shift by 32 is encoded as one by 0. Nil: it takes in
  /// the carry flag.
  func shifted(_ type: UInt32, _ count: UInt32) -> RegisterExpression? {
    switch type {
    case 0: count == 0 ? self : applying(.shiftLeft, count)
    case 1: applying(.shiftRight, count == 0 ? 32 : count)
    case 2: applying(.shiftRightSigned, count == 0 ? 32 : count)
    default: count == 0 ? nil : applying(.rotateRight, count)
    }
  }

  static let registerShifts: [DerivedValue.Operation] = [
    .shiftLeft, .shiftRight, .shiftRightSigned, .rotateRight,
  ]
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
