import Simulation
import Testing
import Units

@testable import Peripherals

/// The SPI of H7 and U5: transfers with a size, packets of a FIFO, frames of 4 to 32 bits.
@Suite struct STM32SPIThirdTests {
  private let bench = Bench()
  private let target = EchoTarget()

  private func controller(_ line: InterruptLine? = nil) -> Device {
    bench.fabric.spi("SPI1").attach(target, select: bench.fabric.pins["PD14"])
    bench.fabric.pins["PD14"].drive("GPIOD", false)
    return bench.device(
      "stm32-spi-third", "SPI1", base: 0x4001_3000, lines: line.map { [$0] } ?? [],
      parameters: ["fifo": 16], clock: ClockSignal(frequency: Hertz(160_000_000)))
  }

  private func narrow(_ spi: Device, _ value: UInt32, _ width: AccessWidth = .byte) {
    #expect(spi.peripheral.writeNarrow(0x20, value, width))
  }

  private func take(_ spi: Device, _ width: AccessWidth = .byte) -> UInt32? {
    spi.peripheral.readNarrow(0x30, width)
  }

  /// Three bytes of 8 bits at 160 MHz / 16 take 2.4 us, and the size takes CSTART back.
  @Test func `a transfer ends by its size`() {
    let spi = controller()
    #expect(spi[0x14] == 0x1002)
    spi[0x0c] = 1 << 22
    spi[0x08] = 7 | 3 << 28
    spi[0x04] = 3
    spi[0x00] = 1
    for byte in 1...3 as ClosedRange<UInt32> { narrow(spi, byte) }
    #expect(spi[0x14] & 0x12 == 0x10, "TXTF: the last is written, and there is no place for more")
    bench.advance(.microseconds(1))
    #expect(target.log.isEmpty, "nothing moves before CSTART")
    spi[0x00] = 1 | 1 << 9
    bench.advance(.nanoseconds(2_399))
    #expect(spi[0x14] & 1 << 3 == 0)
    bench.advance(.nanoseconds(1))
    #expect(spi[0x14] & (1 << 3 | 1 << 12) == 1 << 3 | 1 << 12)
    #expect(spi[0x00] == 1)
    #expect(target.log == ["S", "1", "2", "3"])
    #expect((0..<3).map { _ in take(spi) } == [0xf0, 0xfe, 0xfd])
    #expect(spi[0x14] & 1 == 0)
    spi[0x18] = 1 << 3 | 1 << 4
    #expect(spi[0x14] & (1 << 3 | 1 << 4) == 0)
  }

  @Test func `the clock stands still while there is nothing to send`() {
    let spi = controller()
    spi[0x0c] = 1 << 22
    spi[0x08] = 7
    spi[0x00] = 1
    spi[0x00] = 1 | 1 << 9
    narrow(spi, 5)
    bench.advance(.microseconds(10))
    #expect(target.log == ["S", "5"])
    narrow(spi, 6)
    bench.advance(.microseconds(10))
    #expect(target.log == ["S", "5", "6"])
    spi[0x00] = 1 | 1 << 10
    #expect(spi[0x14] >> 11 & 1 == 1, "SUSP")
    #expect(spi[0x00] >> 9 & 1 == 0)
  }

  @Test func `a wide access holds several frames, and a packet rules the flags`() {
    let spi = controller()
    spi[0x0c] = 1 << 22
    // Packets of four frames.
    spi[0x08] = 7 | 3 << 5
    spi[0x04] = 5
    spi[0x00] = 1
    spi[0x20] = 0x0403_0201
    #expect(spi[0x14] & 2 == 2)
    narrow(spi, 9)
    spi[0x00] = 1 | 1 << 9
    bench.advance(.microseconds(10))
    #expect(spi[0x14] & 1 == 1)
    #expect(spi[0x14] >> 13 & 7 == 0b101, "a word and one frame")
    #expect(spi[0x30] == 0xfcfd_fef0)
    #expect(spi[0x14] & 1 == 0)
    #expect(spi[0x14] >> 13 & 7 == 0b001)
    #expect(take(spi) == 0xfb)
  }

  @Test(arguments: [16, 32] as [UInt32])
  func `long frames go their highest byte first, or their lowest reversed`(bits: UInt32) {
    let spi = controller()
    spi[0x08] = bits - 1
    for reversed in [0, 1] as [UInt32] {
      spi[0x0c] = 1 << 22 | reversed << 23
      spi[0x04] = 1
      spi[0x00] = 1
      narrow(spi, 0x1234, bits > 16 ? .word : .halfword)
      spi[0x00] = 1 | 1 << 9
      bench.advance(.microseconds(10))
      spi[0x00] = 0
    }
    let zeros = bits > 16 ? ["0", "0"] : []
    // 0x12 is 18 and backwards 72; 0x34 is 52 and backwards 44.
    #expect(target.log == ["S"] + zeros + ["18", "52", "44", "72"] + zeros)
  }

  @Test func `DMA moves both ways, and the rest of a transfer needs no whole packet`() {
    let spi = controller()
    let requests = bench.fabric.service(DMARequests.init)
    let (out, into) = (requests.line("SPI1_TX"), requests.line("SPI1_RX"))
    spi[0x0c] = 1 << 22
    spi[0x08] = 7 | 1 << 5 | 3 << 14
    spi[0x04] = 3
    #expect(!out.isActive)
    spi[0x00] = 1
    var next: UInt32 = 1
    while out.isActive {
      narrow(spi, next)
      next += 1
    }
    #expect(next == 4)
    spi[0x00] = 1 | 1 << 9
    bench.advance(.microseconds(1))
    var received: [UInt32?] = []
    while into.isActive { received.append(take(spi)) }
    #expect(received == [0xf0, 0xfe, 0xfd])
  }

  @Test func `a full FIFO is overrun, or suspends where it may`() {
    let spi = controller()
    spi[0x0c] = 1 << 22 | 2 << 17
    spi[0x08] = 7
    spi[0x00] = 1
    spi[0x00] = 1 | 1 << 9
    bench.advance(.microseconds(2))
    #expect(spi[0x14] >> 6 & 1 == 1)
    spi[0x00] = 0
    spi[0x00] = 1 | 1 << 8
    spi[0x00] = 1 | 1 << 8 | 1 << 9
    bench.advance(.microseconds(2))
    #expect(spi[0x14] >> 6 & 1 == 0)
    #expect(target.log.count == 1 + 20 + 16)
  }

  @Test func `flags interrupt as IER says`() {
    let line = InterruptLine(number: 59)
    let spi = controller(line)
    var levels: [Bool] = []
    line.observer = { levels.append($0) }
    spi[0x0c] = 1 << 22
    spi[0x08] = 7
    spi[0x04] = 1
    spi[0x00] = 1
    spi[0x10] = 1 << 3
    narrow(spi, 1)
    spi[0x00] = 1 | 1 << 9
    bench.advance(.microseconds(1))
    spi[0x18] = 1 << 3
    #expect(levels == [true, false])
  }

  @Test func `what it cannot do is a finding`() {
    let spi = controller()
    spi[0x08] = 7 | 1 << 22
    spi[0x50] = 1
    spi[0x00] = 1
    #expect(
      bench.fabric.findings.entries.map(\.place) == [
        "SPI1.CFG1.CRCEN", "SPI1.I2SCFGR.I2SMOD", "SPI1.CFG2.MASTER",
      ])
  }
}
