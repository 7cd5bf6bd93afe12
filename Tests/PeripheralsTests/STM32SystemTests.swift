import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct STM32SystemTests {
  @Test func aPinsEdgeBecomesAnInterruptOfItsPortsLine() {
    let bench = Bench()
    let lines = (0..<7).map { InterruptLine(number: $0) }
    let system = bench.device("stm32-syscfg", "SYSCFG", base: 0)
    let external = bench.device("stm32-exti", "EXTI", base: 0x400, lines: lines)
    system[0x14] = 2 << 4
    external[0x00] = 1 << 13
    external[0x0c] = 1 << 13
    bench.fabric.pins["PC13"].drive("button", true)
    #expect(!lines[6].level)
    bench.fabric.pins["PA13"].drive("button", false)
    bench.fabric.pins["PC13"].drive("button", false)
    #expect(lines[6].level)
    #expect(external[0x14] == 1 << 13)
    external[0x14] = 1 << 13
    #expect(!lines[6].level)
  }

  @Test func theSplitKindTellsRisingFromFallingAndSendsEvents() {
    let bench = Bench()
    let lines = (0..<3).map { InterruptLine(number: $0) }
    let external = bench.device(
      "stm32-exti", "EXTI", base: 0, lines: lines,
      parameters: ["split": 1, "grouped": 1, "ports": 6])
    var events = 0
    bench.fabric.sendEvent = { events += 1 }
    external[0x60] = 1 << 8
    external[0x00] = 2
    external[0x04] = 2
    external[0x80] = 2
    external[0x84] = 2
    bench.fabric.pins["PB1"].drive("test", true)
    #expect(external[0x0c] == 2)
    #expect(external[0x10] == 0)
    #expect(lines[0].level)
    external[0x0c] = 2
    bench.fabric.pins["PB1"].drive("test", false)
    #expect(external[0x10] == 2)
    #expect(events == 2)
  }

  @Test func aPortDrivesItsOutputsAndReadsWhatOthersDrive() {
    let bench = Bench()
    let port = bench.device("stm32-gpio", "GPIOB", base: 0, parameters: ["port": 1])
    port[0x00] = 1 << 14
    port[0x18] = 1 << 7
    #expect(bench.fabric.pins["PB7"].level)
    port[0x28] = 1 << 7
    #expect(!bench.fabric.pins["PB7"].level)
    port[0x0c] = 1 << 6
    #expect(port[0x10] >> 3 & 1 == 1, "pulled up")
    bench.fabric.pins["PB3"].drive("other", false)
    #expect(port[0x10] >> 3 & 1 == 0)
  }

  @Test func flashTakesADoubleWordOnceAndTellsWhenItIsDone() {
    let bench = Bench()
    let flash = bench.device("stm32-flash", "FLASH", base: 0)
    let control = bench.fabric.service(FlashControl.init)
    #expect(control.store(Address(0x100), 1) == nil, "locked")
    flash[0x08] = 0x4567_0123
    flash[0x08] = 0xcdef_89ab
    flash[0x14] = 1
    #expect(control.store(Address(0x100), 0x1122_3344) == .zero)
    #expect(control.store(Address(0x104), 0x5566_7788) == .microseconds(82))
    #expect(flash[0x10] >> 16 & 1 == 1)
    bench.advance(.microseconds(82))
    #expect(flash[0x10] >> 16 & 1 == 0)
    #expect(Array(bench.memory.flash[0x100..<0x104]) == [0x44, 0x33, 0x22, 0x11])
    _ = control.store(Address(0x100), 0)
    _ = control.store(Address(0x104), 1)
    #expect(flash[0x10] & 8 == 8, "not erased")
  }

  @Test func wrongKeysLockUntilReset() {
    let bench = Bench()
    let flash = bench.device("stm32-flash", "FLASH", base: 0)
    flash[0x08] = 1
    flash[0x08] = 0x4567_0123
    flash[0x08] = 0xcdef_89ab
    #expect(flash[0x14] >> 31 == 1)
  }

  @Test func tooFewWaitStatesForTheClockAreAFinding() {
    let bench = Bench()
    let flash = bench.device(
      "stm32-flash", "FLASH", base: 0, parameters: ["max-mhz-per-wait": 20])
    flash[0x00] = 0x603
    #expect(!bench.fabric.findings.entries.contains { $0.kind == "flash-latency" })
    #expect(bench.fabric.timing(ofMemory: "flash").setting.waitStates == 3)
    flash[0x00] = 0x602
    #expect(bench.fabric.findings.entries.contains { $0.kind == "flash-latency" })
  }

  @Test func theIndependentWatchdogResetsUnlessItIsFed() {
    let bench = Bench()
    bench.fabric.oscillators["lsi"] = Oscillator(frequency: Hertz(32_000))
    let dog = bench.device("stm32-iwdg", "IWDG", base: 0)
    dog[0x00] = 0x5555
    dog[0x08] = 319
    dog[0x00] = 0xcccc
    bench.advance(.milliseconds(39))
    dog[0x00] = 0xaaaa
    bench.advance(.milliseconds(39))
    #expect(!bench.fabric.resetRequested)
    bench.advance(.milliseconds(1))
    #expect(bench.fabric.resetRequested)
  }

  @Test func theCRCUnitGivesTheCheckValueOfEthernet() {
    let bench = Bench()
    let unit = bench.device("stm32-crc", "CRC", base: 0)
    unit[0x08] = 1 | 1 << 5 | 1 << 7
    for byte in "123456789".utf8 { _ = unit.peripheral.writeNarrow(0, UInt32(byte), .byte) }
    #expect(unit[0x00] ^ .max == 0xcbf4_3926)
  }

  @Test func theCalendarKnowsLeapYears() {
    var calendar = STM32Calendar(time: 0x23_5959, date: 0x24_6228)
    calendar.advance(1)
    #expect(calendar.time == 0)
    #expect(calendar.date == 0x24_8229)
    calendar.advance(86_400)
    #expect(calendar.date & 0x1fff == 0x0301)
  }

  @Test func theWakeUpTimerCountsSecondsOfLSE() {
    let bench = Bench()
    let clock = bench.fabric.clock("rtc")
    clock.change(to: Hertz(32_768), at: .zero)
    let pwr = bench.device("stm32-pwr", "PWR", base: 0)
    let line = InterruptLine(number: 2)
    let rtc = bench.device(
      "stm32-rtc", "RTC", base: 0x2800, lines: [line], parameters: ["version": 2], clock: clock)
    pwr[0x00] = 1 << 8
    rtc[0x24] = 0xca
    rtc[0x24] = 0x53
    rtc[0x14] = 1
    rtc[0x18] = 4 | 1 << 10 | 1 << 14
    bench.advance(.milliseconds(1999))
    #expect(!line.level)
    bench.advance(.milliseconds(1))
    #expect(line.level)
    #expect(rtc[0x50] == 4)
    rtc[0x5c] = 4
    #expect(!line.level)
    bench.advance(.seconds(2))
    #expect(line.level)
  }

  @Test func theConverterMeasuresItsInputAgainstTheSupply() {
    let bench = Bench()
    bench.fabric.service(AnalogInputs.init).set("ADC.IN5", microvolts: 750_000)
    let converter = bench.device("stm32-adc", "ADC", base: 0)
    converter[0x08] = 1 << 28 | 1
    #expect(converter[0x00] & 1 == 1)
    converter[0x30] = 5 << 6
    converter[0x08] = converter[0x08] | 4
    bench.advance(.microseconds(1))
    #expect(converter[0x00] & 0xc == 0xc)
    #expect(converter[0x40] == 1024)
    #expect(converter[0x08] & 4 == 0)
  }

  private final class Memory24: I2CTarget {
    var address: UInt8?
    var bytes = [UInt8](repeating: 0, count: 256)
    var stops = 0

    func start(_ direction: I2CDirection) -> Bool {
      if direction == .write { address = nil }
      return true
    }

    func receive(_ byte: UInt8) -> Bool {
      guard let place = address else {
        address = byte
        return true
      }
      bytes[Int(place)] = byte
      address = place &+ 1
      return true
    }

    func transmit() -> UInt8 {
      defer { address = (address ?? 0) &+ 1 }
      return bytes[Int(address ?? 0)]
    }

    func stop() { stops += 1 }
  }

  @Test func aRegisterReadOverI2CIsAWriteARestartAndARead() {
    let bench = Bench()
    let target = Memory24()
    target.bytes[0x0f] = 0x68
    bench.fabric.i2c("I2C1").attach(target, address: 0x6b)
    let controller = bench.device("stm32-i2c", "I2C1", base: 0)
    // 64 MHz: 160 clocks a bit.
    controller[0x10] = 77 << 8 | 77
    controller[0x00] = 1
    controller[0x04] = 0x6b << 1 | 1 << 16 | 1 << 13
    bench.advance(.microseconds(25))
    #expect(controller[0x18] & 2 == 2)
    controller[0x28] = 0x0f
    bench.advance(.microseconds(23))
    #expect(controller[0x18] & 0x40 == 0x40)
    controller[0x04] = 0x6b << 1 | 1 << 10 | 1 << 16 | 1 << 25 | 1 << 13
    bench.advance(.microseconds(48))
    #expect(controller[0x18] & 4 == 4)
    #expect(controller[0x24] == 0x68)
    bench.advance(.microseconds(3))
    #expect(controller[0x18] & 0x20 == 0x20)
    #expect(target.stops == 1)
  }

  @Test func anAddressThatNobodyHasIsNotAcknowledged() {
    let bench = Bench()
    let controller = bench.device("stm32-i2c", "I2C1", base: 0)
    controller[0x10] = 77 << 8 | 77
    controller[0x00] = 1
    controller[0x04] = 0x20 << 1 | 1 << 16 | 1 << 25 | 1 << 13
    bench.advance(.microseconds(30))
    #expect(controller[0x18] & 0x30 == 0x30)
    #expect(controller[0x18] >> 15 & 1 == 0)
  }

  private final class Inverter: SPITarget {
    func select() {}
    func exchange(_ byte: UInt8) -> UInt8 { ~byte }
    func deselect() {}
  }

  @Test func anSPIMovesAByteEachWayInEightBits() {
    let bench = Bench()
    bench.fabric.spi("SPI1").attach(Inverter(), select: bench.fabric.pins["PA4"])
    bench.fabric.pins["PA4"].drive("test", false)
    let controller = bench.device("stm32-spi", "SPI1", base: 0, parameters: ["fifo": 4])
    controller[0x04] = 0x1700
    controller[0x00] = 1 << 2 | 1 << 6 | 2 << 3
    _ = controller.peripheral.writeNarrow(0x0c, 0x5a, .byte)
    #expect(controller[0x08] >> 7 & 1 == 1)
    bench.advance(.microseconds(1))
    #expect(controller[0x08] & 1 == 1)
    #expect(controller.peripheral.readNarrow(0x0c, .byte) == 0xa5)
    #expect(controller[0x08] & 0x81 == 0)
  }
}
