import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct STM32ClockTests {
  private func bench(hse: Bool = true) -> Bench {
    let bench = Bench()
    for (name, frequency) in [("msi", 4_000_000), ("hsi", 16_000_000), ("lsi", 32_000)] {
      bench.fabric.oscillators[name] = Oscillator(frequency: Hertz(UInt64(frequency)))
    }
    bench.fabric.oscillators["hsi48"] = Oscillator(frequency: Hertz(48_000_000))
    bench.fabric.oscillators["lse"] = Oscillator(
      frequency: Hertz(32_768), startUp: .milliseconds(300))
    if hse {
      bench.fabric.oscillators["hse"] = Oscillator(
        frequency: Hertz(8_000_000), startUp: .milliseconds(2))
    }
    return bench
  }

  @Test func anL4StartsOnMSIAt4MHzWithItsReadyFlag() {
    let bench = bench()
    let rcc = bench.device("stm32l4-rcc", "RCC", base: 0x4002_1000)
    #expect(rcc[0x00] == 0x63)
    #expect(bench.fabric.coreClock.frequency == Hertz(4_000_000))
    #expect(rcc[0x94] >> 26 & 3 == 3)
  }

  @Test func anL4ReachesEightyAndAHundredAndTwentyMegahertzThroughThePLL() {
    let bench = bench()
    let rcc = bench.device("stm32l4-rcc", "RCC", base: 0x4002_1000)
    rcc[0x00] = rcc[0x00] | 1 << 8
    #expect(rcc[0x00] >> 10 & 1 == 0)
    bench.advance(.microseconds(1))
    #expect(rcc[0x00] >> 10 & 1 == 1)
    // HSI / 2 * 30 / 2.
    rcc[0x0c] = 2 | 1 << 4 | 30 << 8 | 1 << 24
    rcc[0x00] = rcc[0x00] | 1 << 24
    rcc[0x08] = 3
    #expect(rcc[0x08] & 0xf == 3, "the switch waits for the lock")
    bench.advance(.microseconds(40))
    #expect(rcc[0x00] >> 25 & 1 == 1)
    #expect(rcc[0x08] & 0xf == 0xf)
    #expect(bench.fabric.coreClock.frequency == Hertz(120_000_000))
    rcc[0x08] = 3 | 0x8 << 4 | 4 << 8 | 5 << 11
    #expect(bench.fabric.coreClock.frequency == Hertz(60_000_000))
    #expect(bench.fabric.clock("pclk1").frequency == Hertz(30_000_000))
    #expect(bench.fabric.clock("pclk1-timers").frequency == Hertz(60_000_000))
    #expect(bench.fabric.clock("pclk2").frequency == Hertz(15_000_000))
    #expect(bench.fabric.clock("pclk2-timers").frequency == Hertz(30_000_000))
    #expect(bench.fabric.clock("systick").frequency == Hertz(7_500_000))
  }

  @Test func msiFollowsItsRangeOnceItIsSelected() {
    let bench = bench()
    let rcc = bench.device("stm32l4-rcc", "RCC", base: 0x4002_1000)
    rcc[0x00] = 0x63 & ~0xf0 | 11 << 4
    #expect(bench.fabric.coreClock.frequency == Hertz(4_000_000))
    rcc[0x00] = 0x63 & ~0xf0 | 11 << 4 | 8
    #expect(bench.fabric.coreClock.frequency == Hertz(48_000_000))
  }

  @Test func aG0DividesHSIAndReachesSixtyFourMegahertz() {
    let bench = bench()
    let rcc = bench.device("stm32g0-rcc", "RCC", base: 0x4002_1000)
    #expect(bench.fabric.coreClock.frequency == Hertz(16_000_000))
    rcc[0x00] = rcc[0x00] | 3 << 11
    #expect(bench.fabric.coreClock.frequency == Hertz(2_000_000))
    rcc[0x00] = rcc[0x00] & ~(7 << 11)
    rcc[0x0c] = 2 | 8 << 8 | 1 << 28 | 1 << 29
    rcc[0x00] = rcc[0x00] | 1 << 24
    rcc[0x08] = 2
    bench.advance(.microseconds(40))
    #expect(rcc[0x08] & 0x3f == 0x12)
    #expect(bench.fabric.coreClock.frequency == Hertz(64_000_000))
  }

  @Test func anOscillatorThatTheBoardLacksNeverBecomesReady() {
    let bench = bench(hse: false)
    let rcc = bench.device("stm32g0-rcc", "RCC", base: 0x4002_1000)
    rcc[0x00] = rcc[0x00] | 1 << 16
    bench.advance(.seconds(1))
    #expect(rcc[0x00] >> 17 & 1 == 0)
    #expect(bench.fabric.findings.entries.map(\.kind) == ["no-oscillator"])
  }

  @Test func kernelClocksFollowTheirSelection() {
    let bench = bench()
    let rcc = bench.device("stm32l4-rcc", "RCC", base: 0x4002_1000)
    #expect(bench.fabric.clock("lpuart1").frequency == Hertz(4_000_000))
    rcc[0x88] = 2 << 10
    #expect(bench.fabric.clock("lpuart1").isStopped, "HSI is off")
    rcc[0x00] = rcc[0x00] | 1 << 8
    bench.advance(.microseconds(1))
    #expect(bench.fabric.clock("lpuart1").frequency == Hertz(16_000_000))
    #expect(!bench.fabric.clock("lpuart1").isStopped)
  }

  @Test func aClosedGateReadsZeroTakesNothingAndIsAFinding() {
    let bench = bench()
    let rcc = bench.device("stm32l4-rcc", "RCC", base: 0x4002_1000)
    let timer = bench.device(
      "stm32-timer", "TIM2", base: 0x4000_0000,
      parameters: ["bits": 32, "enable-register": 0x58, "enable-bit": 0])
    timer[0x2c] = 1234
    #expect(timer[0x2c] == 0)
    #expect(bench.fabric.findings.entries.first?.place == "TIM2")
    rcc[0x58] = 1
    #expect(timer[0x2c] == .max)
    timer[0x2c] = 1234
    rcc[0x38] = 1
    #expect(timer[0x2c] == .max, "a reset bit resets")
  }

  @Test func theBackupDomainIsProtectedUntilPWRSaysOtherwise() {
    let bench = bench()
    let rcc = bench.device("stm32g0-rcc", "RCC", base: 0x4002_1000)
    let pwr = bench.device("stm32-pwr", "PWR", base: 0x4000_7000)
    rcc[0x5c] = 1
    #expect(rcc[0x5c] == 0)
    pwr[0x00] = pwr[0x00] | 1 << 8
    rcc[0x5c] = 1
    bench.advance(.milliseconds(300))
    #expect(rcc[0x5c] == 3)
    rcc[0x5c] = 1 | 1 << 8 | 1 << 15
    #expect(bench.fabric.clock("rtc").frequency == Hertz(32_768))
  }

  @Test func stopHaltsTheTimersAndWakesOnTheChosenOscillator() {
    let bench = bench()
    let rcc = bench.device("stm32l4-rcc", "RCC", base: 0x4002_1000)
    let pwr = bench.device("stm32-pwr", "PWR", base: 0x4000_7000)
    let timer = bench.device(
      "stm32-timer", "TIM2", base: 0, parameters: ["bits": 32],
      clock: bench.fabric.clock("pclk1-timers"))
    rcc[0x00] = rcc[0x00] | 1 << 8
    bench.advance(.microseconds(1))
    rcc[0x08] = 1 | 1 << 15
    #expect(bench.fabric.coreClock.frequency == Hertz(16_000_000))
    timer[0x00] = 1
    bench.advance(.microseconds(10))
    pwr[0x00] = pwr[0x00] | 2
    bench.fabric.isSleepDeep = { true }
    bench.fabric.isCoreAsleep = true
    bench.advance(.seconds(1))
    bench.fabric.isCoreAsleep = false
    #expect(timer[0x24] == 160)
    bench.advance(.microseconds(10))
    #expect(timer[0x24] == 320)
    #expect(rcc[0x08] & 0xf == 5)
  }
}
