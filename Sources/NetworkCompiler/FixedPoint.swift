/// The integer arithmetic of quantized kernels, bit for bit.
///
/// Reference: gemmlowp, `fixedpoint/fixedpoint.h`; TensorFlow Lite Micro, `kernels/internal/common.cc`
/// (the double-rounding form, which its host build uses). Q notation: Qm has m integer bits, a
/// sign and 31 − m fraction bits.
enum FixedPoint {
  /// Half of the doubled 64-bit product, rounded to nearest, ties upwards.
  static func highMultiply(_ left: Int32, _ right: Int32) -> Int32 {
    if left == .min, right == .min { return .max }
    return Int32(truncatingIfNeeded: (Int64(left) * Int64(right) + (1 << 30)) >> 31)
  }

  /// Division by a power of two, rounded to nearest, ties away from zero.
  static func divide(_ value: Int32, byPowerOfTwo exponent: Int) -> Int32 {
    let mask = Int32(truncatingIfNeeded: (Int64(1) << Int64(exponent)) - 1)
    let threshold = (mask >> 1) + (value < 0 ? 1 : 0)
    return (value >> Int32(exponent)) + (value & mask > threshold ? 1 : 0)
  }

  /// Multiplication by a power of two that stays inside 32 bits.
  static func shiftLeft(_ value: Int32, _ exponent: Int) -> Int32 {
    Int32(clamping: Int64(value) << Int64(exponent))
  }

  /// e to a Q`integerBits` number that is not above zero, as Q0.
  static func exponential(_ value: Int32, integerBits: Int) -> Int32 {
    if value == 0 { return .max }
    let fractionBits = 31 - integerBits
    let quarter = Int32(1) << Int32(fractionBits - 2)
    let inQuarter = (value & (quarter - 1)) - quarter
    var result = exponentialNearZero(shiftLeft(inQuarter, integerBits))
    let remainder = inQuarter &- value
    for (index, factor) in powersOfE.enumerated() where integerBits > index - 2 {
      if remainder & (Int32(1) << Int32(fractionBits + index - 2)) != 0 {
        result = highMultiply(result, factor)
      }
    }
    return result
  }

  /// e to −1/4, −1/2, −1, −2, −4, −8 and −16 as Q0.
  static let powersOfE: [Int32] = [
    1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242,
  ]

  /// e to a Q0 number in [−1/4, 0): a polynomial of degree four about −1/8.
  private static func exponentialNearZero(_ value: Int32) -> Int32 {
    let constant: Int32 = 1_895_147_668
    let third: Int32 = 715_827_883
    let x = value &+ (1 << 28)
    let square = highMultiply(x, x)
    let cube = highMultiply(square, x)
    let fourth = divide(highMultiply(square, square), byPowerOfTwo: 2)
    let tail = divide(highMultiply(fourth &+ cube, third) &+ square, byPowerOfTwo: 1)
    return constant &+ highMultiply(constant, x &+ tail)
  }

  /// 1 / (1 + x) for a Q0 number in [0, 1], by three steps of Newton and Raphson.
  static func reciprocalOfOnePlus(_ value: Int32) -> Int32 {
    let half = Int32((Int64(value) + Int64(Int32.max) + 1) / 2)
    var x = 1_515_870_810 &+ highMultiply(half, -1_010_580_540)
    for _ in 0..<3 {
      let rest = (1 << 29) &- highMultiply(half, x)
      x = x &+ shiftLeft(highMultiply(x, rest), 2)
    }
    return shiftLeft(x, 1)
  }

  /// The logistic function of a Q4 number, as Q0.
  static func logistic(_ value: Int32) -> Int32 {
    if value == 0 { return 1 << 30 }
    let magnitude = value > 0 ? value : 0 &- value
    let positive = reciprocalOfOnePlus(exponential(0 &- magnitude, integerBits: 4))
    return value > 0 ? positive : Int32.max &- positive
  }
}

/// A positive real number as a 31-bit fraction and a power of two: value × 2^(shift − 31).
///
/// Reference: TensorFlow Lite Micro, `QuantizeMultiplier`.
struct QuantizedMultiplier: Equatable, Sendable {
  let value: Int32
  /// Left when positive, right when negative; −31 to 1025.
  let shift: Int

  init(value: Int32, shift: Int) {
    self.value = value
    self.shift = shift
  }

  /// The nearest multiplier to a finite number that is not negative.
  init(_ real: Double) {
    guard real > 0 else {
      self.init(value: 0, shift: 0)
      return
    }
    var shift = Int(real.exponent) + 1
    var fraction = Int64((real.significand * 1_073_741_824).rounded(.toNearestOrAwayFromZero))
    if fraction == 1 << 31 {
      fraction /= 2
      shift += 1
    }
    self.init(value: shift < -31 ? 0 : Int32(fraction), shift: shift < -31 ? 0 : shift)
  }

  /// The product, rounded twice: to 31 bits and again when shifted right.
  func times(_ number: Int32) -> Int32 {
    let left = Int32(max(shift, 0))
    let high = FixedPoint.highMultiply(number &<< left, value)
    return FixedPoint.divide(high, byPowerOfTwo: max(-shift, 0))
  }
}
