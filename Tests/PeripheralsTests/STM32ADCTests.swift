import Simulation
import Testing
import Units

@testable import Peripherals

/// The converters of F4 and F7, and what L4 and G0 have of theirs beyond single conversions.
@Suite struct STM32ADCTests {
  private let bench = Bench()
  private var inputs: AnalogInputs { bench.fabric.service(AnalogInputs.init) }

  private func converter(_ name: String = "ADC1", family: Int = 0) -> Device {
    bench.device(
      "stm32-adc-first", name, base: 0x4001_2000, lines: [InterruptLine(number: 18)],
      parameters: ["family": family, "temperature": 16, "PA0": 0, "PA5": 5],
      clock: ClockSignal(frequency: Hertz(84_000_000)))
  }

  @Test func `one conversion takes its sampling time and twelve bits, at the prescaled clock`() {
    let adc = converter()
    inputs.set("PA5", microvolts: 1_500_000)
    adc[0x34] = 5
    adc[0x10] = 2 << 15
    adc[0x08] = 1
    adc[0x08] = 1 | 1 << 30
    #expect(adc[0x08] >> 30 & 1 == 0)
    #expect(adc[0x00] & 0x10 != 0)
    // 28 + 12 cycles of 42 MHz.
    bench.advance(.nanoseconds(951))
    #expect(adc[0x00] & 2 == 0)
    bench.advance(.nanoseconds(3))
    #expect(adc[0x00] & 2 == 2)
    #expect(adc[0x4c] == 2_048)
    #expect(adc[0x00] & 2 == 0)
  }

  @Test(arguments: [(UInt32(0), UInt32(2_730)), (1, 682), (2, 170), (3, 42)] as [(UInt32, UInt32)])
  func `resolution cuts the lower bits, and results may stand left`(code: UInt32, value: UInt32) {
    let adc = converter()
    inputs.set("PA0", microvolts: 2_000_000)
    adc[0x04] = code << 24
    adc[0x08] = 1
    adc[0x08] = 1 | 1 << 30
    bench.advance(.microseconds(10))
    #expect(adc[0x4c] == value)
    adc[0x08] = 1 | 1 << 11
    adc[0x08] = 1 | 1 << 11 | 1 << 30
    bench.advance(.microseconds(10))
    #expect(adc[0x4c] == value << (code == 3 ? 2 : 4 + 2 * code))
  }

  @Test func `a scan goes by DMA into memory, round and round`() {
    let adc = converter()
    let requests = bench.fabric.service(DMARequests.init)
    var results: [UInt32] = []
    let request = requests.line("ADC1")
    request.observer = {
      results.append(adc[0x4c])
      request.served()
    }
    for (channel, microvolts) in [(5, Int64(300_000)), (3, 600_000), (0, 900_000)] {
      inputs.set(
        channel == 3 ? "ADC1.IN3" : "PA\(channel)", microvolts: microvolts)
    }
    adc[0x2c] = 2 << 20
    adc[0x34] = 5 | 3 << 5 | 0 << 10
    adc[0x04] = 1 << 8
    adc[0x08] = 1 | 1 << 1 | 1 << 8 | 1 << 9
    adc[0x08] = adc[0x08] | 1 << 30
    bench.advance(.microseconds(3))
    #expect(Array(results.prefix(7)) == [409, 819, 1_228, 409, 819, 1_228, 409])
    #expect(adc[0x00] & 0x20 == 0)
  }

  @Test func `an injected sequence comes between and leaves its offset out`() {
    let adc = converter()
    inputs.set("PA0", microvolts: 1_000_000)
    inputs.set("PA5", microvolts: 2_000_000)
    adc[0x34] = 0
    adc[0x38] = 1 << 20 | 5 << 10 | 16 << 15
    adc[0x04] = 1 << 8
    adc[0x14] = 30
    bench.device("stm32-adc-first-common", "C_ADC", base: 0)[0x04] = 1 << 23
    adc[0x08] = 1
    adc[0x08] = 1 | 1 << 30
    bench.advance(.nanoseconds(100))
    adc[0x08] = 1 | 1 << 22
    bench.advance(.microseconds(5))
    #expect(adc[0x00] & 0x1e == 0x1e)
    #expect(adc[0x3c] == 2_700)
    #expect(adc[0x40] == 1_037)
    #expect(adc[0x4c] == 1_365)
  }

  @Test(
    arguments: [(0, 6, 2), (0, 8, 3), (1, 11, 2), (1, 13, 6), (1, 9, 1)] as [(Int, UInt32, Int)])
  func `a timer's TRGO starts a sequence`(family: Int, selection: UInt32, timer: Int) {
    let adc = converter(family: family)
    let triggers = bench.fabric.service(STM32Triggers.init)
    adc[0x08] = 1 | selection << 24 | 1 << 28
    for other in 1...8 where other != timer { triggers.signal("TIM\(other)") }
    bench.advance(.microseconds(5))
    #expect(adc[0x00] == 0)
    triggers.signal("TIM\(timer)")
    bench.advance(.microseconds(5))
    #expect(adc[0x00] & 0x12 == 0x12)
  }

  @Test func `the watchdog sees one channel leave its window`() {
    let adc = converter()
    adc[0x24] = 3_000
    adc[0x28] = 1_000
    adc[0x04] = 1 << 23 | 1 << 9 | 5 | 1 << 6
    adc[0x08] = 1
    for (microvolts, expected) in [(Int64(1_500_000), UInt32(0)), (2_900_000, 1), (100_000, 1)] {
      for (channel, flag) in [(UInt32(0), UInt32(0)), (5, expected)] {
        inputs.set("PA0", microvolts: microvolts)
        inputs.set("PA5", microvolts: microvolts)
        adc[0x00] = 0
        adc[0x34] = channel
        adc[0x08] = 1 | 1 << 30
        bench.advance(.microseconds(5))
        #expect(adc[0x00] & 1 == flag)
      }
    }
  }

  @Test func `a result that nobody reads stops a sequence that watches for it`() {
    let adc = converter()
    adc[0x08] = 1 | 1 << 1 | 1 << 10
    adc[0x08] = adc[0x08] | 1 << 30
    bench.advance(.microseconds(5))
    #expect(adc[0x00] & 0x20 == 0x20)
    #expect(bench.scheduler.next == .never)
  }

  @Test(arguments: [true, false]) func `L4 and G0 convert by a timer's trigger into DMA`(
    isSmall: Bool
  ) {
    let adc = bench.device(
      "stm32-adc", "ADC", base: 0, parameters: isSmall ? ["family": 0, "PA0": 5] : ["PA0": 5],
      clock: ClockSignal(frequency: Hertz(16_000_000)))
    var results: [UInt32] = []
    let request = bench.fabric.service(DMARequests.init).line("ADC1")
    request.observer = {
      results.append(adc[0x40])
      request.served()
    }
    inputs.set("PA0", microvolts: 750_000)
    if isSmall {
      adc[0x28] = 1 << 5
      adc[0x0c] = 1 | 2 << 6 | 1 << 10
    } else {
      adc[0x30] = 5 << 6
      adc[0x0c] = 1 | 11 << 6 | 1 << 10
    }
    adc[0x08] = adc[0x08] | 1
    adc[0x08] = adc[0x08] | 1 << 2
    let triggers = bench.fabric.service(STM32Triggers.init)
    for _ in 0..<3 {
      bench.advance(.microseconds(100))
      triggers.signal("TIM2")
    }
    bench.advance(.microseconds(100))
    #expect(results == [1_024, 1_024, 1_024])
  }

  /// 5 + 17 cycles of 55 MHz; 1.5 + 8.5 of 50 MHz, halved; 1.5 + 12.5 of 35 MHz: 400 ns each.
  @Test(arguments: [(3, 55, 14), (2, 50, 16), (4, 35, 12)] as [(Int, UInt64, UInt32)])
  func `U5 and H7 convert to their own widths in their own times`(
    family: Int, megahertz: UInt64, bits: UInt32
  ) {
    let adc = bench.device(
      "stm32-adc", "ADC1", base: 0, parameters: ["family": family, "PA5": 5],
      clock: ClockSignal(frequency: Hertz(megahertz * 1_000_000)))
    inputs.set("PA5", microvolts: 750_000)
    adc[0x08] = 1 << 28
    #expect(adc[0x00] >> 12 & 1 == 1, "LDORDY")
    adc[0x08] = 1 << 28 | 1 << 31
    bench.advance(.milliseconds(2))
    #expect(adc[0x08] >> 31 == 0)
    if family == 4 { adc[0x28] = 1 << 5 } else { adc[0x30] = 5 << 6 }
    adc[0x08] = 1 << 28 | 1
    adc[0x08] = 1 << 28 | 1 | 1 << 2
    bench.advance(.nanoseconds(399))
    #expect(adc[0x00] & 4 == 0)
    bench.advance(.nanoseconds(2))
    #expect(adc[0x00] & 4 == 4)
    #expect(adc[0x40] == 1 << (bits - 2))
  }
}
