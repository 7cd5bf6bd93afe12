import Simulation
import Testing
import Units

@testable import Peripherals

/// The serial controllers, DMA, converter, PWM and calendar of an RP2040, with the test as firmware.
@Suite struct RP2040BusTests {
  /// Answers at an address, keeps what it is sent, and counts up.
  private final class Echo: I2CTarget, SPITarget {
    var log: [String] = []
    private var next: UInt8 = 0x50

    func start(_ direction: I2CDirection) -> Bool {
      log.append(direction == .read ? "read" : "write")
      return true
    }
    func receive(_ byte: UInt8) -> Bool {
      log.append("\(byte)")
      return byte != 0xee
    }
    func transmit() -> UInt8 {
      next += 1
      return next
    }
    func stop() { log.append("stop") }
    func select() { log.append("select") }
    func exchange(_ byte: UInt8) -> UInt8 {
      log.append("\(byte)")
      return ~byte
    }
    func deselect() { log.append("deselect") }
  }

  private let clock = ClockSignal(frequency: Hertz(16_000_000))

  /// At 16 MHz a bit of 20 + 1 + 7 and 11 + 1 cycles takes 2.5 us.
  private func i2c(_ bench: Bench, line: InterruptLine? = nil) -> (device: Device, echo: Echo) {
    let device = bench.device(
      "rp2040-i2c", "I2C0", base: 0x4004_4000, lines: line.map { [$0] } ?? [], clock: clock)
    let echo = Echo()
    bench.fabric.i2c("I2C0").attach(echo, address: 0x6a)
    device[0x00] = 1 | 2 << 1 | 1 << 5 | 1 << 6 | 1 << 8
    device[0x04] = 0x6a
    device[0x1c] = 20
    device[0x20] = 11
    device[0xa0] = 1
    device[0x6c] = 1
    return (device, echo)
  }

  @Test func `a write, a restart and a read go over the wires in their bits' times`() {
    let bench = Bench()
    let (device, echo) = i2c(bench)
    device[0x10] = 0x0f
    device[0x10] = 1 << 8 | 1 << 10
    device[0x10] = 1 << 8 | 1 << 9
    #expect(device[0x70] & 1 == 1)
    // START and address, a byte; START and address, two bytes; STOP.
    bench.advance(.nanoseconds(2_500) * (10 + 9 + 10 + 18))
    #expect(echo.log == ["write", "15", "read"])
    #expect(device[0x34] & 1 << 9 == 0)
    bench.advance(.nanoseconds(2_500))
    #expect(echo.log.last == "stop")
    #expect(device[0x34] & 1 << 9 != 0)
    #expect(device[0x78] == 2)
    #expect([device[0x10], device[0x10]] == [0x51, 0x52])
    #expect(device[0x60] == 1 && device[0x34] & 1 << 9 == 0)
    #expect(device[0x70] & 1 == 0)
  }

  @Test func `without STOP it holds the bus, and goes on with the next command`() {
    let bench = Bench()
    let (device, echo) = i2c(bench)
    device[0x10] = 1
    bench.advance(.milliseconds(1))
    #expect(echo.log == ["write", "1"] && device[0x70] & 1 == 1)
    device[0x10] = 2 | 1 << 9
    bench.advance(.milliseconds(1))
    #expect(echo.log == ["write", "1", "2", "stop"])
  }

  @Test(arguments: [(UInt32(0x6b), UInt32(0x01), 1), (0x6a, 0xee, 1 << 3)])
  func `nobody acknowledging aborts, says why, and drops what waits`(
    target: UInt32, byte: UInt32, source: Int
  ) {
    let bench = Bench()
    let line = InterruptLine(number: 23)
    let (device, _) = i2c(bench, line: line)
    device[0x6c] = 0
    device[0x04] = target
    device[0x6c] = 1
    device[0x30] = 1 << 6
    device[0x10] = byte
    device[0x10] = 2
    bench.advance(.milliseconds(1))
    #expect(line.level)
    #expect(device[0x80] == UInt32(source) | 1 << 23)
    #expect(device[0x74] == 0 && device[0x34] & 1 << 9 != 0)
    device[0x10] = 3
    #expect(device[0x74] == 0, "nothing goes before the abort is acknowledged")
    #expect(device[0x54] == 1)
    #expect(!line.level)
  }

  @Test func `SPI moves a frame each way in its bits' times`() {
    let bench = Bench()
    let device = bench.device("rp2040-spi", "SPI0", base: 0x4003_c000, clock: clock)
    let echo = Echo()
    let select = bench.fabric.pins["GPIO17"]
    bench.fabric.spi("SPI0").attach(echo, select: select)
    select.drive("RP2040", false)
    // 16 MHz / (2 * 8) is a bit a microsecond.
    device[0x10] = 2
    device[0x00] = 7 | 7 << 8
    device[0x04] = 2
    device[0x08] = 0x12
    device[0x08] = 0x34
    #expect(device[0x0c] & 0x10 != 0)
    bench.advance(.microseconds(15))
    #expect(device[0x0c] & 0x10 != 0)
    bench.advance(.microseconds(1))
    #expect(device[0x0c] & 0x1f == 0b0111)
    #expect([device[0x08], device[0x08]] == [0xed, 0xcb])
    #expect(echo.log == ["select", "18", "52"])
    // Loop back; what lies there for 32 bits is told of.
    device[0x04] = 3
    device[0x08] = 0x99
    bench.advance(.microseconds(8 + 32))
    #expect(device[0x18] & 2 != 0)
    #expect(device[0x08] == 0x99)
  }

  @Test func `DMA copies one item a cycle, chains, and interrupts`() {
    let bench = Bench()
    let lines = [InterruptLine(number: 11), InterruptLine(number: 12)]
    let device = bench.device("rp2040-dma", "DMA", base: 0x5000_0000, lines: lines)
    for index in 0..<16 { bench.memory.bytes[index] = UInt8(index) }
    device[0x404] = 2
    // Channel 1 copies halfwords backwards in a ring of four bytes; channel 0, words, chains to it.
    device[0x40] = 0x2000_0000
    device[0x44] = 0x2000_0200
    device[0x48] = 4
    device[0x50] = 1 | 1 << 2 | 1 << 4 | 1 << 5 | 2 << 6 | 1 << 11 | 63 << 15 | 1 << 22
    device[0x00] = 0x2000_0000
    device[0x04] = 0x2000_0100
    device[0x08] = 3
    device[0x0c] = 1 | 2 << 2 | 1 << 4 | 1 << 5 | 1 << 11 | 63 << 15 | 1 << 21
    #expect(device[0x0c] & 1 << 24 != 0)
    bench.advance(bench.fabric.coreClock.duration(ofTicks: 3))
    #expect(
      bench.memory.bytes[0x100..<0x110] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0, 0, 0])
    #expect(device[0x0c] & 1 << 24 == 0 && device[0x08] == 0 && !lines[0].level)
    bench.advance(bench.fabric.coreClock.duration(ofTicks: 4))
    #expect(bench.memory.bytes[0x200..<0x20a] == [1, 0, 3, 2, 1, 0, 3, 2, 0, 0])
    #expect(device[0x40c] == 2 && lines[0].level && !lines[1].level)
    device[0x40c] = 2
    #expect(!lines[0].level)
  }

  @Test func `a long copy without a pace shows how far it is`() {
    let bench = Bench()
    let device = bench.device("rp2040-dma", "DMA", base: 0x5000_0000)
    bench.memory.bytes.replaceSubrange(0..<200, with: (0..<200).map { UInt8($0) })
    device[0x00] = 0x2000_0000
    device[0x04] = 0x2000_0200
    device[0x08] = 200
    device[0x0c] = 1 | 1 << 4 | 1 << 5 | 63 << 15 | 1 << 21
    bench.advance(bench.fabric.coreClock.duration(ofTicks: 70))
    #expect(device[0x08] == 136 && device[0x00] == 0x2000_0040)
    #expect(bench.memory.bytes[0x23f] == 63 && bench.memory.bytes[0x240] == 0)
    bench.advance(bench.fabric.coreClock.duration(ofTicks: 130))
    #expect(device[0x08] == 0 && device[0x0c] & 1 << 24 == 0)
    #expect(bench.memory.bytes[0x200..<0x2c8].elementsEqual(0..<200))
  }

  @Test func `DMA feeds a UART as it asks`() {
    let bench = Bench()
    let uart = bench.device("rp2040-uart", "UART0", base: 0x4003_4000, clock: clock)
    let device = bench.device("rp2040-dma", "DMA", base: 0x5000_0000)
    let devices = OneDevice(uart.peripheral, base: 0x4003_4000)
    bench.fabric.devices = devices
    uart[0x24] = 10
    uart[0x2c] = 3 << 5
    uart[0x30] = 0x301
    uart[0x48] = 2
    bench.memory.bytes.replaceSubrange(0..<3, with: Array("abc".utf8))
    device[0x00] = 0x2000_0000
    device[0x04] = 0x4003_4000
    device[0x08] = 3
    device[0x0c] = 1 | 1 << 4 | 20 << 15
    bench.advance(.milliseconds(1))
    #expect(String(decoding: bench.transmitted.map(\.byte), as: UTF8.self) == "abc")
    #expect(device[0x400] == 1)
  }

  private final class OneDevice: DeviceRegisters {
    private let device: any Peripheral
    private let base: Address

    init(_ device: any Peripheral, base: UInt32) {
      (self.device, self.base) = (device, Address(base))
    }
    func read(_ address: Address, _ width: AccessWidth) -> UInt32? {
      device.readNarrow(address - base, width)
    }
    func write(_ address: Address, _ value: UInt32, _ width: AccessWidth) -> Bool {
      device.writeNarrow(address - base, value, width)
    }
  }

  @Test func `the sniffer has the CRC of the check string`() {
    let bench = Bench()
    let device = bench.device("rp2040-dma", "DMA", base: 0x5000_0000)
    bench.memory.bytes.replaceSubrange(0..<9, with: Array("123456789".utf8))
    // CRC-32 of zip: bits of bytes and of the result reversed, the result inverted.
    device[0x434] = 1 | 1 << 5 | 1 << 10 | 1 << 11
    device[0x438] = 0xffff_ffff
    device[0x00] = 0x2000_0000
    device[0x04] = 0x2000_0100
    device[0x08] = 9
    device[0x0c] = 1 | 1 << 4 | 63 << 15 | 1 << 23
    bench.advance(.milliseconds(1))
    #expect(device[0x438] == 0xcbf4_3926)
  }

  @Test func `the converter takes 96 cycles, by turns, into its FIFO`() {
    let bench = Bench()
    let usb = ClockSignal(frequency: Hertz(48_000_000))
    let line = InterruptLine(number: 22)
    let adc = bench.device("rp2040-adc", "ADC", base: 0x4004_c000, lines: [line], clock: usb)
    let inputs = bench.fabric.service(AnalogInputs.init)
    inputs.set("VDD", microvolts: 3_300_000)
    inputs.set("GPIO27", microvolts: 1_650_000)
    adc[0x00] = 1 | 1 << 12
    #expect(adc[0x00] & 1 << 8 != 0)
    adc[0x00] = 1 | 1 << 12 | 4
    #expect(adc[0x00] & 1 << 8 == 0)
    bench.advance(.microseconds(2))
    #expect(adc[0x04] == 2048)
    // Channels 1 and 4 by turns, 10 us apart, an interrupt at the third.
    adc[0x08] = 1 | 3 << 24
    adc[0x18] = 1
    adc[0x10] = 479 << 8
    adc[0x00] = 3 | 1 << 12 | 0b10010 << 16 | 8
    bench.advance(.microseconds(21))
    #expect(!line.level)
    bench.advance(.microseconds(1))
    #expect(line.level)
    #expect([adc[0x0c], adc[0x0c], adc[0x0c]] == [2048, 876, 2048])
  }

  @Test func `PWM shows its pulses at the pin and interrupts at the wrap`() {
    let bench = Bench()
    bench.fabric.coreClock.change(to: Hertz(1_000_000), at: .zero)
    let line = InterruptLine(number: 4)
    let bank = bench.device("rp2040-io-bank", "IO_BANK0", base: 0x4001_4000)
    let pwm = bench.device("rp2040-pwm", "PWM", base: 0x4005_0000, lines: [line])
    var edges: [Int64] = []
    bench.fabric.pins["GPIO5"].observe { _ in
      edges.append((bench.now - Instant.zero).picoseconds / 1_000_000)
    }
    bank[0x2c] = 4
    // Slice 2, output B: 30 of 100 steps of 2 us.
    pwm[0x2c] = 2 << 4
    pwm[0x34] = 30 << 16
    pwm[0x38] = 99
    pwm[0xa8] = 4
    pwm[0x28] = 1
    bench.advance(.microseconds(260))
    #expect(edges == [0, 60, 200, 260])
    #expect(line.level && pwm[0xa4] == 4)
    #expect(pwm[0x30] == 30)
    pwm[0xa4] = 4
    #expect(!line.level)
  }

  @Test func `the calendar turns at midnight of a leap day and wakes at a match`() {
    let bench = Bench()
    let line = InterruptLine(number: 25)
    let rtc = bench.device(
      "rp2040-rtc", "RTC", base: 0x4005_c000, lines: [line],
      clock: ClockSignal(frequency: Hertz(46_875)))
    rtc[0x00] = 46_874
    rtc[0x04] = 2024 << 12 | 2 << 8 | 29
    rtc[0x08] = 4 << 24 | 23 << 16 | 59 << 8 | 58
    rtc[0x0c] = 1 | 1 << 4
    rtc[0x24] = 1
    rtc[0x14] = 1 << 28 | 1
    rtc[0x10] = 1 << 28
    bench.advance(.seconds(2))
    #expect(rtc[0x18] == 2024 << 12 | 3 << 8 | 1)
    #expect(rtc[0x1c] == 5 << 24)
    #expect(!line.level)
    bench.advance(.seconds(1))
    #expect(line.level)
  }
}
