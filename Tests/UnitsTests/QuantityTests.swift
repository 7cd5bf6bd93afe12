import Testing
import Units

@Suite struct QuantityTests {
  @Test func frequenciesAreFractionsInLowestTerms() {
    #expect(Hertz(149, per: 10) == Hertz(298, per: 20))
    #expect(Hertz(1_190, per: 10) == Hertz(119))
    #expect(Hertz(149, per: 10).value == 14.9)
    #expect(Hertz(16_000).scaled(by: 1_000_015, over: 1_000_000) == Hertz(3_200_048, per: 200))
    #expect(
      Hertz(119).scaled(by: 7, over: 3).scaled(by: 3, over: 7) == Hertz(119))
  }

  @Test(arguments: 0..<200) func frequenciesOrderAsTheirFractions(seed: Int) {
    var random = SeededGenerator(seed: seed)
    func any(_ random: inout SeededGenerator) -> UInt64 {
      UInt64.random(in: 1...UInt64.max >> UInt64.random(in: 0..<63, using: &random), using: &random)
    }
    let (a, b, c, d) = (any(&random), any(&random), any(&random), any(&random))
    let isLess = UInt128(a) * UInt128(d) < UInt128(c) * UInt128(b)
    #expect((Hertz(a, per: b) < Hertz(c, per: d)) == isLess)
    #expect(!(Hertz(a, per: b) < Hertz(a, per: b)))
  }

  @Test func energyRoundsHalfUpToAFemtojoule() {
    func energy(_ nanoamperes: Int64, _ millivolts: Int64, _ picoseconds: Int64) -> Int64 {
      Joules(
        Amperes(nanoamperes: nanoamperes), at: Volts(millivolts: millivolts),
        for: Interval(picoseconds: picoseconds)
      ).femtojoules
    }
    // 1 mA at 3 V for 1 s is 3 mJ.
    #expect(energy(1_000_000, 3_000, 1_000_000_000_000) == 3_000_000_000_000)
    #expect(energy(1, 1, 499_999_999) == 0)
    #expect(energy(1, 1, 500_000_000) == 1)
    #expect(energy(1, 1, 1_499_999_999) == 1)
    #expect(energy(0, 3_000, .max) == 0)
    // 4 mA at 3.3 V for a day, past 64 bits on the way.
    #expect(energy(4_000_000, 3_300, 86_400_000_000_000_000) == 1_140_480_000_000_000_000)
  }

  @Test func partsOfEnergyAddUpExactly() {
    let parts = (1...1_000).map { Joules(femtojoules: Int64($0) * 7) }
    var sum = Joules.zero
    for part in parts { sum += part }
    #expect(sum == Joules(femtojoules: 3_503_500))
    #expect(sum - parts[0] + parts[0] == sum)
  }

  @Test func addressesAreEightHexadecimalDigits() {
    #expect(hexadecimal(0) == "0x00000000")
    #expect(hexadecimal(0xdead_beef) == "0xdeadbeef")
    #expect(hexadecimal(.max) == "0xffffffff")
    #expect("\(Address(0x2000_0400))" == "0x20000400")
    #expect(Address(0xffff_fffc) + 8 == Address(4))
    #expect(Address(4) - Address(0xffff_fffc) == 8)
    #expect(Address(1) < Address(0x8000_0000))
  }

  @Test func intervalsAreDifferencesOfInstants() {
    let start = Instant(picoseconds: 5)
    #expect(start + .nanoseconds(1) == Instant(picoseconds: 1_005))
    #expect(start + .milliseconds(2) - start == .microseconds(2_000))
    #expect(.zero - start == Interval(picoseconds: -5))
    #expect(Interval.seconds(1) * 3 == .milliseconds(3_000))
    #expect(start < .never)
    #expect(Interval.microseconds(1).seconds == 1e-6)
  }

  @Test func cyclesAddAndCompare() {
    var total = Cycles.zero
    for count in 1...100 as ClosedRange<UInt64> { total += Cycles(count) }
    #expect(total == Cycles(5_050))
    #expect(total - Cycles(50) == Cycles(5_000))
    #expect(Cycles(1) < Cycles(2))
  }
}
