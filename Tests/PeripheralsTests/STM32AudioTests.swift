import Simulation
import Testing
import Units

@testable import Peripherals

/// Microphones behind DFSDM, SAI and I2S.
@Suite struct STM32AudioTests {
  private let bench = Bench()

  private func filter(order: UInt32, fosr: UInt32, iosr: UInt32 = 1, shift: UInt32) -> Device {
    let dfsdm = bench.device(
      "stm32-dfsdm", "DFSDM1", base: 0, lines: (61...64).map(InterruptLine.init),
      clock: ClockSignal(frequency: Hertz(8_192_000)))
    // CKOUT 1.024 MHz.
    dfsdm[0x00] = 1 << 31 | 7 << 16
    dfsdm[0x40] = 1 << 2 | 1 << 7
    dfsdm[0x44] = shift << 3
    dfsdm[0x114] = order << 29 | (fosr - 1) << 16 | (iosr - 1)
    return dfsdm
  }

  @Test func `a fast continuous filter gives the microphone's samples back at its rate`() {
    let microphone = SampleCounter(from: -3)
    bench.fabric.pdm("DFSDM1.2").left = microphone
    let dfsdm = filter(order: 3, fosr: 64, shift: 3)
    #expect(microphone.isRunning)
    dfsdm[0x100] = 1 | 1 << 18 | 1 << 29 | 2 << 24 | 1 << 17
    // The first after 64 x 3 + 4 periods of 1.024 MHz, the others each 64.
    var samples: [Int32] = []
    for index in 0..<6 {
      let instant = ClockDomain(frequency: Hertz(1_024_000)).instant(
        ofTick: 196 + 64 * UInt64(index))
      bench.scheduler.advance(to: instant - Interval(picoseconds: 1))
      #expect(dfsdm[0x108] & 2 == 0)
      bench.scheduler.advance(to: instant)
      #expect(dfsdm[0x108] & 2 == 2)
      let word = dfsdm[0x11c]
      #expect(word & 7 == 2)
      samples.append(Int32(bitPattern: word) >> 8)
    }
    #expect(samples == [-3, -2, -1, 0, 1, 2])
    #expect(microphone.read == 6)
    #expect(microphone.rates == [Hertz(16_000)])
    dfsdm[0x100] = 0
    dfsdm[0x40] = 0
    #expect(!microphone.isRunning)
  }

  /// Order, FOSR, IOSR, DTRBS, and the gain times 1000 / 32768.
  static let scales: [[UInt32]] = [
    [1, 256, 1, 0, 7], [2, 128, 1, 0, 500], [0, 64, 1, 0, 250], [5, 16, 2, 4, 4_000],
    [4, 64, 1, 2, 128_000], [4, 250, 1, 0, 0x7f_ffff],
    // A reserved order is the fifth, which wraps beyond 32 bits.
    [7, 1_024, 1, 0, 0],
  ]

  @Test(arguments: scales)
  func `order, oversampling and shift scale a sample exactly, within 24 bits`(row: [UInt32]) {
    bench.fabric.pdm("DFSDM1.2").left = SampleCounter(from: 1_000)
    let dfsdm = filter(order: row[0], fosr: row[1], iosr: row[2], shift: row[3])
    let expected = Int32(row[4])
    dfsdm[0x100] = 1 | 2 << 24 | 1 << 17
    bench.advance(.milliseconds(10))
    #expect(Int32(bitPattern: dfsdm[0x11c]) >> 8 == expected)
    #expect(dfsdm[0x108] & 0x4000 == 0, "one conversion, then it rests")
  }

  @Test func `two microphones share a wire by the edge, and an offset is taken off`() {
    let (left, right) = (SampleCounter(from: 100), SampleCounter(from: 200))
    bench.fabric.pdm("DFSDM1.2").left = left
    bench.fabric.pdm("DFSDM1.2").right = right
    let dfsdm = filter(order: 3, fosr: 64, shift: 3)
    // Channel 1 takes the wire of channel 2, at the falling edge.
    dfsdm[0x20] = 1 << 2 | 1 << 7 | 1 << 8 | 1
    dfsdm[0x24] = 3 << 3 | 50 << 8
    dfsdm[0x110] = 0b110
    dfsdm[0x100] = 1 | 1 << 4 | 1 << 1
    bench.advance(.microseconds(192))
    #expect(dfsdm[0x108] & 1 == 1)
    #expect(dfsdm[0x118] == 150 << 8 | 1)
    bench.advance(.microseconds(200))
    #expect(dfsdm[0x118] == 100 << 8 | 2)
  }

  @Test func `what is not read in time is an overrun, and lost`() {
    let microphone = SampleCounter()
    bench.fabric.pdm("DFSDM1.2").left = microphone
    let dfsdm = filter(order: 3, fosr: 64, shift: 3)
    dfsdm[0x104] = 1 << 3
    dfsdm[0x100] = 1 | 1 << 18 | 1 << 29 | 2 << 24 | 1 << 17
    bench.advance(.milliseconds(1))
    #expect(dfsdm[0x108] & 8 == 8)
    #expect(microphone.lost == microphone.instants.count - 1)
    dfsdm[0x10c] = 8
    #expect(dfsdm[0x108] & 8 == 0)
  }

  private func audioInterface(version: Int) -> Device {
    bench.device(
      "stm32-sai", "SAI1", base: 0, lines: [InterruptLine(number: 74)],
      parameters: ["version": version], clock: ClockSignal(frequency: Hertz(8_192_000)))
  }

  @Test(arguments: [1, 2]) func `a SAI receives two microphones in the slots of a frame`(
    version: Int
  ) {
    let (left, right) = (SampleCounter(from: 10), SampleCounter(from: -20))
    bench.fabric.i2s("SAI1").left = left
    bench.fabric.i2s("SAI1").right = right
    let sai = audioInterface(version: version)
    sai[0x0c] = 63 | 31 << 8 | 1 << 16 | 1 << 18
    sai[0x10] = 2 << 6 | 1 << 8 | 3 << 16
    // Master, receiver, 24 bits; 8.192 MHz / 2 / 256 = 16 kHz.
    sai[0x04] = 1 | 6 << 5 | (version == 2 ? 2 : 1) << 20 | 1 << 16
    #expect(left.isRunning && right.isRunning)
    bench.advance(.microseconds(32))
    #expect(sai[0x18] >> 16 & 7 == 1)
    #expect(sai[0x20] == 10)
    bench.advance(.microseconds(31))
    #expect(sai[0x20] == 0xff_ffec)
    bench.advance(.microseconds(63))
    #expect([sai[0x20], sai[0x20]] == [11, 0xff_ffed])
    #expect(left.rates == [Hertz(16_000)])
    #expect(left.slots == [32])
    #expect(left.read == 2 && right.read == 2)
    bench.advance(.milliseconds(1))
    #expect(sai[0x18] & 1 == 1, "its FIFO of eight is full")
    #expect(left.lost > 0)
  }

  @Test func `without a master clock the frame's length divides the bit clock`() {
    let microphone = SampleCounter()
    bench.fabric.i2s("SAI1").left = microphone
    let sai = audioInterface(version: 2)
    sai[0x0c] = 63 | 31 << 8
    sai[0x10] = 2 << 6 | 1 << 8 | 1 << 16
    sai[0x04] = 1 | 4 << 5 | 8 << 20 | 1 << 19 | 1 << 16
    bench.advance(.milliseconds(1))
    #expect(microphone.rates == [Hertz(16_000)])
  }

  @Test(arguments: [0, 1, 2] as [UInt32])
  func `I2S gives a slot in one halfword or two`(length: UInt32) {
    let words: [UInt32] = length == 0 ? [0, 0] : [0, 0x100, 0, 0x200]
    let microphone = SampleCounter()
    bench.fabric.i2s("SPI2").left = microphone
    bench.fabric.clock("i2s").change(to: Hertz(8_192_000), at: .zero)
    let spi = bench.device(
      "stm32-spi", "SPI2", base: 0, lines: [InterruptLine(number: 36)], parameters: ["i2s": 1])
    var received: [UInt32] = []
    let request = bench.fabric.service(DMARequests.init).line("SPI2_RX")
    request.observer = {
      received.append(spi[0x0c])
      request.served()
    }
    // 64 or 32 clocks a frame, 16 kHz.
    spi[0x20] = length == 0 ? 8 : 4
    spi[0x04] = 1
    spi[0x1c] = 1 << 11 | 3 << 8 | 1 << 10 | length << 1
    bench.advance(.microseconds(124))
    let left = received.enumerated().filter { $0.offset / (length == 0 ? 1 : 2) % 2 == 0 }
    #expect(left.map(\.element) == words)
    #expect(microphone.rates == [Hertz(16_000)])
    #expect(microphone.read == 2)
    #expect(microphone.slots == [length == 0 ? 16 : 32])
  }

  /// A microphone whose bits count.
  private final class BitCounter: PDMSource {
    var next: UInt32
    init(from first: UInt32) { next = first }
    func sample(at instant: Instant, rate: Hertz) -> Int16? { nil }
    func bits(_ count: Int, endingAt instant: Instant) -> UInt32? {
      defer { next += 1 }
      return next & (1 << UInt32(count) - 1)
    }
  }

  @Test func `the SAI's PDM interface gives bits of two microphones in turn`() {
    bench.fabric.pdm("SAI1").left = BitCounter(from: 0x10)
    bench.fabric.pdm("SAI1").right = BitCounter(from: 0x80)
    let sai = audioInterface(version: 2)
    sai[0x0c] = 15
    sai[0x10] = 1 << 8 | 3 << 16
    sai[0x44] = 1 | 1 << 8
    // 8.192 MHz / 4 / 16 = 128 kHz frames: 1.024 MHz for each microphone.
    sai[0x04] = 1 | 2 << 5 | 4 << 20 | 1 << 19 | 1 << 16
    bench.advance(.microseconds(16))
    #expect((0..<4).map { _ in sai[0x20] } == [0x10, 0x80, 0x11, 0x81])
  }

  @Test func `a PDM microphone on I2S gives sixteen bits in each halfword`() {
    bench.fabric.pdm("SPI2").left = BitCounter(from: 0xabc0)
    bench.fabric.clock("i2s").change(to: Hertz(8_192_000), at: .zero)
    let spi = bench.device("stm32-spi", "SPI2", base: 0, parameters: ["i2s": 1])
    spi[0x20] = 4
    spi[0x1c] = 1 << 11 | 3 << 8 | 1 << 10
    bench.advance(.microseconds(16))
    #expect(spi[0x08] & 1 == 1)
    #expect(spi[0x0c] == 0xabc0)
    bench.advance(.microseconds(16))
    #expect(spi[0x0c] == 0xabc1)
  }

  @Test func `a controller without a clock, or as a slave, says so`() {
    let sai = audioInterface(version: 2)
    sai[0x04] = 3 | 1 << 16
    let spi = bench.device("stm32-spi", "SPI2", base: 0, parameters: ["i2s": 1])
    spi[0x1c] = 1 << 11 | 1 << 8 | 1 << 10
    let dfsdm = filter(order: 3, fosr: 64, shift: 3)
    dfsdm[0x100] = 1 | 1 << 17 | 3 << 24
    #expect(bench.fabric.findings.entries.map(\.kind) == ["no-clock", "no-clock", "no-clock"])
  }
}
