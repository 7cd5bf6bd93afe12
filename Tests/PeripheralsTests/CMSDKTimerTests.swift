import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct CMSDKTimerTests {
  private let tick = Interval.nanoseconds(40)

  @Test func theTimerInterruptsAtZeroAndHasAPeriodOfOneMoreThanReload() {
    let bench = Bench()
    let line = InterruptLine(number: 8)
    let timer = bench.device("cmsdk-timer", "TIMER0", base: 0x4000_0000, lines: [line])
    timer[0x008] = 9
    timer[0x000] = 9
    #expect(timer[0x004] == 9)
    bench.advance(tick * 9)
    #expect(line.level)
    #expect(timer[0x004] == 0)
    timer[0x00c] = 1
    #expect(!line.level)
    bench.advance(tick)
    #expect(timer[0x004] == 9)
    bench.advance(tick * 9 - Interval(picoseconds: 1))
    #expect(!line.level)
    bench.advance(Interval(picoseconds: 1))
    #expect(line.level)
  }

  @Test func withoutReloadTheTimerCountsOnce() {
    let bench = Bench()
    let timer = bench.device("cmsdk-timer", "TIMER0", base: 0x4000_0000)
    timer[0x000] = 9
    timer[0x004] = 5
    bench.advance(tick * 3)
    #expect(timer[0x004] == 2)
    bench.advance(tick * 100)
    #expect(timer[0x004] == 0)
    #expect(timer[0x00c] == 1)
    #expect(bench.scheduler.next == .never)
  }

  @Test func aStoppedTimerKeepsItsValue() {
    let bench = Bench()
    let timer = bench.device("cmsdk-timer", "TIMER0", base: 0x4000_0000)
    timer[0x008] = 100
    timer[0x000] = 1
    bench.advance(tick * 30)
    timer[0x000] = 0
    bench.advance(tick * 30)
    #expect(timer[0x004] == 70)
    #expect(timer[0xfe0] == 0x22)
  }

  @Test func theDualTimerStartsFreeRunningWithSixteenBits() {
    let bench = Bench()
    let timer = bench.device("cmsdk-dualtimer", "DUALTIMER", base: 0x4000_2000)
    #expect(timer[0x04] == 0xffff_ffff)
    #expect(timer[0x08] == 0x20)
    timer[0x08] = 0xa0
    bench.advance(tick * 0x1_0000)
    #expect(timer[0x04] == 0xffff_ffff)
    #expect(timer[0x10] == 1)
    #expect(timer[0xfe0] == 0x23)
  }

  @Test func aPeriodicCounterRaisesItsOwnAndTheCombinedLine() {
    let bench = Bench()
    let lines = (0..<3).map(InterruptLine.init(number:))
    let timer = bench.device(
      "cmsdk-dualtimer", "DUALTIMER", base: 0x4000_2000, lines: lines)
    timer[0x28] = 0x62
    timer[0x20] = 99
    timer[0x28] = 0xe2
    bench.advance(tick * 99)
    #expect(lines.map(\.level) == [true, false, true])
    timer[0x2c] = 1
    #expect(lines.map(\.level) == [false, false, false])
    bench.advance(tick * 100)
    #expect(timer[0x34] == 1)
    timer[0x28] = 0xc2
    #expect(timer[0x34] == 0)
    #expect(timer[0x30] == 1)
  }

  @Test(arguments: [(UInt32(0), Int64(1)), (1, 16), (2, 256), (3, 256)])
  func thePrescalerDivides(field: UInt32, divider: Int64) {
    let bench = Bench()
    let timer = bench.device("cmsdk-dualtimer", "DUALTIMER", base: 0x4000_2000)
    timer[0x08] = 0x63 | field << 2
    timer[0x00] = 10
    timer[0x08] = 0xe3 | field << 2
    bench.advance(tick * (10 * divider) - Interval(picoseconds: 1))
    #expect(timer[0x10] == 0)
    bench.advance(Interval(picoseconds: 1))
    #expect(timer[0x10] == 1)
    #expect(bench.scheduler.next == .never)
  }

  @Test func theIntegrationTestRegistersDriveTheLines() {
    let bench = Bench()
    let lines = (0..<3).map(InterruptLine.init(number:))
    let timer = bench.device(
      "cmsdk-dualtimer", "DUALTIMER", base: 0x4000_2000, lines: lines)
    timer[0xf00] = 1
    timer[0xf04] = 2
    #expect(lines.map(\.level) == [true, false, true])
  }

  /// The counter counted tick by tick.
  @Test(arguments: 0..<100)
  func theCounterAgreesWithOneThatIsCountedTickByTick(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let timer = bench.device("cmsdk-timer", "TIMER0", base: 0x4000_0000)
    var (value, reload, runs, pending) = (UInt32(0), UInt32(0), false, UInt32(0))
    for _ in 0..<100 {
      let operand = UInt32.random(in: 1..<30, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        timer[0x008] = operand
        (value, reload) = (operand, operand)
      case 1:
        timer[0x004] = operand
        value = operand
      case 2:
        timer[0x000] = 0
        runs = false
      case 3:
        timer[0x000] = 9
        runs = true
      default:
        bench.advance(tick * Int64(operand))
        for _ in 0..<operand where runs {
          if value == 0 {
            value = reload
          } else {
            value -= 1
            if value == 0 { pending = 1 }
          }
        }
      }
      #expect(timer[0x004] == value)
      #expect(timer[0x00c] == pending)
      timer[0x00c] = 1
      pending = 0
    }
  }
}
