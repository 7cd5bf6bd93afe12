import Simulation
import Testing
import Units

struct ClockSignalTests {
  @Test func aClockThatNeverChangesIsItsDomain() {
    let clock = ClockSignal(frequency: Hertz(14_900, per: 7))
    let domain = ClockDomain(frequency: Hertz(14_900, per: 7))
    for tick in [0, 1, 2, 999, 1_000_003] as [UInt64] {
      #expect(clock.instant(ofTick: tick) == domain.instant(ofTick: tick))
      #expect(clock.ticks(at: domain.instant(ofTick: tick)) == tick)
    }
  }

  @Test func ticksGoOnAtTheNewFrequency() {
    let clock = ClockSignal(frequency: Hertz(4_000_000))
    clock.change(to: Hertz(80_000_000), at: Instant(picoseconds: 1_000_000))
    #expect(clock.ticks(at: Instant(picoseconds: 1_000_000)) == 4)
    #expect(clock.instant(ofTick: 5) == Instant(picoseconds: 1_012_500))
    #expect(clock.instant(ofTick: 2) == Instant(picoseconds: 500_000))
    #expect(clock.ticks(at: Instant(picoseconds: 750_000)) == 3)
  }

  @Test func eachChangeIsToldOnceAndNoneWithoutOne() {
    let clock = ClockSignal(frequency: Hertz(1_000))
    var told: [Hertz] = []
    clock.observe { told.append(clock.frequency) }
    clock.change(to: Hertz(1_000), at: Instant(picoseconds: 1))
    clock.change(to: Hertz(2_000), at: Instant(picoseconds: 2))
    #expect(told == [Hertz(2_000)])
  }

  @Test(arguments: 0..<100)
  func conversionsAgreeAcrossChanges(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let clock = ClockSignal(frequency: Hertz(random.next(in: 1...200_000_000)))
    var now = Instant.zero
    for _ in 0..<20 {
      now = now + Interval(picoseconds: Int64(random.next(in: 0...1_000_000_000)))
      clock.change(to: Hertz(random.next(in: 1...200_000_000)), at: now)
    }
    let last = clock.ticks(at: now)
    var before = Instant.zero
    for _ in 0..<100 {
      let tick = random.next(in: 0...(last + 1_000))
      #expect(clock.ticks(at: clock.instant(ofTick: tick)) >= tick)
      #expect(clock.firstTick(notBefore: clock.instant(ofTick: tick)) <= max(tick, 1))
    }
    for tick in stride(from: 0, through: last, by: max(1, Int(last / 200))) {
      #expect(clock.instant(ofTick: tick) >= before)
      before = clock.instant(ofTick: tick)
    }
  }

  /// Splitmix64.
  private struct SeededNumbers {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(in range: ClosedRange<UInt64>) -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return range.lowerBound + (z ^ (z >> 31)) % (range.upperBound - range.lowerBound + 1)
    }
  }
}
