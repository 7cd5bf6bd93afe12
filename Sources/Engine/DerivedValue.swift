/// A value that a block makes of others, or loads, and that an address in it depends on.
///
/// Reference: Arm DDI 0403E.e, A2.2.1, A7.7, for what the operations give at their limits.
public struct DerivedValue: Sendable, Hashable {
  public enum Operation: UInt8, Sendable, Hashable {
    /// Of memory at the first operand.
    case loadByte, loadSignedByte, loadHalfword, loadSignedHalfword, loadWord
    case add, subtract, multiply, multiplyHigh, multiplyHighSigned, divide, divideSigned
    case and, or, exclusiveOr, clear
    /// By the low byte of the second operand.
    case shiftLeft, shiftRight, shiftRightSigned, rotateRight
    /// All ones where the flags of first minus second fulfil a condition, else zero.
    case holds
  }

  public var operation: Operation
  public var first: RegisterSum
  public var second: RegisterSum
  /// Of a load: how many of the block's stores come before it and may have written what it reads; of
  /// `holds`: the condition, as instructions encode it.
  public var detail: UInt8

  public init(
    _ operation: Operation, _ first: RegisterSum, _ second: RegisterSum = RegisterSum(),
    detail: UInt8 = 0
  ) {
    (self.operation, self.first, self.second, self.detail) = (operation, first, second, detail)
  }

  public var isLoad: Bool { operation.rawValue <= Operation.loadWord.rawValue }

  /// Bytes that a load reads.
  var bytes: UInt8 {
    switch operation {
    case .loadByte, .loadSignedByte: 1
    case .loadHalfword, .loadSignedHalfword: 2
    default: 4
    }
  }

  var isSigned: Bool { operation == .loadSignedByte || operation == .loadSignedHalfword }
}

extension DerivedValue {
  /// What an operation other than a load gives.
  public static func result(
    _ operation: Operation, _ a: UInt32, _ b: UInt32, detail: UInt8 = 0
  ) -> UInt32 {
    let (signedA, signedB) = (Int32(bitPattern: a), Int32(bitPattern: b))
    switch operation {
    case .loadByte, .loadSignedByte, .loadHalfword, .loadSignedHalfword, .loadWord: return 0
    case .add: return a &+ b
    case .subtract: return a &- b
    case .multiply: return a &* b
    case .multiplyHigh: return a.multipliedFullWidth(by: b).high
    case .multiplyHighSigned:
      return UInt32(bitPattern: signedA.multipliedFullWidth(by: signedB).high)
    case .divide: return b == 0 ? 0 : a / b
    case .divideSigned:
      return b == 0 ? 0 : UInt32(bitPattern: signedA.dividedReportingOverflow(by: signedB).0)
    case .and: return a & b
    case .or: return a | b
    case .exclusiveOr: return a ^ b
    case .clear: return a & ~b
    case .shiftLeft: return a << (b & 0xff)
    case .shiftRight: return a >> (b & 0xff)
    case .shiftRightSigned: return UInt32(bitPattern: signedA >> Int32(b & 0xff))
    case .rotateRight:
      let count = b & 31
      return count == 0 ? a : a >> count | a << (32 - count)
    case .holds: return holds(detail, a, b) ? .max : 0
    }
  }

  /// Whether a condition holds after a comparison of two numbers.
  private static func holds(_ condition: UInt8, _ a: UInt32, _ b: UInt32) -> Bool {
    let (signedA, signedB) = (Int32(bitPattern: a), Int32(bitPattern: b))
    let holds =
      switch condition >> 1 {
      case 0: a == b
      case 1: a >= b
      case 2: signedA &- signedB < 0
      case 3: signedA.subtractingReportingOverflow(signedB).overflow
      case 4: a > b
      case 5: signedA >= signedB
      case 6: signedA > signedB
      default: true
      }
    return condition & 1 == 1 && condition < 14 ? !holds : holds
  }
}
