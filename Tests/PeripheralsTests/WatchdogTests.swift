import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct WatchdogTests {
  private func edge(_ n: UInt64) -> Instant {
    ClockDomain(frequency: Hertz(32_768)).instant(ofTick: n)
  }

  private func watchdog(_ bench: Bench, counter: UInt32, config: UInt32 = 1) -> Device {
    let watchdog = bench.device("nordic-wdt", "WDT", base: 0x4001_0000)
    watchdog[0x504] = counter
    watchdog[0x508] = 3
    watchdog[0x50c] = config
    watchdog[0x000] = 1
    return watchdog
  }

  @Test func anUnservedWatchdogResetsTwoClocksAfterItsTimeout() {
    let bench = Bench()
    let power = bench.device("nordic-clock-power", "CLOCK", base: 0x4000_0000)
    let watchdog = watchdog(bench, counter: 32_767)
    power[0x51c] = 0x57
    #expect(bench.wait(for: watchdog, 0x100) == after(.seconds(1)))
    #expect(!bench.fabric.resetRequested)
    bench.scheduler.advance(to: edge(32_770))
    #expect(bench.fabric.resetRequested)
    power.peripheral.reset()
    watchdog.peripheral.reset()
    #expect(power[0x400] == 2)
    #expect(power[0x51c] == 0)
    #expect(watchdog[0x400] == 0)
    #expect(watchdog[0x504] == .max)
  }

  @Test func everyEnabledRequestMustBeServed() {
    let bench = Bench()
    let watchdog = watchdog(bench, counter: 99)
    bench.scheduler.advance(to: edge(50))
    watchdog[0x600] = 0x6e52_4635
    #expect(watchdog[0x404] == 2)
    watchdog[0x604] = 0x1234
    #expect(watchdog[0x404] == 2)
    watchdog[0x604] = 0x6e52_4635
    #expect(watchdog[0x404] == 3)
    #expect(bench.wait(for: watchdog, 0x100) == edge(150))
  }

  @Test func itsRegistersAreLockedAndASoftResetLeavesItRunning() {
    let bench = Bench()
    let watchdog = watchdog(bench, counter: 1000)
    watchdog[0x504] = 5
    watchdog[0x508] = 1
    #expect(watchdog[0x504] == 1000)
    #expect(watchdog[0x508] == 3)
    bench.fabric.resetRequested = true
    watchdog.peripheral.reset()
    #expect(watchdog[0x400] == 1)
    #expect(bench.wait(for: watchdog, 0x100) == edge(1001))
  }

  @Test func itMayPauseWhileTheCoreSleeps() {
    let bench = Bench()
    let watchdog = watchdog(bench, counter: 99, config: 0)
    bench.scheduler.advance(to: edge(40))
    bench.fabric.isCoreAsleep = true
    bench.scheduler.advance(to: edge(1000))
    bench.fabric.isCoreAsleep = false
    #expect(bench.wait(for: watchdog, 0x100) == edge(1060))
  }

  @Test func sleepIsAnEventOfThePowerControl() {
    let bench = Bench()
    let power = bench.device("nordic-clock-power", "CLOCK", base: 0x4000_0000)
    bench.fabric.isCoreAsleep = true
    #expect(power[0x114] == 1)
    #expect(power[0x118] == 0)
    bench.fabric.isCoreAsleep = false
    #expect(power[0x118] == 1)
  }
}
