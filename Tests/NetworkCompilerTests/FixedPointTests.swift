import Testing

@testable import NetworkCompiler

@Suite("Fixed-point arithmetic")
struct FixedPointTests {
  @Test(
    "turns reals into 31-bit fractions and powers of two",
    arguments: [
      (1.0, Int32(1 << 30), 1), (0.5, Int32(1 << 30), 0), (0.75, Int32(3 << 29), 0),
      (3.0, Int32(3 << 29), 2), (0.0, Int32(0), 0), (1e-12, Int32(0), 0),
      // Rounds up to the next power of two.
      (0.999_999_999_9, Int32(1 << 30), 1),
      (0.1, Int32(1_717_986_918), -3),
    ])
  func quantizes(real: Double, value: Int32, shift: Int) {
    #expect(QuantizedMultiplier(real) == QuantizedMultiplier(value: value, shift: shift))
  }

  @Test("multiplies to nearest, ties upwards")
  func highMultiply() {
    #expect(FixedPoint.highMultiply(.min, .min) == .max)
    #expect(FixedPoint.highMultiply(1 << 30, 1 << 30) == 1 << 29)
    #expect(FixedPoint.highMultiply(1, 1 << 30) == 1)
    #expect(FixedPoint.highMultiply(-1, 1 << 30) == 0)
    #expect(FixedPoint.highMultiply(-3, 1 << 30) == -1)
    #expect(FixedPoint.highMultiply(3, 1 << 30) == 2)
  }

  @Test("divides by powers of two to nearest, ties away from zero")
  func divides() {
    #expect(FixedPoint.divide(5, byPowerOfTwo: 1) == 3)
    #expect(FixedPoint.divide(-5, byPowerOfTwo: 1) == -3)
    #expect(FixedPoint.divide(6, byPowerOfTwo: 2) == 2)
    #expect(FixedPoint.divide(-6, byPowerOfTwo: 2) == -2)
    #expect(FixedPoint.divide(.max, byPowerOfTwo: 31) == 1)
    #expect(FixedPoint.divide(.min, byPowerOfTwo: 31) == -1)
    #expect(FixedPoint.divide(-7, byPowerOfTwo: 0) == -7)
  }

  @Test("rounds twice, unlike one exact division")
  func roundsTwice() {
    // A quarter of 1: the half rounds to 1, and its half to 1 again.
    let multiplier = QuantizedMultiplier(value: 1 << 30, shift: -1)
    #expect(multiplier.times(1) == 1)
    #expect(multiplier.times(-1) == 0)
    #expect(multiplier.times(-3) == -1)
  }

  @Test("stays within one of the real product", arguments: 0..<200)
  func nearReal(seed: Int) {
    var random = SeededNumbers(seed)
    let real = Double(random.number(in: 1...1_000_000)) / 1_000_003
    let number = Int32(random.number(in: -1_000_000...1_000_000))
    let product = QuantizedMultiplier(real).times(number)
    #expect((Double(product) - real * Double(number)).magnitude <= 1)
  }

  @Test("takes e to negative powers within a millionth")
  func exponential() {
    // e^-1, e^-2, e^-5 and e^-16 from a table; Q5 has 26 fraction bits.
    let known: [(Int32, Double)] = [
      (0, 1), (-1, 0.367_879_441_171_44), (-2, 0.135_335_283_236_61),
      (-5, 0.006_737_946_999_09), (-16, 0.000_000_112_535_17),
    ]
    for (power, value) in known {
      let result = FixedPoint.exponential(power << 26, integerBits: 5)
      #expect((Double(result) / 2_147_483_648 - value).magnitude < 1e-6)
    }
  }

  @Test("inverts 1 + x")
  func reciprocal() {
    for (value, expected) in [(Int32(0), 1.0), (1 << 30, 2.0 / 3), (Int32.max, 0.5)] {
      let result = Double(FixedPoint.reciprocalOfOnePlus(value)) / 2_147_483_648
      #expect((result - expected).magnitude < 1e-8)
    }
  }
}
