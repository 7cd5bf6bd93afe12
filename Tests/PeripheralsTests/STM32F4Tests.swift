import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct STM32F4Tests {
  private final class Counter: I2CTarget {
    var next: UInt8 = 0x10
    var stops = 0

    func start(_ direction: I2CDirection) -> Bool { true }
    func receive(_ byte: UInt8) -> Bool {
      next = byte
      return true
    }
    func transmit() -> UInt8 {
      defer { next += 1 }
      return next
    }
    func stop() { stops += 1 }
  }

  @Test func theClockTreeReachesAHundredAndSixtyEightMegahertz() {
    let bench = Bench()
    bench.fabric.oscillators["hsi"] = Oscillator(frequency: Hertz(16_000_000))
    bench.fabric.oscillators["hse"] = Oscillator(frequency: Hertz(8_000_000))
    let rcc = bench.device("stm32f4-rcc", "RCC", base: 0x4002_3800)
    #expect(rcc[0x00] == 0x83)
    rcc[0x00] = rcc[0x00] | 1 << 16
    bench.advance(.milliseconds(2))
    rcc[0x04] = 8 | 336 << 6 | 1 << 22 | 7 << 24
    rcc[0x00] = rcc[0x00] | 1 << 24
    rcc[0x08] = 2 | 5 << 10 | 4 << 13
    bench.advance(.microseconds(40))
    #expect(rcc[0x08] & 0xf == 0xa)
    #expect(bench.fabric.coreClock.frequency == Hertz(168_000_000))
    #expect(bench.fabric.clock("pclk1").frequency == Hertz(42_000_000))
    #expect(bench.fabric.clock("pclk1-timers").frequency == Hertz(84_000_000))
    #expect(bench.fabric.clock("pclk2-timers").frequency == Hertz(168_000_000))
  }

  @Test func thePowerLogTellsWhichPeripheralsAreClocked() {
    let bench = Bench()
    bench.fabric.oscillators["hsi"] = Oscillator(frequency: Hertz(16_000_000))
    let rcc = bench.device("stm32f4-rcc", "RCC", base: 0x4002_3800)
    _ = bench.device(
      "stm32-timer", "TIM2", base: 0x4000_0000,
      parameters: ["enable-register": 0x40, "enable-bit": 0])
    bench.advance(.milliseconds(2))
    rcc[0x40] = 1
    bench.advance(.milliseconds(3))
    rcc[0x40] = 0
    bench.advance(.milliseconds(4))
    var times: [String: Int64] = [:]
    for row in bench.fabric.power.residencies() {
      let state = row.states.first { $0.consumer == "TIM2" }?.state ?? "absent"
      times[state, default: 0] += row.time.picoseconds
    }
    #expect(times == ["gated": 6_000_000_000, "clocked": 3_000_000_000])
  }

  @Test(arguments: 1...5) func aReadOverTheFirstI2CEndsWhereFirmwareSaysSo(count: Int) {
    let bench = Bench()
    let target = Counter()
    bench.fabric.i2c("I2C1").attach(target, address: 0x6b)
    let controller = bench.device("stm32-i2c-first", "I2C1", base: 0)
    controller[0x1c] = 320
    controller[0x00] = 1 | 1 << 10
    controller[0x00] = 1 | 1 << 10 | 1 << 8
    wait(bench, controller, 1)
    controller[0x10] = 0x6b << 1 | 1
    wait(bench, controller, 2)
    let bytes = read(bench, controller, count)
    bench.advance(.microseconds(200))
    #expect(bytes == (0..<count).map { 0x10 + UInt32($0) })
    #expect(target.stops == 1)
    #expect(controller[0x18] & 2 == 0, "the bus is free")
  }

  /// ST's interrupt handler reads SR2 before SR1; what it read at START is not this address's.
  @Test func onlyAReadOfSR1ThatSawADDRLetsSR2ClearIt() {
    let bench = Bench()
    bench.fabric.i2c("I2C1").attach(Counter(), address: 0x6b)
    let controller = bench.device("stm32-i2c-first", "I2C1", base: 0)
    controller[0x1c] = 320
    controller[0x00] = 1 | 1 << 8
    wait(bench, controller, 1)
    controller[0x10] = 0x6b << 1
    bench.advance(.microseconds(500))
    _ = controller[0x18]
    #expect(controller[0x14] & 0x82 == 2)
    _ = controller[0x18]
    #expect(controller[0x14] & 0x82 == 0x80)
  }

  /// ST's interrupt handler asks for the repeated START while the register's address goes out, and
  /// then writes DR so that TXE is silent.
  @Test func aRepeatedStartFollowsTheByteUnderWayAndNotTheOneBehindIt() {
    let bench = Bench()
    let target = Counter()
    bench.fabric.i2c("I2C1").attach(target, address: 0x6b)
    let controller = bench.device("stm32-i2c-first", "I2C1", base: 0)
    controller[0x1c] = 320
    controller[0x00] = 1 | 1 << 8
    wait(bench, controller, 1)
    controller[0x10] = 0x6b << 1
    wait(bench, controller, 2)
    _ = controller[0x18]
    controller[0x10] = 0x42
    #expect(controller[0x14] & 0x80 == 0x80)
    controller[0x00] = 1 | 1 << 8
    controller[0x10] = 0
    #expect(controller[0x14] & 0x80 == 0)
    wait(bench, controller, 1)
    #expect(target.next == 0x42)
    controller[0x10] = 0x6b << 1 | 1
    wait(bench, controller, 2)
  }

  private func wait(_ bench: Bench, _ controller: Device, _ flag: UInt32) {
    for _ in 0..<100 where controller[0x14] & flag == 0 { bench.advance(.microseconds(5)) }
    #expect(controller[0x14] & flag != 0)
  }

  /// As the vendor's driver reads, by RM0090 27.3.3: methods for one, two and more bytes.
  private func read(_ bench: Bench, _ controller: Device, _ count: Int) -> [UInt32] {
    var bytes: [UInt32] = []
    let (on, acknowledge, stop): (UInt32, UInt32, UInt32) = (1, 1 << 10, 1 << 9)
    if count == 1 { controller[0x00] = on }
    if count == 2 { controller[0x00] = on | 1 << 11 }
    _ = controller[0x14]
    _ = controller[0x18]
    if count == 1 { controller[0x00] = on | stop }
    while bytes.count < count {
      switch count - bytes.count {
      case 1:
        wait(bench, controller, 1 << 6)
      case 2:
        wait(bench, controller, 4)
        controller[0x00] = controller[0x00] | stop
        bytes.append(controller[0x10])
      case 3:
        wait(bench, controller, 4)
        controller[0x00] = controller[0x00] & ~acknowledge
      default: wait(bench, controller, 1 << 6)
      }
      bytes.append(controller[0x10])
    }
    return bytes
  }

  private final class Registers: DeviceRegisters {
    let device: any Peripheral
    init(_ device: any Peripheral) { self.device = device }
    func read(_ address: Address, _ width: AccessWidth) -> UInt32? {
      device.readNarrow(address.value & 0x3ff, width)
    }
    func write(_ address: Address, _ value: UInt32, _ width: AccessWidth) -> Bool {
      device.writeNarrow(address.value & 0x3ff, value, width)
    }
  }

  @Test func aStreamFeedsTheFirstUSARTAndSwitchesItselfOff() {
    let bench = Bench()
    let line = InterruptLine(number: 17)
    let uart = bench.device(
      "stm32-usart", "USART2", base: 0x4000_4400, parameters: ["version": 1])
    let registers = Registers(uart.peripheral)
    bench.fabric.devices = registers
    let dma = bench.device(
      "stm32-dma-streams", "DMA1", base: 0,
      lines: (0..<8).map { $0 == 6 ? line : InterruptLine(number: $0) },
      parameters: ["USART2_TX": 6 * 8 + 4])
    for (index, byte) in "stream".utf8.enumerated() { bench.memory.bytes[index] = byte }
    uart[0x08] = 640
    uart[0x14] = 1 << 7
    uart[0x0c] = 0x2008
    let stream: UInt32 = 0x10 + 6 * 0x18
    dma[stream + 4] = 6
    dma[stream + 8] = 0x4000_4404
    dma[stream + 12] = 0x2000_0000
    dma[stream] = 4 << 25 | 1 << 10 | 1 << 6 | 1 << 4 | 1
    bench.advance(.microseconds(700))
    #expect(String(decoding: bench.transmitted.map(\.byte), as: UTF8.self) == "stream")
    #expect(dma[stream] & 1 == 0)
    #expect(line.level)
    #expect(dma[0x04] >> 16 & 0x30 == 0x30)
    dma[0x0c] = 0x3d << 16
    #expect(!line.level)
  }

  @Test func `the flash takes stores as wide as PSIZE says, and no others`() {
    let bench = Bench()
    let flash = bench.device("stm32f4-flash", "FLASH", base: 0x4002_3c00)
    let control = bench.fabric.service(FlashControl.init)
    flash[0x10] = 1
    #expect(control.storeNarrow(Address(0x100), 0x12, 1) == nil, "locked")
    flash[0x04] = 0x4567_0123
    flash[0x04] = 0xcdef_89ab
    for (code, size, value) in [(0, 1, 0x12), (1, 2, 0x5634)] as [(UInt32, Int, UInt32)] {
      flash[0x10] = 1 | code << 8
      let place = Address(0x100 + 2 * UInt32(size - 1))
      #expect(control.storeNarrow(place, value, size) == .microseconds(16))
      #expect(flash[0x0c] >> 16 & 1 == 1)
      bench.advance(.microseconds(16))
      #expect(flash[0x0c] == 0)
    }
    flash[0x10] = 1 | 2 << 8
    #expect(control.store(Address(0x104), 0xdead_beef) == .microseconds(16))
    bench.advance(.microseconds(16))
    #expect(
      Array(bench.memory.flash[0x100..<0x108]) == [0x12, 0xff, 0x34, 0x56, 0xef, 0xbe, 0xad, 0xde])
    #expect(control.storeNarrow(Address(0x108), 1, 1) == .zero)
    #expect(flash[0x0c] == 1 << 6, "PGPERR")
    #expect(bench.memory.flash[0x108] == 0xff)
    flash[0x0c] = 1 << 6
    #expect(flash[0x0c] == 0)
  }
}
