import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct STM32TimerTests {
  private func timer(
    _ bench: Bench, _ parameters: [String: Int] = [:], lines: [InterruptLine] = []
  ) -> Device {
    bench.device(
      "stm32-timer", "TIM3", base: 0x4000_0400, lines: lines, parameters: parameters,
      clock: bench.fabric.clock("timers"))
  }

  private func edges(of line: InterruptLine, _ bench: Bench, _ act: @escaping () -> Void) -> Edges {
    let edges = Edges()
    line.observer = { level in
      guard level else { return }
      edges.instants.append(bench.now.picoseconds / 1000)
      act()
    }
    return edges
  }

  private final class Edges { var instants: [Int64] = [] }

  @Test func anUpdateComesEveryPeriodOfPrescalerAndReload() {
    let bench = Bench()
    let line = InterruptLine(number: 29)
    let timer = timer(bench, lines: [line])
    timer[0x28] = 63
    timer[0x2c] = 499
    timer[0x14] = 1
    timer[0x10] = 0
    timer[0x0c] = 1
    let edges = edges(of: line, bench) { timer[0x10] = 0 }
    timer[0x00] = 1
    bench.advance(.microseconds(2001))
    #expect(edges.instants == [500_000, 1_000_000, 1_500_000, 2_000_000])
  }

  @Test func aCounterGoesOnAtTheNewRateWhenItsClockChanges() {
    let bench = Bench()
    let timer = timer(bench, ["bits": 32])
    timer[0x00] = 1
    bench.advance(.microseconds(100))
    #expect(timer[0x24] == 6400)
    bench.fabric.clock("timers").change(to: Hertz(16_000_000), at: bench.now)
    bench.advance(.microseconds(100))
    #expect(timer[0x24] == 8000)
  }

  @Test func aPreloadedReloadValueWaitsForTheUpdate() {
    let bench = Bench()
    let line = InterruptLine(number: 29)
    let timer = timer(bench, lines: [line])
    timer[0x2c] = 63
    timer[0x0c] = 1
    let edges = edges(of: line, bench) { timer[0x10] = 0 }
    timer[0x00] = 0x81
    bench.advance(Interval(picoseconds: 500_000))
    timer[0x2c] = 127
    bench.advance(.microseconds(6))
    #expect(edges.instants == [1000, 3000, 5000])
  }

  @Test func pulseWidthModulationShowsOnTheChannelsNet() {
    let bench = Bench()
    let timer = timer(bench)
    var levels: [Int64] = []
    bench.fabric.pins["TIM3.CH1"].observe { _ in levels.append(bench.now.picoseconds / 1000) }
    timer[0x28] = 63
    timer[0x2c] = 999
    timer[0x14] = 1
    timer[0x18] = 0x68
    timer[0x34] = 250
    timer[0x14] = 1
    timer[0x20] = 1
    timer[0x00] = 1
    bench.advance(.microseconds(2300))
    #expect(levels == [0, 250_000, 1_000_000, 1_250_000, 2_000_000, 2_250_000])
  }

  @Test func onePulseStopsAtTheUpdate() {
    let bench = Bench()
    let timer = timer(bench)
    timer[0x2c] = 99
    timer[0x00] = 9
    bench.advance(.microseconds(10))
    #expect(timer[0x00] & 1 == 0)
    #expect(timer[0x24] == 0)
    #expect(timer[0x10] & 1 == 1)
  }

  @Test func downAndCentreAlignedCountersTurnAround() {
    let bench = Bench()
    let timer = timer(bench)
    timer[0x28] = 63
    timer[0x2c] = 9
    timer[0x00] = 0x10
    timer[0x14] = 1
    timer[0x00] = 0x11
    bench.advance(.microseconds(3))
    #expect(timer[0x24] == 6)
    timer[0x00] = 0
    timer[0x00] = 0x20
    timer[0x14] = 1
    timer[0x00] = 0x21
    bench.advance(.microseconds(12))
    #expect(timer[0x24] == 6)
    #expect(timer[0x00] & 0x10 != 0)
  }

  @Test func aCaptureTakesTheCountAtAnEdgeAndReadingItClearsTheFlag() {
    let bench = Bench()
    let timer = timer(bench)
    timer[0x28] = 63
    timer[0x14] = 1
    timer[0x18] = 1
    timer[0x20] = 1
    timer[0x00] = 1
    bench.advance(.microseconds(42))
    bench.fabric.pins["TIM3.CH1"].drive("test", true)
    bench.advance(.microseconds(5))
    #expect(timer[0x10] & 2 == 2)
    #expect(timer[0x34] == 42)
    #expect(timer[0x10] & 2 == 0)
  }

  @Test func oneTimerCountsTheUpdatesOfAnother() {
    let bench = Bench()
    let slow = bench.device(
      "stm32-timer", "TIM2", base: 0, parameters: ["itr-2": 3],
      clock: bench.fabric.clock("timers"))
    let fast = timer(bench)
    slow[0x08] = 7 | 2 << 4
    slow[0x00] = 1
    fast[0x2c] = 639
    fast[0x04] = 2 << 4
    fast[0x00] = 1
    bench.advance(.microseconds(105))
    #expect(slow[0x24] == 10)
  }

  @Test func readingTheStatusOfATimerThatNobodyWaitsForShowsThatItWrapped() {
    let bench = Bench()
    let timer = timer(bench)
    timer[0x2c] = 99
    timer[0x00] = 1
    bench.advance(.seconds(1))
    #expect(timer[0x10] & 1 == 1)
    timer[0x10] = 0
    #expect(timer[0x10] & 1 == 0)
    #expect(timer[0x24] == 0)
  }
}

/// Timer channels at pins by alternate function.
@Suite struct STM32PinRoutingTests {
  private let bench = Bench()

  private func port() -> Device {
    bench.device(
      "stm32-gpio", "GPIOA", base: 0, parameters: ["port": 0, "TIM2_CH1.5": 1, "TIM3_CH1.6": 2])
  }

  private func timer(_ name: String) -> Device {
    bench.device(
      "stm32-timer", name, base: 0x4000_0000, parameters: ["bits": 16, "channels": 4],
      clock: ClockSignal(frequency: Hertz(1_000_000)))
  }

  /// 30 of 100 us on channel 1.
  private func startPulses(_ timer: Device) {
    timer[0x2c] = 99
    timer[0x34] = 30
    timer[0x18] = 6 << 4
    timer[0x20] = 1
    timer[0x14] = 1
    timer[0x00] = 1
  }

  @Test func `a pin shows the channel that its alternate function names`() {
    let port = port()
    let timer = timer("TIM2")
    startPulses(timer)
    let pin = bench.fabric.pins["PA5"]
    var edges: [Instant] = []
    pin.observe { [bench] _ in edges.append(bench.now) }
    bench.advance(.microseconds(250))
    #expect(edges.isEmpty, "the pin is analogue")
    port[0x20] = 1 << 20
    port[0x00] = 2 << 10
    edges = []
    bench.advance(.microseconds(200))
    #expect(edges.map { $0.picoseconds / 1_000_000 } == [300, 330, 400, 430])
    port[0x20] = 2 << 20
    edges = []
    bench.advance(.microseconds(200))
    #expect(edges.allSatisfy { $0 == after(.microseconds(450)) })
  }

  /// As vendors' drivers do: the pin first, the output when the timer starts.
  @Test func `a pin that is given to a channel first shows it from its start to its end`() {
    let port = port()
    let timer = timer("TIM2")
    port[0x0c] = 1 << 10
    port[0x20] = 1 << 20
    port[0x00] = 2 << 10
    let pin = bench.fabric.pins["PA5"]
    #expect(pin.level, "its pull-up")
    startPulses(timer)
    #expect(pin.level)
    bench.advance(.microseconds(31))
    #expect(!pin.level)
    bench.advance(.microseconds(70))
    #expect(pin.level)
    bench.advance(.microseconds(40))
    timer[0x20] = 0
    #expect(pin.level, "its pull-up again")
  }

  /// Inputs in quadrature, four steps a period; direction by which of them leads.
  @Test(arguments: [(3, 1), (1, 2), (2, 2)] as [(UInt32, Int)])
  func `an encoder counts edges up and down`(mode: UInt32, edges: Int) {
    let port = port()
    let timer = timer("TIM3")
    let inputs = [bench.fabric.pins["PA6"], bench.fabric.pins["TIM3.CH2"]]
    port[0x20] = 2 << 24
    port[0x00] = 2 << 12
    timer[0x2c] = 9
    timer[0x18] = 1 | 1 << 8
    timer[0x08] = mode
    timer[0x00] = 1
    bench.advance(.milliseconds(1))
    #expect(timer[0x24] == 0, "time alone does not count")
    func step(_ input: Int, _ level: Bool) { inputs[input].drive("shaft", level) }
    for _ in 0..<3 {
      step(0, true)
      step(1, true)
      step(0, false)
      step(1, false)
    }
    let steps = 12 / edges
    #expect(timer[0x24] == UInt32(steps % 10))
    #expect(timer[0x10] & 1 == UInt32(steps / 10))
    #expect(timer[0x00] & 0x10 == 0)
    timer[0x10] = 0
    for _ in 0..<3 {
      step(1, true)
      step(0, true)
      step(1, false)
      step(0, false)
    }
    #expect(timer[0x24] == 0)
    #expect(timer[0x10] & 1 == UInt32(steps / 10))
    #expect(timer[0x00] & 0x10 == 0x10)
  }

  @Test func `a channel captures at edges of the pin that it is given`() {
    let port = port()
    let timer = timer("TIM3")
    timer[0x2c] = 0xffff
    timer[0x18] = 1
    timer[0x20] = 1
    timer[0x00] = 1
    let pin = bench.fabric.pins["PA6"]
    bench.advance(.microseconds(100))
    pin.drive("world", true)
    #expect(timer[0x10] & 2 == 0)
    pin.drive("world", false)
    port[0x20] = 2 << 24
    port[0x00] = 2 << 12
    bench.advance(.microseconds(23))
    pin.drive("world", true)
    #expect(timer[0x10] & 2 == 2)
    #expect(timer[0x34] == 123)
  }
}
