import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct TimerTests {
  private func timer(_ bench: Bench, line: InterruptLine? = nil, channels: Int = 4) -> Device {
    bench.device(
      "nordic-timer", "TIMER0", base: 0x4000_8000, lines: line.map { [$0] } ?? [],
      parameters: ["channels": channels])
  }

  @Test(arguments: UInt32(0)...9)
  func aCompareComesAtItsTickForEveryPrescaler(prescaler: UInt32) {
    let bench = Bench()
    let timer = timer(bench)
    timer[0x510] = prescaler
    timer[0x540] = 1000
    timer[0x000] = 1
    let tick = Int64(62_500) << Int64(prescaler)
    bench.advance(Interval(picoseconds: 1000 * tick - 1))
    #expect(timer[0x140] == 0)
    bench.advance(Interval(picoseconds: 1))
    #expect(timer[0x140] == 1)
  }

  @Test func startTakesEffectAtAnEdgeOfThePeripheralClock() {
    let bench = Bench()
    let timer = timer(bench)
    bench.advance(Interval(picoseconds: 15_625))
    timer[0x510] = 0
    timer[0x540] = 4
    timer[0x000] = 1
    #expect(bench.wait(for: timer, 0x140) == Instant(picoseconds: 5 * 62_500))
  }

  @Test func theClearShortMakesAPeriodOfExactlyTheCompareValue() {
    let bench = Bench()
    let line = InterruptLine(number: 8)
    var edges: [Int64] = []
    line.observer = { if $0 { edges.append(bench.now.picoseconds) } }
    let timer = timer(bench, line: line)
    timer[0x540] = 1000
    timer[0x200] = 1
    timer[0x304] = 1 << 16
    timer[0x000] = 1
    for _ in 0..<4 {
      _ = bench.wait(for: timer, 0x140)
      timer[0x140] = 0
    }
    #expect(edges == [1, 2, 3, 4].map { $0 * 1_000_000_000 })
  }

  @Test func theStopShortStopsAtTheCompareValue() {
    let bench = Bench()
    let timer = timer(bench)
    timer[0x544] = 7
    timer[0x200] = 1 << 9
    timer[0x000] = 1
    bench.advance(.milliseconds(1))
    timer[0x040] = 1
    #expect(timer[0x540] == 7)
    timer[0x000] = 1
    bench.advance(.microseconds(3))
    timer[0x040] = 1
    #expect(timer[0x540] == 10)
  }

  @Test func counterModeCountsTasks() {
    let bench = Bench()
    let timer = timer(bench)
    timer[0x504] = 1
    timer[0x540] = 3
    timer[0x008] = 1
    timer[0x000] = 1
    for _ in 0..<2 { timer[0x008] = 1 }
    #expect(timer[0x140] == 0)
    timer[0x008] = 1
    #expect(timer[0x140] == 1)
    #expect(bench.scheduler.next == .never)
  }

  @Test func aTimerHasOnlyItsOwnChannels() {
    let bench = Bench()
    #expect(timer(bench).peripheral.read(0x550) == nil)
    #expect(timer(Bench(), channels: 6).peripheral.read(0x554) == 0)
  }

  @Test func aFastTimerRequestsTheSixteenMegahertzClock() {
    let bench = Bench()
    let timer = timer(bench)
    timer[0x510] = 0
    timer[0x000] = 1
    bench.advance(.milliseconds(2))
    timer[0x004] = 1
    timer[0x510] = 4
    timer[0x000] = 1
    bench.advance(.milliseconds(3))
    timer[0x004] = 1
    bench.advance(.milliseconds(5))
    let rows = bench.fabric.power.residencies().map { row in
      row.states.map { "\($0.consumer)=\($0.state)" }.joined(separator: " ")
        + " \(row.time.seconds)"
    }
    #expect(
      Set(rows) == [
        "hfclk=hfint pclk16m=on lfclk=off TIMER0=active 0.002",
        "hfclk=hfint pclk16m=off lfclk=off TIMER0=active 0.003",
        "hfclk=off pclk16m=off lfclk=off TIMER0=off 0.005",
      ])
  }

  /// The timer counted tick by tick.
  private struct TickModel {
    var mask: UInt32
    var counter: UInt32 = 0
    var compares: [UInt32] = [0, 0, 0, 0]
    var shorts: UInt32 = 0
    var events: UInt32 = 0
    var isRunning = false

    mutating func tick() {
      guard isRunning else { return }
      counter = (counter &+ 1) & mask
      let value = counter
      for n in 0..<4 where compares[n] & mask == value {
        events |= 1 << UInt32(n)
        if shorts >> UInt32(n) & 1 == 1 { counter = 0 }
        if shorts >> UInt32(n + 8) & 1 == 1 { isRunning = false }
      }
    }
  }

  @Test(arguments: 0..<200)
  func theTimerAgreesWithOneThatIsCountedTickByTick(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let timer = timer(bench)
    let prescaler = UInt32.random(in: 0...9, using: &random)
    let wide = Bool.random(using: &random)
    var model = TickModel(mask: wide ? 0xffff : 0xff)
    timer[0x508] = wide ? 0 : 1
    timer[0x510] = prescaler
    for _ in 0..<60 {
      let channel = UInt32.random(in: 0..<4, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0:
        timer[0x000] = 1
        model.isRunning = true
      case 1:
        timer[0x00c] = 1
        model.counter = 0
      case 2:
        timer[0x004] = 1
        model.isRunning = false
      case 3:
        let value = UInt32.random(in: 0..<300, using: &random)
        timer[0x540 + 4 * channel] = value
        model.compares[Int(channel)] = value
      case 4:
        timer[0x040 + 4 * channel] = 1
        model.compares[Int(channel)] = model.counter
      case 5:
        let shorts = UInt32.random(in: 0..<0x1000, using: &random) & 0xf0f
        timer[0x200] = shorts
        model.shorts = shorts
      default:
        let ticks = Int64.random(in: 0..<400, using: &random)
        bench.advance(Interval(picoseconds: ticks * 62_500 << Int64(prescaler)))
        for _ in 0..<ticks { model.tick() }
      }
      for n in 0..<4 {
        let offset = 0x140 + 4 * UInt32(n)
        #expect(timer[offset] == model.events >> UInt32(n) & 1)
        #expect(timer[0x540 + 4 * UInt32(n)] == model.compares[n])
        timer[offset] = 0
      }
      model.events = 0
    }
  }
}
