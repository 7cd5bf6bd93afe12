import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct ClockTests {
  private func clock(_ bench: Bench, line: InterruptLine? = nil) -> Device {
    bench.device("nordic-clock-power", "CLOCK", base: 0x4000_0000, lines: line.map { [$0] } ?? [])
  }

  /// RTC1 on a bench whose LFCLK started at the present instant.
  private func rtc(_ bench: Bench) -> Device {
    bench.fabric.service(NordicClockRequests.init).setLowFrequency(.lfxo, at: bench.now)
    return bench.device("nordic-rtc", "RTC1", base: 0x4001_1000, parameters: ["channels": 4])
  }

  private func edge(_ n: UInt64) -> Instant {
    ClockDomain(frequency: Hertz(32_768)).instant(ofTick: n)
  }

  @Test func theCrystalTakesItsPowerUpAndDebounceTime() {
    let bench = Bench()
    let line = InterruptLine(number: 0)
    let clock = clock(bench, line: line)
    clock[0x304] = 1
    #expect(clock[0x40c] == 0x1_0000)
    clock[0x000] = 1
    #expect(clock[0x408] == 1)
    #expect(bench.wait(for: clock, 0x100) == after(.microseconds(60 + 256)))
    #expect(clock[0x40c] == 0x1_0001)
    #expect(line.level)
    clock[0x100] = 0
    clock[0x000] = 1
    #expect(clock[0x100] == 1)
    clock[0x004] = 1
    #expect(clock[0x40c] == 0x1_0000)
  }

  @Test func theLowFrequencyCrystalTicksFromTheRCOscillatorFirst() {
    let bench = Bench()
    let clock = clock(bench)
    let requests = bench.fabric.service(NordicClockRequests.init)
    clock[0x518] = 1
    clock[0x008] = 1
    bench.advance(.milliseconds(1))
    #expect(requests.lowFrequency?.start == after(.microseconds(600)))
    #expect(clock[0x104] == 0)
    #expect(bench.wait(for: clock, 0x104) == after(.milliseconds(250)))
    #expect(clock[0x418] == 0x1_0001)
    #expect(requests.lowFrequency?.start == after(.microseconds(600)))
    let states = bench.fabric.power.residencies().map { row in
      "\(row.states.first { $0.consumer == "lfclk" }!.state) \(row.time.picoseconds / 1_000_000)"
    }
    #expect(states == ["off 600", "lfrc 249400"])
  }

  @Test func powerRegistersKeepWhatTheyAreGiven() {
    let bench = Bench()
    let clock = clock(bench)
    clock[0x51c] = 0x1a5
    #expect(clock[0x51c] == 0xa5)
    clock[0x908] = 0x3
    #expect(clock[0x900] == 0xfffc)
    clock[0x904] = 0x1
    #expect(clock[0x900] == 0xfffd)
    #expect(clock.peripheral.read(0x990) == nil)
    bench.fabric.resetRequested = true
    clock.peripheral.reset()
    #expect(clock[0x400] == 4)
    #expect(clock[0x51c] == 0xa5)
    #expect(clock[0x900] == 0xffff)
    clock[0x400] = 4
    #expect(clock[0x400] == 0)
  }

  @Test func constantLatencyKeepsTheHighFrequencyClockOn() {
    let bench = Bench()
    let clock = clock(bench)
    let requests = bench.fabric.service(NordicClockRequests.init)
    clock[0x078] = 1
    #expect(requests.isHighFrequencyRequested)
    clock[0x07c] = 1
    #expect(!requests.isHighFrequencyRequested)
  }

  @Test func aTaskTakesEffectAtTheRisingEdgeAfterTheNextFallingOne() {
    let bench = Bench()
    let rtc = rtc(bench)
    bench.advance(.microseconds(10))
    rtc[0x000] = 1
    // The falling edge at 15.26 us, the rising one at 30.5 us.
    bench.advance(.microseconds(20))
    #expect(rtc[0x504] == 0)
    bench.advance(.microseconds(1))
    #expect(rtc[0x504] == 1)
    bench.scheduler.advance(to: edge(10) + .microseconds(16))
    rtc[0x008] = 1
    bench.scheduler.advance(to: edge(12) - Interval(picoseconds: 1))
    #expect(rtc[0x504] == 11)
    bench.scheduler.advance(to: edge(12))
    #expect(rtc[0x504] == 0)
  }

  @Test(arguments: [UInt32(0), 1, 7, 327, 4095])
  func aCompareComesWithTheEdgeThatMakesTheCounterEqual(prescaler: UInt32) {
    let bench = Bench()
    let rtc = rtc(bench)
    rtc[0x508] = prescaler
    rtc[0x544] = 5
    rtc[0x304] = 1 << 17
    rtc[0x000] = 1
    // START counts at edge 1 with no prescaler, then every PRESCALER + 1 edges.
    let expected = edge(UInt64(prescaler) + 1 + 4 * (UInt64(prescaler) + 1))
    #expect(bench.wait(for: rtc, 0x144) == expected)
    #expect(rtc[0x504] == 5)
  }

  @Test func aCompareForTheNextCountIsMissedAndForTheOneAfterItIsMet() {
    let bench = Bench()
    let rtc = rtc(bench)
    rtc[0x344] = 3 << 16
    rtc[0x000] = 1
    bench.scheduler.advance(to: edge(100) + .microseconds(1))
    let count = rtc[0x504]
    rtc[0x540] = count + 1
    rtc[0x544] = count + 2
    #expect(bench.wait(for: rtc, 0x144) == edge(102))
    #expect(rtc[0x140] == 0)
  }

  @Test func eventsThatAreNotEnabledDoNotExist() {
    let bench = Bench()
    let rtc = rtc(bench)
    rtc[0x540] = 3
    rtc[0x000] = 1
    bench.advance(.milliseconds(10))
    #expect(rtc[0x140] == 0)
    #expect(rtc[0x100] == 0)
    #expect(bench.scheduler.next == .never)
    rtc[0x344] = 1
    bench.advance(.milliseconds(1))
    #expect(rtc[0x100] == 1)
  }

  @Test func theCounterOverflowsSixteenCountsAfterTheTask() {
    let bench = Bench()
    let rtc = rtc(bench)
    rtc[0x304] = 2
    rtc[0x000] = 1
    rtc[0x00c] = 1
    #expect(bench.wait(for: rtc, 0x104) == edge(17))
    #expect(rtc[0x504] == 0)
  }

  @Test func theCounterRunsOnlyWhileItsClockDoes() {
    let bench = Bench()
    let clock = clock(bench)
    let rtc = bench.device("nordic-rtc", "RTC0", base: 0x4000_b000, parameters: ["channels": 3])
    rtc[0x000] = 1
    bench.advance(.milliseconds(5))
    #expect(rtc[0x504] == 0)
    clock[0x008] = 1
    bench.advance(.microseconds(600) + .seconds(1))
    #expect(rtc[0x504] == 32_768)
    clock[0x00c] = 1
    bench.advance(.seconds(1))
    #expect(rtc[0x504] == 32_768)
    #expect(rtc.peripheral.read(0x54c) == nil)
  }

  @Test(arguments: 0..<100)
  func theRTCAgreesWithOneThatIsCountedEdgeByEdge(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let rtc = rtc(bench)
    let prescaler = UInt32.random(in: 0...5, using: &random)
    let compare = UInt32.random(in: 2...40, using: &random)
    rtc[0x508] = prescaler
    rtc[0x540] = compare
    rtc[0x344] = 1 << 16
    rtc[0x000] = 1
    var counter: UInt32 = 0
    // START is in force at edge 1 with a count due after PRESCALER more edges.
    var left = prescaler + 1
    var clearsAt: UInt64?
    for n in UInt64(1)...400 {
      bench.scheduler.advance(to: edge(n))
      left -= 1
      var counted = false
      if left == 0 {
        counter += 1
        left = prescaler + 1
        counted = true
      }
      if clearsAt == n {
        counter = 0
        left = prescaler + 1
        clearsAt = nil
        counted = false
      }
      #expect(rtc[0x504] == counter)
      if counted { #expect(rtc[0x140] == (counter == compare ? 1 : 0)) }
      rtc[0x140] = 0
      if clearsAt == nil && Int.random(in: 0..<50, using: &random) == 0 {
        rtc[0x008] = 1
        clearsAt = n + 1
      }
    }
  }
}
