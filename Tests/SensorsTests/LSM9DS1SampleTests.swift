import Sensors
import Simulation
import Testing
import Units

@Suite struct LSM9DS1SampleTests {
  /// Reads everything every `period` samples of 119 Hz, a little after each.
  @Test(arguments: 1...7)
  func aSlowReaderLosesExactlyWhatItSkips(period: Int) {
    let bench = Bench()
    bench.write(0x10, 0x60)
    let clock = ClockDomain(frequency: Hertz(119), start: .zero)
    let reads = 20
    for n in 1...reads {
      bench.advance(to: clock.instant(ofTick: UInt64(n * period)) + .microseconds(50))
      _ = bench.bytes(0x18, 12)
    }
    #expect(bench.track.produced == reads * period)
    #expect(bench.track.read == reads)
    #expect(bench.track.lost == reads * (period - 1))
    #expect(bench.track.duplicate == 0)
  }

  @Test func theLastSampleAtTheEndIsNotLost() {
    let bench = Bench()
    bench.write(0x20, 0x20)
    bench.advance(.milliseconds(350))
    #expect(bench.track.produced == 3)
    #expect(bench.track.lost == 2)
  }

  @Test(arguments: 2...5)
  func readingAgainWithoutNewDataIsADuplicate(times: Int) {
    let bench = Bench()
    bench.write(0x20, 0x60)
    bench.advance(.milliseconds(9))
    for _ in 0..<times { _ = bench.bytes(0x28, 6) }
    #expect(bench.track.read == 1)
    #expect(bench.track.duplicate == times - 1)
  }

  @Test func aSampleIsReadAtItsLastByteWhicheverDieComesFirst() {
    for registers in [[0x18, 0x28], [0x28, 0x18]] as [[UInt8]] {
      let bench = Bench()
      bench.write(0x10, 0x60)
      bench.advance(.milliseconds(9))
      _ = bench.bytes(registers[0], 6)
      #expect(bench.read.isEmpty)
      bench.advance(.microseconds(300))
      _ = bench.bytes(registers[1], 5)
      #expect(bench.read.isEmpty)
      bench.advance(.microseconds(20))
      _ = bench.byte(registers[1] + 5)
      #expect(bench.read == [bench.scheduler.now])
      #expect(bench.track.duplicate == 0)
    }
  }

  @Test func anyByteReadSavesASampleFromBeingLost() {
    let bench = Bench()
    bench.write(0x20, 0x20)
    bench.advance(.milliseconds(100))
    _ = bench.byte(0x28)
    bench.advance(.milliseconds(100))
    #expect(bench.track.lost == 0)
    #expect(bench.track.read == 0)
  }

  @Test func aGyroscopeThatIsNeverReadIsNotWaitedForForLong() {
    let bench = Bench()
    bench.write(0x10, 0x60)
    let clock = ClockDomain(frequency: Hertz(119), start: .zero)
    for tick in 1...50 as ClosedRange<UInt64> {
      bench.advance(to: clock.instant(ofTick: tick))
      _ = bench.bytes(0x28, 6)
    }
    #expect(bench.track.read == 48)
    #expect(bench.track.lost == 0)
    #expect(bench.track.duplicate == 0)
    bench.advance(to: clock.instant(ofTick: 51))
    _ = bench.bytes(0x18, 6)
    _ = bench.bytes(0x28, 6)
    #expect(bench.track.read == 49)
  }

  @Test func blockUpdateCreditsAStraddlingReadToTheOldSample() {
    let bench = Bench()
    bench.write(0x22, 0x44)
    bench.write(0x20, 0x20)
    bench.advance(.milliseconds(100))
    _ = bench.bytes(0x28, 5)
    bench.advance(.milliseconds(100))
    _ = bench.byte(0x2d)
    #expect(bench.track.read == 1)
    _ = bench.bytes(0x28, 6)
    #expect(bench.track.read == 2)
    #expect(bench.track.duplicate == 0)
    #expect(bench.track.lost == 0)
  }

  /// A stream that counts samples of 119 Hz: the accelerometer's X is `n` counts.
  private func counting() -> Bench {
    let clock = ClockDomain(frequency: Hertz(119), start: .zero)
    return Bench { quantity, instant in
      let n = Double(clock.ticks(at: instant))
      return quantity == .acceleration ? .values([n * 0.000061, 0, 0]) : .values([0, 0, 0])
    }
  }

  private func advance(_ bench: Bench, toTick tick: Int) {
    bench.advance(to: ClockDomain(frequency: Hertz(119)).instant(ofTick: UInt64(tick)))
  }

  @Test func continuousFIFOKeepsTheNewest32AndCountsTheRestAsLost() {
    let bench = counting()
    bench.write(0x23, 0x02)
    bench.write(0x2e, 0xc0)
    bench.write(0x20, 0x60)
    advance(bench, toTick: 32)
    #expect(bench.byte(0x2f) == 0x20)
    advance(bench, toTick: 50)
    #expect(bench.byte(0x2f) == 0x60)
    #expect(bench.track.lost == 18)
    let words = bench.words(0x28, 32 * 3)
    #expect(stride(from: 0, to: 96, by: 3).map { words[$0] } == Array(19...50))
    #expect(bench.byte(0x2f) == 0)
    #expect(bench.track.read == 32)
    #expect(bench.track.duplicate == 0)
    #expect(bench.words(0x28, 3)[0] == 50)
    #expect(bench.track.duplicate == 1)
  }

  @Test func bothDiesShareTheFIFOsSlots() {
    let bench = counting()
    bench.write(0x23, 0x02)
    bench.write(0x2e, 0xc0)
    bench.write(0x10, 0x60)
    advance(bench, toTick: 10)
    #expect(bench.byte(0x2f) == 10)
    let words = bench.words(0x18, 60)
    #expect((0..<10).map { words[$0 * 6 + 3] } == Array(1...10))
    #expect(bench.byte(0x2f) == 0)
    #expect(bench.track.read == 10)
  }

  @Test func dieByDieReadingDrainsTheFIFOInAnyOrder() {
    let bench = counting()
    bench.write(0x23, 0x02)
    bench.write(0x2e, 0xc0)
    bench.write(0x10, 0x60)
    advance(bench, toTick: 10)
    for n in 1...10 as ClosedRange<Int16> {
      #expect(bench.words(0x28, 3)[0] == n)
      _ = bench.words(0x18, 3)
    }
    #expect(bench.byte(0x2f) == 0)
    advance(bench, toTick: 20)
    #expect((0..<10).map { _ in bench.words(0x28, 3)[0] } == Array(11...20))
  }

  @Test func watermarkDrivesThePinAndFallsWhenRead() {
    let bench = counting()
    bench.write(0x0d, 0x08)
    bench.write(0x23, 0x02)
    bench.write(0x2e, 0xc4)
    bench.write(0x20, 0x60)
    advance(bench, toTick: 3)
    #expect(bench.byte(0x2f) == 3)
    #expect(!bench.int2.level)
    advance(bench, toTick: 4)
    #expect(bench.byte(0x2f) == 0x84)
    #expect(bench.int2.level)
    _ = bench.bytes(0x28, 6)
    #expect(!bench.int2.level)
  }

  @Test func fifoModeStopsAfterTheFirstOverrunUntilBypass() {
    let bench = counting()
    bench.write(0x0c, 0x10)
    bench.write(0x23, 0x02)
    bench.write(0x2e, 0x20)
    bench.write(0x20, 0x60)
    advance(bench, toTick: 32)
    #expect(!bench.int1.level)
    advance(bench, toTick: 40)
    #expect(bench.int1.level)
    #expect(bench.byte(0x2f) == 0x60)
    #expect(bench.track.lost == 8)
    #expect(bench.words(0x28, 3)[0] == 2)
    advance(bench, toTick: 41)
    #expect(bench.byte(0x2f) == 31)
    bench.write(0x2e, 0)
    #expect(bench.byte(0x2f) == 0)
    bench.write(0x2e, 0x20)
    advance(bench, toTick: 43)
    #expect(bench.byte(0x2f) == 2)
  }

  @Test func depthCanBeLimitedToTheThreshold() {
    let bench = counting()
    bench.write(0x23, 0x03)
    bench.write(0x2e, 0xc3)
    bench.write(0x20, 0x60)
    advance(bench, toTick: 10)
    #expect(bench.byte(0x2f) == 0xc4)
    #expect(bench.track.lost == 6)
    #expect(bench.words(0x28, 3)[0] == 7)
  }
}
