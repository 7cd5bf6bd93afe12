import Testing
import Units

@Suite struct ClockDomainTests {
  static let frequencies = [
    Hertz(32_768), Hertz(64_000_000), Hertz(119), Hertz(149, per: 10), Hertz(595, per: 10),
    Hertz(16_000), Hertz(952), Hertz(1), Hertz(480_000_000),
    Hertz(32_768).scaled(by: 1_000_015, over: 1_000_000),
  ]

  @Test func knownInstantsAreExact() {
    func picoseconds(_ frequency: Hertz, _ tick: UInt64) -> Int64 {
      ClockDomain(frequency: frequency).instant(ofTick: tick).picoseconds
    }
    #expect(picoseconds(Hertz(64_000_000), 1) == 15_625)
    #expect(picoseconds(Hertz(64_000_000), 64_000_000 * 3_600) == 3_600_000_000_000_000)
    // 30,517,578.125 ps, rounded up.
    #expect(picoseconds(Hertz(32_768), 1) == 30_517_579)
    #expect(picoseconds(Hertz(32_768), 8) == 244_140_625)
    #expect(picoseconds(Hertz(119), 119) == 1_000_000_000_000)
    #expect(picoseconds(Hertz(149, per: 10), 149) == 10_000_000_000_000)
    #expect(picoseconds(Hertz(149, per: 10), 1) == 67_114_093_960)
  }

  @Test(arguments: 0..<200) func ticksAreTheInverseOfInstants(seed: Int) {
    var random = SeededGenerator(seed: seed)
    for frequency in Self.frequencies + [anyFrequency(&random)] {
      let start = Instant(picoseconds: Int64.random(in: 0..<(1 << 50), using: &random))
      let clock = ClockDomain(frequency: frequency, start: start)
      for _ in 0..<20 {
        let n = UInt64.random(
          in: 0..<(1 << UInt64.random(in: 1..<48, using: &random)), using: &random)
        let instant = clock.instant(ofTick: n)
        guard instant != .never else { continue }
        #expect(clock.ticks(at: instant) == n)
        #expect(clock.firstTick(notBefore: instant) == n)
        if n > 0 {
          let before = instant - Interval(picoseconds: 1)
          #expect(clock.ticks(at: before) == n - 1)
          #expect(clock.firstTick(notBefore: before) == n)
        }
      }
    }
  }

  /// A tick is never more than a picosecond from its exact time, however many went before.
  @Test(arguments: 0..<100) func nothingAccumulates(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let frequency = anyFrequency(&random)
    let clock = ClockDomain(frequency: frequency)
    let n = UInt64.random(in: 0..<(1 << 40), using: &random)
    let instant = clock.instant(ofTick: n)
    guard instant != .never else { return }
    // n * denominator / numerator seconds, in picoseconds.
    let exact = UInt128(n) * UInt128(frequency.denominator) * 1_000_000_000_000
    let scaled = UInt128(instant.picoseconds) * UInt128(frequency.numerator)
    #expect(scaled >= exact)
    #expect(scaled - exact < UInt128(frequency.numerator))
  }

  @Test func beforeItsStartNothingHasTicked() {
    let clock = ClockDomain(frequency: Hertz(119), start: Instant(picoseconds: 1_000))
    #expect(clock.ticks(at: .zero) == 0)
    #expect(clock.ticks(at: Instant(picoseconds: 1_000)) == 0)
    #expect(clock.instant(ofTick: 0) == Instant(picoseconds: 1_000))
    #expect(clock.firstTick(notBefore: .zero) == 0)
    #expect(clock.firstTick(notBefore: Instant(picoseconds: 1_001)) == 1)
  }

  @Test func ticksBeyondTheRangeNeverCome() {
    let clock = ClockDomain(frequency: Hertz(1))
    #expect(clock.instant(ofTick: .max) == .never)
    #expect(clock.instant(ofTick: 9_223_373) == .never)
    #expect(clock.instant(ofTick: 9_223_372) == Instant(picoseconds: 9_223_372_000_000_000_000))
  }

  @Test func durationsRoundUp() {
    #expect(ClockDomain(frequency: Hertz(3)).duration(ofTicks: 1).picoseconds == 333_333_333_334)
    #expect(
      ClockDomain(frequency: Hertz(3), start: Instant(picoseconds: 77)).duration(ofTicks: 3)
        == .seconds(1))
  }

  private func anyFrequency(_ random: inout SeededGenerator) -> Hertz {
    Hertz(
      UInt64.random(in: 1...1_000_000_000, using: &random),
      per: UInt64.random(in: 1...1_000_000, using: &random))
  }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
