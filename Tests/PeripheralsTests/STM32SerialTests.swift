import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct STM32SerialTests {
  private func uart(
    _ bench: Bench, _ parameters: [String: Int] = [:], line: InterruptLine? = nil
  ) -> Device {
    bench.device(
      "stm32-usart", "USART2", base: 0x4000_4400, lines: line.map { [$0] } ?? [],
      parameters: parameters)
  }

  private func receive(_ device: Device, _ text: String) {
    (device.peripheral as? any SerialPort)?.receive(Array(text.utf8))
  }

  private func text(_ bench: Bench) -> String {
    String(decoding: bench.transmitted.map(\.byte), as: UTF8.self)
  }

  @Test func aByteTakesTenBitsOfTheBaudRate() {
    let bench = Bench()
    let uart = uart(bench)
    // 64 MHz / 640 = 100 kbit/s.
    uart[0x0c] = 640
    uart[0x00] = 0xd
    #expect(uart[0x1c] & 0xc0 == 0xc0)
    uart[0x28] = 0x41
    uart[0x28] = 0x42
    #expect(uart[0x1c] & 0xc0 == 0, "one in the shift register, one waiting")
    bench.advance(.microseconds(100))
    #expect(uart[0x1c] & 0xc0 == 0x80)
    bench.advance(.microseconds(100))
    #expect(uart[0x1c] & 0xc0 == 0xc0)
    #expect(bench.transmitted.map(\.at) == [after(.microseconds(100)), after(.microseconds(200))])
    #expect(text(bench) == "AB")
  }

  @Test func anLPUARTDividesWithEightBitsOfFraction() {
    let bench = Bench()
    let uart = uart(bench, ["low-power": 1])
    uart[0x0c] = 640 * 256
    uart[0x00] = 0xd
    uart[0x28] = 0x41
    bench.advance(.microseconds(99))
    #expect(bench.transmitted.isEmpty)
    bench.advance(.microseconds(1))
    #expect(bench.transmitted.count == 1)
  }

  @Test func bytesArriveOneAfterAnotherAndIdleFollows() {
    let bench = Bench()
    let line = InterruptLine(number: 38)
    let uart = uart(bench, line: line)
    uart[0x0c] = 640
    uart[0x00] = 0xd | 1 << 5 | 1 << 4
    receive(uart, "Hi")
    bench.advance(.microseconds(100))
    #expect(line.level)
    #expect(uart[0x24] == 0x48)
    #expect(!line.level)
    bench.advance(.microseconds(100))
    #expect(uart[0x24] == 0x69)
    bench.advance(.microseconds(99))
    #expect(uart[0x1c] >> 4 & 1 == 0)
    bench.advance(.microseconds(1))
    #expect(uart[0x1c] >> 4 & 1 == 1)
    #expect(line.level)
    uart[0x20] = 1 << 4
    #expect(!line.level)
  }

  @Test func aByteThatNobodyFetchesIsOverrun() {
    let bench = Bench()
    let uart = uart(bench)
    uart[0x0c] = 640
    uart[0x00] = 0xd
    receive(uart, "abc")
    bench.advance(.microseconds(301))
    #expect(uart[0x1c] & 0x28 == 0x28)
    #expect(uart[0x24] == 0x61)
    #expect(bench.fabric.findings.entries.first?.kind == "overrun")
  }

  @Test func theFIFOHoldsEightBytesEachWay() {
    let bench = Bench()
    let uart = uart(bench, ["fifo": 8])
    uart[0x0c] = 640
    uart[0x00] = 0xd | 1 << 29
    receive(uart, "12345678")
    for byte in "abcdefghi".utf8 { uart[0x28] = UInt32(byte) }
    #expect(uart[0x1c] >> 7 & 1 == 0, "eight wait behind the one on the line")
    bench.advance(.microseconds(801))
    #expect(uart[0x1c] >> 24 & 1 == 1)
    for byte in "12345678".utf8 { #expect(uart[0x24] == UInt32(byte)) }
    bench.advance(.microseconds(200))
    #expect(text(bench) == "abcdefghi")
    #expect(uart[0x1c] >> 23 & 1 == 1)
  }

  @Test func theFirstVersionClearsFlagsByReadingStatusThenData() {
    let bench = Bench()
    let uart = uart(bench, ["version": 1])
    uart[0x08] = 640
    uart[0x0c] = 0x200c
    #expect(uart[0x0c] == 0x200c)
    uart[0x04] = 0x5a
    receive(uart, "xy")
    bench.advance(.microseconds(201))
    #expect(uart[0x00] & 0xe8 == 0xe8)
    #expect(uart[0x04] == 0x78)
    #expect(uart[0x00] & 0x28 == 0)
    #expect(text(bench) == "Z")
  }

  @Test func aDMAChannelSendsAndReceivesThroughTheMultiplexer() {
    let bench = Bench()
    let registers = TestRegisters()
    bench.fabric.devices = registers
    let line = InterruptLine(number: 11)
    let uart = uart(bench)
    registers.devices[0x4000_4400] = uart.peripheral
    let dma = bench.device(
      "stm32-dma", "DMA1", base: 0x4002_0000, lines: [line, InterruptLine(number: 12)],
      parameters: ["channels": 7])
    let mux = bench.device(
      "stm32-dmamux", "DMAMUX1", base: 0x4002_0800,
      parameters: ["channels": 7, "USART2_TX": 28, "USART2_RX": 27])
    for (index, byte) in "hello".utf8.enumerated() { bench.memory.bytes[index] = byte }
    mux[0x00] = 28
    mux[0x04] = 27
    uart[0x0c] = 640
    uart[0x08] = 3 << 6
    uart[0x00] = 0xd
    dma[0x20] = 5
    dma[0x24] = 0x4000_4424
    dma[0x28] = 0x2000_0100
    dma[0x1c] = 1 | 1 << 7 | 1 << 5
    dma[0x0c] = 5
    dma[0x10] = 0x4000_4428
    dma[0x14] = 0x2000_0000
    dma[0x08] = 1 | 2 | 1 << 4 | 1 << 7
    receive(uart, "world")
    bench.advance(.microseconds(601))
    #expect(text(bench) == "hello")
    #expect(Array(bench.memory.bytes[0x100..<0x105]) == Array("world".utf8))
    #expect(line.level)
    #expect(dma[0x0c] == 0)
    #expect(dma[0x20] == 5, "circular: it starts over")
    #expect(dma[0x00] & 0xff == 0x77)
    dma[0x04] = 1
    #expect(!line.level)
  }

  private final class TestRegisters: DeviceRegisters {
    var devices: [UInt32: any Peripheral] = [:]

    func read(_ address: Address, _ width: AccessWidth) -> UInt32? {
      devices[address.value & ~0x3ff]?.readNarrow(address.value & 0x3ff, width)
    }

    func write(_ address: Address, _ value: UInt32, _ width: AccessWidth) -> Bool {
      devices[address.value & ~0x3ff]?.writeNarrow(address.value & 0x3ff, value, width) ?? false
    }
  }

  @Test func memoryToMemoryMovesWithoutARequest() {
    let bench = Bench()
    let dma = bench.device("stm32-dma", "DMA1", base: 0, parameters: ["channels": 7])
    for index in 0..<64 { bench.memory.bytes[index] = UInt8(index) }
    dma[0x0c] = 16
    dma[0x10] = 0x2000_0000
    dma[0x14] = 0x2000_1000
    dma[0x08] = 1 | 3 << 6 | 2 << 8 | 2 << 10 | 1 << 14
    bench.advance(.microseconds(10))
    #expect(Array(bench.memory.bytes[0x1000..<0x1040]) == (0..<64).map { UInt8($0) })
    #expect(dma[0x00] & 0xf == 7)
  }
}
