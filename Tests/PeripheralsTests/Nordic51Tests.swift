import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct Nordic51Tests {
  // MARK: UART

  /// UART0 at 1 Mbaud, switched on, both ways.
  private func uart(_ bench: Bench, line: InterruptLine = InterruptLine(number: 2)) -> Device {
    let uart = bench.device("nordic-uart", "UART0", base: 0x4000_2000, lines: [line])
    uart[0x50c] = 24
    uart[0x514] = 25
    uart[0x524] = 0x1000_0000
    uart[0x500] = 4
    uart[0x000] = 1
    uart[0x008] = 1
    return uart
  }

  private func send(_ bytes: [UInt8], _ uart: Device) {
    (uart.peripheral as! any SerialPort).receive(bytes)
  }

  @Test func aByteLeavesAtTheEndOfItsFrame() {
    let bench = Bench()
    let uart = uart(bench)
    uart[0x51c] = 0x41
    #expect(bench.wait(for: uart, 0x11c) == after(.microseconds(10)))
    #expect(bench.transmitted.map(\.byte) == [0x41])
  }

  @Test func parityMakesAFrameLonger() {
    let bench = Bench()
    let uart = uart(bench)
    uart[0x56c] = 0xe
    uart[0x51c] = 0x41
    #expect(bench.wait(for: uart, 0x11c) == after(.microseconds(11)))
  }

  @Test func aByteWrittenWhileOneGoesWaitsAndAThirdGoesOverIt() {
    let bench = Bench()
    let uart = uart(bench)
    for byte in [0x41, 0x42, 0x43] as [UInt32] { uart[0x51c] = byte }
    bench.advance(.microseconds(50))
    #expect(bench.transmitted.map(\.byte) == [0x41, 0x43])
    #expect(bench.fabric.findings.entries.map(\.kind) == ["transmit-overrun"])
  }

  @Test func receivedBytesArriveAtTheBaudRateAndQueue() {
    let bench = Bench()
    let uart = uart(bench)
    send([1, 2, 3], uart)
    #expect(bench.wait(for: uart, 0x108) == after(.microseconds(10)))
    uart[0x108] = 0
    bench.advance(.microseconds(20))
    #expect(uart[0x108] == 0)
    #expect(uart[0x518] == 1)
    #expect(uart[0x108] == 1)
    #expect(uart[0x518] == 2)
    #expect(uart[0x518] == 3)
    uart[0x108] = 0
    #expect(uart[0x518] == 3)
    #expect(uart[0x108] == 0)
  }

  @Test func inputWaitsUntilTheReceiverRuns() {
    let bench = Bench()
    let uart = bench.device("nordic-uart", "UART0", base: 0x4000_2000)
    send([7], uart)
    bench.advance(.milliseconds(1))
    uart[0x524] = 0x1000_0000
    uart[0x500] = 4
    uart[0x000] = 1
    #expect(bench.wait(for: uart, 0x108) == after(.microseconds(1010)))
    #expect((uart.peripheral as! any SerialPort).waitingInput == 0)
  }

  @Test func aSeventhByteIsLost() {
    let bench = Bench()
    let line = InterruptLine(number: 2)
    let uart = uart(bench, line: line)
    uart[0x304] = 1 << 9
    send([1, 2, 3, 4, 5, 6, 7], uart)
    bench.advance(.microseconds(69))
    #expect(!line.level)
    bench.advance(.microseconds(1))
    #expect(line.level)
    #expect(uart[0x124] == 1)
    #expect(uart[0x480] == 1)
    uart[0x480] = 1
    #expect(uart[0x480] == 0)
    #expect((0..<6).map { _ in uart[0x518] } == [1, 2, 3, 4, 5, 6])
    #expect(bench.fabric.findings.entries.map(\.kind) == ["receive-overrun"])
  }

  @Test func flowControlHoldsTheOtherEndBack() {
    let bench = Bench()
    let uart = uart(bench)
    uart[0x56c] = 1
    send(Array(1...20), uart)
    bench.advance(.milliseconds(1))
    #expect((uart.peripheral as! any SerialPort).waitingInput == 18)
    var taken: [UInt32] = []
    while uart[0x108] == 1 {
      uart[0x108] = 0
      taken.append(uart[0x518])
      bench.advance(.microseconds(10))
    }
    #expect(taken == Array(1...20))
    #expect(uart[0x480] == 0)
  }

  @Test func stoppingGivesTheTimeoutFourFramesLater() {
    let bench = Bench()
    let uart = uart(bench)
    uart[0x004] = 1
    #expect(bench.wait(for: uart, 0x144) == after(.microseconds(40)))
  }

  @Test func itsPowerRegisterResetsIt() {
    let bench = Bench()
    let uart = uart(bench)
    uart[0xffc] = 0
    #expect(uart[0x500] == 0)
    #expect(uart[0x50c] == .max)
    uart[0xffc] = 1
    #expect(uart[0xffc] == 1)
  }

  @Test func theUARTOfTheDesignKitTakesItsFrameTime() {
    let bench = Bench()
    let uart = bench.device(
      "cmsdk-uart", "UART0", base: 0x4000_4000, parameters: ["frequency": 25_000_000])
    uart[0x010] = 250
    uart[0x008] = 2
    send([0x41, 0x42], uart)
    bench.advance(.microseconds(99))
    #expect(uart[0x004] & 2 == 0)
    bench.advance(.microseconds(1))
    #expect(uart[0x004] & 2 == 2)
    #expect(uart[0x000] == 0x41)
    bench.advance(.microseconds(99))
    #expect(uart[0x004] & 2 == 0)
    bench.advance(.microseconds(1))
    #expect(uart[0x000] == 0x42)
  }

  // MARK: ADC

  @Test(
    arguments: [
      // CONFIG, microvolts at AIN4 (P0.03), result, microseconds
      (UInt32(0x1000), Int64(600_000), UInt32(128), Int64(20)),
      (0x1001, 600_000, 256, 36),
      (0x1002, 600_000, 512, 68),
      (0x1002, 1_300_000, 1023, 68),
      // A third of the input against 1.2 V; two thirds of it.
      (0x100a, 1_800_000, 512, 68), (0x1006, 900_000, 512, 68),
      // Against a half of VDD, a third of VDD.
      (0x1042, 750_000, 512, 68), (0x1062, 500_000, 512, 68),
      // A third of VDD (3 V) against 1.2 V.
      (0x001a, 0, 853, 68),
    ])
  func aConversionGivesTheRatio(
    _ config: UInt32, _ microvolts: Int64, _ result: UInt32, _ time: Int64
  ) {
    let bench = Bench()
    let adc = bench.device("nordic-adc", "ADC", base: 0x4000_7000)
    bench.fabric.service(AnalogInputs.init).set("P0.03", microvolts: microvolts)
    adc[0x500] = 1
    adc[0x504] = config
    adc[0x000] = 1
    #expect(adc[0x400] == 1)
    #expect(bench.wait(for: adc, 0x100) == after(.microseconds(time)))
    #expect(adc[0x508] == result)
    #expect(adc[0x400] == 0)
  }

  // MARK: What the nRF51 has less or otherwise

  @Test func aSixteenBitTimerCountsSixteenBitsAndSaysSo() {
    let bench = Bench()
    let timer = bench.device(
      "nordic-timer", "TIMER1", base: 0x4000_9000, parameters: ["channels": 4, "bits": 16])
    timer[0x508] = 3
    timer[0x510] = 0
    timer[0x000] = 1
    bench.advance(.microseconds(4097))
    timer[0x040] = 1
    #expect(timer[0x540] == 16)
    #expect(bench.fabric.findings.entries.map(\.place) == ["TIMER1.BITMODE"])
  }

  @Test func registersOfLaterChipsAreNotThere() {
    let bench = Bench()
    let gpio = bench.device(
      "nordic-gpio", "GPIO", base: 0x5000_0000, parameters: ["port": 0, "pins": 32, "latch": 0])
    #expect(gpio.peripheral.read(0x520) == nil)
    #expect(!gpio.peripheral.write(0x524, 1))
    let gpiote = bench.device(
      "nordic-gpiote", "GPIOTE", base: 0x4000_6000, parameters: ["channels": 4, "set-clear": 0])
    #expect(gpiote.peripheral.read(0x520) == nil)
    #expect(!gpiote.peripheral.write(0x030, 1))
    let ppi = bench.device(
      "nordic-ppi", "PPI", base: 0x4001_f000, parameters: ["channels": 16, "groups": 4, "forks": 0])
    #expect(ppi.peripheral.read(0x58c) == 0)
    #expect(ppi.peripheral.read(0x590) == nil)
    #expect(ppi.peripheral.read(0x810) == nil)
    #expect(ppi.peripheral.read(0x910) == nil)
    let nvmc = bench.device(
      "nordic-nvmc", "NVMC", base: 0x4001_e000, parameters: ["flash-kib": 256, "nrf51": 1])
    #expect(nvmc.peripheral.read(0x540) == nil)
    let radio = bench.device("nordic-radio", "RADIO", base: 0x4000_1000, parameters: ["nrf51": 1])
    #expect(radio.peripheral.read(0x650) == nil)
    #expect(radio.peripheral.read(0x724) == 0)
  }

  @Test func aFixedChannelLeadsFromTheTimerToTheRadio() {
    let bench = Bench()
    let timer = bench.device(
      "nordic-timer", "TIMER0", base: 0x4000_8000, parameters: ["channels": 4])
    let radio = bench.device("nordic-radio", "RADIO", base: 0x4000_1000, parameters: ["nrf51": 1])
    let ppi = bench.device(
      "nordic-ppi", "PPI", base: 0x4001_f000, parameters: ["channels": 16, "groups": 4, "forks": 0])
    ppi[0x504] = 1 << 20
    timer[0x540] = 100
    timer[0x510] = 4
    timer[0x000] = 1
    bench.advance(.microseconds(99))
    #expect(radio[0x550] == 0)
    bench.advance(.microseconds(2))
    #expect(radio[0x550] == 9)
  }

  @Test func theFlashHasPagesOfOneKilobyte() {
    let bench = Bench()
    let nvmc = bench.device(
      "nordic-nvmc", "NVMC", base: 0x4001_e000,
      parameters: ["flash-kib": 64, "page-bytes": 1024, "page-us": 22_300, "nrf51": 1])
    bench.memory.flash = Array(repeating: 0, count: 0x10000)
    nvmc[0x504] = 2
    nvmc[0x508] = 0x400
    #expect(nvmc[0x400] == 0)
    #expect(bench.wait(for: nvmc, 0x400) == after(.microseconds(22_300)))
    #expect(bench.memory.flash[0x3ff] == 0)
    #expect(bench.memory.flash[0x400..<0x800].allSatisfy { $0 == 0xff })
    #expect(bench.memory.flash[0x800] == 0)
  }

  @Test func theChipTellsItsSizes() {
    let bench = Bench()
    let ficr = bench.device("nordic51-ficr", "FICR", base: 0x1000_0000)
    #expect(ficr[0x010] * ficr[0x014] == 256 * 1024)
    #expect(ficr[0x034] * ficr[0x038] == 16 * 1024)
  }

  @Test func anImagePutsWordsIntoUserInformation() {
    let bench = Bench()
    let uicr = bench.device("nordic-uicr", "UICR", base: 0x1000_1000, parameters: ["nrf51": 1])
    let cells = uicr.peripheral as! any ProgrammablePeripheral
    for (index, byte) in [UInt8(1), 2, 3, 4].enumerated() {
      #expect(cells.program(0x0c0 + UInt32(index), byte))
    }
    #expect(!cells.program(0x100, 0))
    #expect(uicr[0x0c0] == 0x0403_0201)
    #expect(uicr[0x0c4] == .max)
    #expect(uicr[0x004] == .max)
  }

  @Test func theCalibrationTimerCountsQuartersOfASecond() {
    let bench = Bench()
    let clock = bench.device(
      "nordic51-clock-power", "CLOCK", base: 0x4000_0000, parameters: ["crystal-debounce": 0])
    clock[0x538] = 2
    clock[0x014] = 1
    #expect(bench.wait(for: clock, 0x110) == after(.milliseconds(500)))
    clock[0x010] = 1
    #expect(bench.wait(for: clock, 0x10c) == after(.milliseconds(517)))
    clock[0x550] = 0xff
    #expect(clock[0x550] == 0xff)
    #expect(clock[0x524] == 3)
    #expect(clock.peripheral.read(0x528) == nil)
  }

  @Test func memoryWithoutSupplyLosesWhatItHeld() {
    let bench = Bench()
    let clock = bench.device("nordic51-clock-power", "CLOCK", base: 0x4000_0000)
    clock[0x524] = 1
    #expect(bench.memory.bytes[0x1fff] == 0)
    #expect(bench.memory.bytes[0x2000] == 0xa5)
    #expect(bench.memory.bytes[0x3fff] == 0xa5)
    #expect(bench.memory.bytes[0x4000] == 0)
  }

  @Test func aPowerRegisterResetsItsPeripheral() {
    let bench = Bench()
    let timer = bench.device(
      "nordic-timer", "TIMER0", base: 0x4000_8000, parameters: ["channels": 4, "power-register": 1])
    timer[0x540] = 5
    timer[0xffc] = 1
    #expect(timer[0x540] == 5)
    timer[0xffc] = 0
    #expect(timer[0x540] == 0)
  }
}
