import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct STM32H7Tests {
  private func bench() -> Bench {
    let bench = Bench()
    for (name, frequency) in [("hsi", 64_000_000), ("csi", 4_000_000), ("hse", 8_000_000)] {
      bench.fabric.oscillators[name] = Oscillator(frequency: Hertz(UInt64(frequency)))
    }
    bench.fabric.oscillators["lsi"] = Oscillator(frequency: Hertz(32_000))
    return bench
  }

  private func rcc(_ bench: Bench) -> Device {
    bench.device("stm32h7-rcc", "RCC", base: 0x5802_4400)
  }

  @Test func itStartsOnHSIAt64MHz() {
    let bench = bench()
    let rcc = rcc(bench)
    #expect(rcc[0x00] == 0xc025)
    #expect(bench.fabric.coreClock.frequency == Hertz(64_000_000))
    rcc[0x00] = rcc[0x00] | 3 << 3
    #expect(bench.fabric.coreClock.frequency == Hertz(8_000_000), "HSIDIV")
    #expect(rcc[0x00] >> 5 & 1 == 1)
  }

  @Test func theFirstPLLGives280MHzFromTheDebuggersClock() {
    let bench = bench()
    let rcc = rcc(bench)
    rcc[0x00] = rcc[0x00] | 1 << 16 | 1 << 18
    bench.advance(.milliseconds(2))
    rcc[0x28] = 2 | 2 << 4
    rcc[0x2c] = 2 << 2 | 7 << 16
    rcc[0x30] = 139 | 1 << 9 | 3 << 16 | 1 << 24
    rcc[0x00] = rcc[0x00] | 1 << 24
    bench.advance(.microseconds(100))
    rcc[0x10] = 3
    #expect(rcc[0x10] >> 3 & 7 == 3)
    #expect(bench.fabric.coreClock.frequency == Hertz(280_000_000))
    rcc[0x54] = 1 << 8
    #expect(bench.fabric.clock("rng").frequency == Hertz(140_000_000), "PLL1 Q")
  }

  /// CDCPRE divides for the core, HPRE for the buses behind it.
  @Test func coreAndBusesHavePrescalersOfTheirOwn() {
    let bench = bench()
    let rcc = rcc(bench)
    rcc[0x18] = 8 << 8 | 8 | 4 << 4
    rcc[0x1c] = 5 << 4
    rcc[0x20] = 6 << 4
    #expect(bench.fabric.coreClock.frequency == Hertz(32_000_000))
    #expect(bench.fabric.clock("hclk").frequency == Hertz(16_000_000))
    #expect(bench.fabric.clock("pclk1").frequency == Hertz(4_000_000))
    #expect(bench.fabric.clock("pclk1-timers").frequency == Hertz(8_000_000))
    #expect(bench.fabric.clock("pclk2-timers").frequency == Hertz(16_000_000))
    #expect(bench.fabric.clock("pclk3").frequency == Hertz(8_000_000))
    #expect(bench.fabric.clock("pclk4").frequency == Hertz(2_000_000))
    #expect(bench.fabric.clock("systick").frequency == Hertz(4_000_000))
    rcc[0x10] = 1 << 15
    #expect(bench.fabric.clock("pclk1-timers").frequency == Hertz(16_000_000), "TIMPRE")
  }

  @Test func aResetTellsItsCauseUntilRMVF() {
    let bench = bench()
    let rcc = rcc(bench)
    #expect(rcc[0x130] == 0x00e8_0000)
    rcc[0x130] = 1 << 16
    #expect(rcc[0x130] == 0)
    bench.fabric.service(STM32System.init).resetCause = .independentWatchdog
    rcc.peripheral.reset()
    #expect(rcc[0x130] == 1 << 26 | 1 << 22)
  }

  @Test func theVoltageScaleIsReadyAfterAWhile() {
    let bench = bench()
    let power = bench.device("stm32h7-pwr", "PWR", base: 0x5802_4800)
    #expect(power[0x18] == 0x6000)
    power[0x18] = 3 << 14
    #expect(power[0x18] == 3 << 14)
    #expect(power[0x04] == 1 << 14)
    bench.advance(.microseconds(20))
    #expect(power[0x18] == 3 << 14 | 1 << 13)
    #expect(power[0x04] == 3 << 14 | 1 << 13)
  }

  @Test func flashWaitsByItsRegisterAndSaysWhenTheyAreTooFew() {
    let bench = bench()
    let rcc = rcc(bench)
    let flash = bench.device("stm32h7-flash", "FLASH", base: 0x5200_2000)
    #expect(flash[0x00] == 0x13)
    #expect(bench.fabric.timing(ofMemory: "flash").setting.waitStates == 3)
    flash[0x00] = 0
    #expect(bench.fabric.findings.entries.map(\.kind) == ["flash-latency"])
    rcc[0x18] = 8
    flash[0x00] = 0
    #expect(bench.fabric.timing(ofMemory: "flash").setting.waitStates == 0)
    #expect(bench.fabric.findings.entries.count == 1, "32 MHz need none at scale 1")
  }

  /// CPUCR's RETDS_CD and CR1's SVOS.
  @Test(
    arguments: [(0, 3, "stop"), (1, 3, "stop"), (1, 1, "stop-retention"), (4, 3, "standby")]
      as [(UInt32, UInt32, String)])
  func theDeepestStopKeepsTheDomainOnly(domains: UInt32, scale: UInt32, mode: String) {
    let bench = bench()
    let rcc = rcc(bench)
    let power = bench.device("stm32h7-pwr", "PWR", base: 0x5802_4800)
    power[0x00] = power[0x00] & ~(3 << 14) | scale << 14
    power[0x10] = domains
    bench.fabric.isSleepDeep = { true }
    bench.fabric.isCoreAsleep = true
    bench.advance(.milliseconds(1))
    #expect(
      bench.fabric.power.residencies().contains { row in
        row.states.contains { $0.consumer == "mode" && $0.state == mode }
      })
    #expect(rcc[0x00] & 1 == 1)
  }

  @Test(arguments: [false, true]) func onlyTheCoreReachesItsOwnMemories(toMemory: Bool) {
    let bench = bench()
    bench.fabric.coreOnlyMemories = [("dtcm", 0x2000_0000...0x2000_7fff)]
    let dma = bench.device("stm32-dma-streams", "DMA1", base: 0x4002_0000)
    bench.memory.bytes[0] = 0x5a
    dma[0x14] = 1
    dma[0x18] = toMemory ? 0x2000_8000 : 0x2000_0000
    dma[0x1c] = toMemory ? 0x2000_0000 : 0x2000_8000
    dma[0x10] = 2 << 6 | 1
    bench.advance(.milliseconds(1))
    #expect(dma[0x00] == 8)
    #expect(bench.memory.bytes[0x8000] == 0)
    let text = bench.fabric.findings.entries.map(\.message).joined()
    #expect(text.hasSuffix("reaches dtcm, which only the core reaches"))
  }

  @Test func aStreamTakesTheMultiplexersRequest() {
    let bench = bench()
    let lines = (0..<8).map { InterruptLine(number: 11 + $0) }
    let dma = bench.device(
      "stm32-dma-streams", "DMA1", base: 0x4002_0000, lines: lines, parameters: ["first": 0])
    let mux = bench.device(
      "stm32-dmamux", "DMAMUX1", base: 0x4002_0800,
      parameters: ["channels": 16, "USART3_TX": 46])
    let request = bench.fabric.service(DMARequests.init).line("USART3_TX")
    mux[0x0c] = 46
    bench.memory.bytes[0] = 0x5a
    dma[0x5c] = 1
    dma[0x60] = 0x2000_0100
    dma[0x64] = 0x2000_0000
    dma[0x58] = 1 << 10 | 1 << 6 | 1 << 4 | 1
    bench.advance(.milliseconds(1))
    #expect(bench.memory.bytes[0x100] == 0)
    request.pulse()
    bench.advance(.milliseconds(1))
    #expect(bench.memory.bytes[0x100] == 0x5a)
    #expect(dma[0x00] >> 27 & 1 == 1)
    #expect(lines[3].level)
  }

  @Test func gatesOpenThroughBothViews() {
    let bench = Bench()
    let rcc = bench.device("stm32h7-rcc", "RCC", base: 0x5802_4400)
    let crc = bench.device(
      "stm32-crc", "CRC", base: 0x4002_3000,
      parameters: ["enable-register": 0x138, "enable-bit": 9])
    #expect(crc[0x00] == 0)
    rcc[0xd8] = 1 << 9
    #expect(crc[0x00] == 0xffff_ffff)
    #expect(rcc[0x138] == 1 << 9)
  }
}
