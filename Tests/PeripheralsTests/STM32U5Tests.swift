import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct STM32U5Tests {
  private func bench() -> Bench {
    let bench = Bench()
    for (name, frequency) in [("hsi", 16_000_000), ("hse", 16_000_000), ("hsi48", 48_000_000)] {
      bench.fabric.oscillators[name] = Oscillator(frequency: Hertz(UInt64(frequency)))
    }
    bench.fabric.oscillators["lsi"] = Oscillator(frequency: Hertz(32_000))
    bench.fabric.oscillators["lse"] = Oscillator(
      frequency: Hertz(32_768), startUp: .milliseconds(300))
    return bench
  }

  @Test func itStartsOnMSISAt4MHz() {
    let bench = bench()
    let rcc = bench.device("stm32u5-rcc", "RCC", base: 0x4602_0c00)
    #expect(rcc[0x00] == 0x35)
    #expect(bench.fabric.coreClock.frequency == Hertz(4_000_000))
    #expect(rcc[0xf4] >> 26 & 3 == 3)
  }

  /// MSISRANGE and its sixteen rates: a third, a half and more of 48, 4 and 3.072 MHz.
  @Test(arguments: [(0, 48_000_000), (3, 12_000_000), (8, 3_072_000), (15, 100_000)])
  func theRangeOfMSISFollowsICSCR1(range: UInt32, frequency: UInt64) {
    let bench = bench()
    let rcc = bench.device("stm32u5-rcc", "RCC", base: 0x4602_0c00)
    rcc[0x08] = range << 28 | 1 << 23
    #expect(bench.fabric.coreClock.frequency == Hertz(frequency))
  }

  @Test func theFirstPLLGives160MHzFromMSISAndItsFractionCounts() {
    let bench = bench()
    let rcc = bench.device("stm32u5-rcc", "RCC", base: 0x4602_0c00)
    rcc[0x28] = 1 | 1 << 18
    rcc[0x34] = 79 | 1 << 24
    rcc[0x00] = rcc[0x00] | 1 << 24
    rcc[0x1c] = 3
    #expect(rcc[0x1c] >> 2 & 3 == 0, "the PLL is not locked yet")
    bench.advance(.microseconds(100))
    #expect(rcc[0x00] >> 25 & 1 == 1)
    #expect(rcc[0x1c] >> 2 & 3 == 3)
    #expect(bench.fabric.coreClock.frequency == Hertz(160_000_000))
    rcc[0x38] = 4096 << 3
    #expect(bench.fabric.coreClock.frequency == Hertz(160_000_000), "not before FRACEN")
    rcc[0x28] = rcc[0x28] | 1 << 4
    #expect(bench.fabric.coreClock.frequency == Hertz(161_000_000))
  }

  @Test func busesTimersAndKernelClocksFollowTheirPrescalers() {
    let bench = bench()
    let rcc = bench.device("stm32u5-rcc", "RCC", base: 0x4602_0c00)
    rcc[0x00] = rcc[0x00] | 1 << 8
    bench.advance(.microseconds(1))
    rcc[0x1c] = 1
    rcc[0x20] = 8 | 5 << 4
    rcc[0x24] = 4 << 4
    #expect(bench.fabric.coreClock.frequency == Hertz(8_000_000))
    #expect(bench.fabric.clock("pclk1").frequency == Hertz(2_000_000))
    #expect(bench.fabric.clock("pclk1-timers").frequency == Hertz(4_000_000))
    #expect(bench.fabric.clock("pclk2-timers").frequency == Hertz(8_000_000))
    #expect(bench.fabric.clock("pclk3").frequency == Hertz(4_000_000))
    rcc[0xe8] = 4
    #expect(bench.fabric.clock("lpuart1").frequency == Hertz(4_000_000), "MSIK")
    rcc[0xe0] = 2
    #expect(bench.fabric.clock("usart1").frequency == Hertz(16_000_000), "HSI")
    #expect(bench.fabric.clock("systick").frequency == Hertz(1_000_000))
  }

  @Test func theFiltersClocksAreTheCoresOrMSIKs() {
    let bench = bench()
    let rcc = bench.device("stm32u5-rcc", "RCC", base: 0x4602_0c00)
    rcc[0x08] = 1 << 23 | 8 << 24 | 3 << 28
    #expect(bench.fabric.clock("mdf1").frequency == Hertz(12_000_000))
    rcc[0xe4] = 4
    rcc[0xe8] = 4 << 16
    #expect(bench.fabric.clock("mdf1").frequency == Hertz(3_072_000))
    #expect(bench.fabric.clock("adf1").frequency == Hertz(3_072_000))
  }

  @Test func lsesysIsReadyAsItIsEnabledAndLSIIsDivided() {
    let bench = bench()
    let rcc = bench.device("stm32u5-rcc", "RCC", base: 0x4602_0c00)
    let power = bench.device("stm32u5-pwr", "PWR", base: 0x4602_0800)
    rcc[0xf0] = 1
    #expect(rcc[0xf0] == 0, "DBP protects it")
    power[0x28] = 1
    rcc[0xf0] = 1 | 1 << 7 | 1 << 26 | 1 << 28 | 2 << 8
    #expect(rcc[0xf0] >> 11 & 1 == 1)
    bench.advance(.milliseconds(1))
    #expect(rcc[0xf0] >> 27 & 1 == 1)
    #expect(bench.fabric.clock("rtc").frequency == Hertz(250))
  }

  @Test func voltageRangeAndRegulatorAreReadyAfterAWhile() {
    let bench = bench()
    let power = bench.device("stm32u5-pwr", "PWR", base: 0x4602_0800)
    #expect(power[0x0c] == 0x8000)
    power[0x0c] = 3 << 16 | 1 << 18
    power[0x08] = 2
    #expect(power[0x0c] >> 15 & 1 == 0)
    #expect(power[0x3c] & 2 == 0)
    bench.advance(.microseconds(20))
    #expect(power[0x0c] == 3 << 16 | 1 << 18 | 1 << 15 | 1 << 14)
    #expect(power[0x3c] == 3 << 16 | 1 << 15 | 2)
  }

  @Test func flashTakesAQuadWord() {
    let bench = bench()
    let flash = bench.device(
      "stm32-flash", "FLASH", base: 0,
      parameters: ["version": 2, "unit": 16, "page": 8192, "max-mhz-per-wait": 32])
    let control = bench.fabric.service(FlashControl.init)
    flash[0x08] = 0x4567_0123
    flash[0x08] = 0xcdef_89ab
    flash[0x28] = 1
    for word in 0..<3 as Range<UInt32> {
      #expect(control.store(Address(0x100 + 4 * word), word) == .zero)
    }
    #expect(control.store(Address(0x10c), 0x4433_2211) != .zero)
    #expect(flash[0x20] >> 16 & 1 == 1)
    bench.advance(.milliseconds(1))
    #expect(flash[0x20] == 0)
    #expect(
      Array(bench.memory.flash[0x104..<0x110]) == [1, 0, 0, 0, 2, 0, 0, 0, 0x11, 0x22, 0x33, 0x44])
    _ = control.store(Address(0x124), 1)
    #expect(flash[0x20] >> 5 & 1 == 1, "a unit begins at its own address")
  }

  @Test func theCacheAnswersForTheFlashAndTellsWhenItIsEmpty() {
    let bench = bench()
    let cache = bench.device("stm32-icache", "ICACHE", base: 0x4003_0400)
    let timing = bench.fabric.timing(ofMemory: "flash")
    #expect(cache[0x00] == 4)
    cache[0x00] = 5
    #expect(timing.setting.cachesInstructions && timing.setting.cachesData)
    cache[0x00] = 7
    #expect(cache[0x04] == 1)
    bench.advance(.milliseconds(1))
    #expect(cache[0x04] == 2)
    cache[0x0c] = 2
    #expect(cache[0x04] == 0)
    #expect(cache[0x00] == 5, "CACHEINV reads zero")
  }
}

@Suite struct STM32GPDMATests {
  private let bench = Bench()
  private let line = InterruptLine(number: 29)

  private func controller() -> Device {
    bench.device(
      "stm32-gpdma", "GPDMA1", base: 0x4002_0000, lines: [line],
      parameters: ["channels": 2, "USART1_TX": 25])
  }

  @Test func aBlockIsCopiedFromMemoryToMemoryWithHalfAndEnd() {
    for index in 0..<16 { bench.memory.bytes[index] = UInt8(index + 1) }
    let dma = controller()
    dma[0x90] = 2 | 1 << 3 | 2 << 16 | 1 << 19
    dma[0x94] = 1 << 9
    dma[0x98] = 16
    dma[0x9c] = 0x2000_0000
    dma[0xa0] = 0x2000_0100
    dma[0x64] = 1 | 1 << 8
    #expect(dma[0x60] & 1 == 0, "busy")
    bench.advance(.milliseconds(1))
    #expect(Array(bench.memory.bytes[0x100..<0x110]) == (1...16).map { UInt8($0) })
    #expect(dma[0x60] == 1 | 1 << 8 | 1 << 9)
    #expect(dma[0x64] & 1 == 0)
    #expect(dma[0x98] == 0)
    #expect(dma[0x0c] == 1 && line.level)
    dma[0x5c] = 0x7f00
    #expect(dma[0x60] == 1 && !line.level)
  }

  @Test func bytesArePackedIntoWordsAndNarrowedWithoutPacking() {
    for index in 0..<8 { bench.memory.bytes[index] = UInt8(0x10 + index) }
    let dma = controller()
    dma[0x94] = 1 << 9
    dma[0x90] = 1 << 3 | 1 << 12 | 2 << 16 | 1 << 19
    dma[0x98] = 8
    dma[0x9c] = 0x2000_0000
    dma[0xa0] = 0x2000_0100
    dma[0x64] = 1
    bench.advance(.milliseconds(1))
    #expect(Array(bench.memory.bytes[0x100..<0x108]) == (0x10..<0x18).map { UInt8($0) })
    // Words whose low bytes alone are taken.
    dma[0x90] = 2 | 1 << 3 | 1 << 19
    dma[0x98] = 8
    dma[0x9c] = 0x2000_0000
    dma[0xa0] = 0x2000_0200
    dma[0x64] = 1
    bench.advance(.milliseconds(1))
    #expect(Array(bench.memory.bytes[0x200..<0x204]) == [0x10, 0x14, 0, 0])
  }

  @Test func aListItemBringsTheNextBlock() {
    func put(_ offset: Int, _ word: UInt32) {
      for byte in 0..<4 {
        bench.memory.bytes[offset + byte] = UInt8(truncatingIfNeeded: word >> UInt32(8 * byte))
      }
    }
    put(0, 0x0403_0201)
    put(0x40, 0x0807_0605)
    put(0x800, 4)
    put(0x804, 0x2000_0040)
    put(0x808, 0)
    let dma = controller()
    dma[0x50] = 0x2000_0000
    dma[0x90] = 1 << 3 | 1 << 19
    dma[0x94] = 1 << 9 | 3 << 30
    dma[0x98] = 4
    dma[0x9c] = 0x2000_0000
    dma[0xa0] = 0x2000_0100
    dma[0xcc] = 0x800 | 1 << 29 | 1 << 28 | 1 << 16
    dma[0x64] = 1
    bench.advance(.milliseconds(1))
    #expect(Array(bench.memory.bytes[0x100..<0x108]) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(dma[0xcc] == 0)
    #expect(dma[0x60] >> 8 & 1 == 1)
  }

  @Test func aTransferToNowhereIsAnError() {
    let dma = controller()
    dma[0x94] = 1 << 9
    dma[0x98] = 4
    dma[0x9c] = 0x9000_0000
    dma[0xa0] = 0x2000_0100
    dma[0x64] = 1 | 1 << 10
    bench.advance(.milliseconds(1))
    #expect(dma[0x60] == 1 | 1 << 10)
    #expect(line.level)
    #expect(bench.fabric.findings.entries.map(\.kind) == ["dma-error"])
  }
}

@Suite struct STM32U5RTCTests {
  /// The vendor's driver sets the wake-up timer without the keys.
  @Test func theKeysProtectTheCalendarAlone() {
    let bench = Bench()
    bench.fabric.service(STM32System.init).isBackupWritable = true
    let line = InterruptLine(number: 2)
    let clock = ClockSignal(frequency: Hertz(32_768))
    let rtc = bench.device(
      "stm32-rtc", "RTC", base: 0x4600_7800, lines: [line], parameters: ["version": 3],
      clock: clock)
    rtc[0x10] = 0
    #expect(rtc[0x10] == 0x7f_00ff)
    rtc[0x14] = 2047
    rtc[0x18] = 1 << 14 | 1 << 10 | 1 << 6
    #expect(rtc[0x18] == 1 << 14 | 1 << 10, "FMT is the calendar's")
    bench.advance(.milliseconds(1001))
    #expect(line.level)
    rtc[0x5c] = 4
    #expect(!line.level)
  }
}
