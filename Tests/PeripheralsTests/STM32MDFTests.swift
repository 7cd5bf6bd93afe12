import Simulation
import Testing
import Units

@testable import Peripherals

/// The digital filters of the STM32U5.
@Suite struct STM32MDFTests {
  private let bench = Bench()
  private let kernel = ClockSignal(frequency: Hertz(8_192_000))

  /// Filter 1 takes interface 1: CCK0 is 8.192 MHz / 2 / 4.
  private func filters(
    order: UInt32, ratio: UInt32, scale: UInt32 = 0, reshape: UInt32 = 1 | 1 << 7,
    integrator: UInt32 = 0
  ) -> Device {
    let mdf = bench.device(
      "stm32-mdf", "MDF1", base: 0, lines: (102...107).map(InterruptLine.init), clock: kernel)
    mdf[0x04] = 1 << 24 | 3 << 16 | 1 << 5 | 1 << 1 | 1
    mdf[0x100] = 31 << 8 | 1 << 4 | 1
    mdf[0x104] = 2
    mdf[0x10c] = order << 4 | (ratio - 1) << 8 | scale << 20
    mdf[0x110] = reshape
    mdf[0x114] = integrator
    return mdf
  }

  private func at(_ period: UInt64) -> Instant {
    ClockDomain(frequency: Hertz(1_024_000)).instant(ofTick: period)
  }

  private func sample(_ mdf: Device) -> Int32 { Int32(bitPattern: mdf[0x170]) >> 8 }

  @Test func `a continuous filter gives the microphone's samples at its rate, none of them lost`() {
    let microphone = SampleCounter(from: -3)
    bench.fabric.pdm("MDF1.1").left = microphone
    let mdf = filters(order: 3, ratio: 64, scale: 0x2a)
    #expect(microphone.isRunning)
    #expect(mdf[0x04] >> 31 == 1)
    #expect(mdf[0x100] >> 31 == 1)
    mdf[0x108] = 1
    #expect(mdf[0x108] >> 30 == 3, "active, running")
    var samples: [Int32] = []
    for index in 1...6 as ClosedRange<UInt64> {
      bench.scheduler.advance(to: at(64 * index) - Interval(picoseconds: 1))
      #expect(mdf[0x130] & 9 == 0)
      bench.scheduler.advance(to: at(64 * index))
      #expect(mdf[0x130] & 9 == 9)
      samples.append(sample(mdf))
    }
    #expect(samples == [-3, -2, -1, 0, 1, 2])
    #expect(microphone.rates == [Hertz(16_000)])
    #expect(microphone.read == 6)
    mdf[0x108] = 0
    #expect(mdf[0x108] >> 30 == 0)
    mdf[0x100] = 0
    #expect(!microphone.isRunning)
  }

  /// Order, ratio, SCALE, reshape filter, integrator, and what becomes of 1000, with the flag of
  /// saturation.
  static let scales: [[Int64]] = [
    [1, 256, 0, 0x81, 0, 7, 0], [2, 128, 0, 0x81, 0, 500, 0], [0, 64, 0, 0x81, 0, 250, 0],
    [4, 64, 0x2e, 0x81, 0, 256_000, 0], [4, 64, 0x2f, 0x81, 0, 384_000, 0],
    [5, 32, 0x20, 0x81, 0, 4_000, 0], [5, 16, 0x18, 0x81, 0, 0x7f_ffff, 1],
    [4, 16, 0, 0x80, 0, 5_960, 0], [4, 16, 0x05, 0x80, 0, 35_760, 0],
    [4, 16, 0, 0x81, 7 << 4 | 3, 16_000, 0], [4, 16, 0, 0x81, 7 << 4 | 2, 4_000, 0],
    // 128 to the fifth does not fit the CIC's 26 bits: it wraps.
    [5, 128, 0, 0x81, 0, -0x80_0000, 1],
  ]

  @Test(arguments: scales)
  func `order, ratio, SCALE, reshape filter and integrator scale a sample exactly`(row: [Int64]) {
    bench.fabric.pdm("MDF1.1").left = SampleCounter(from: 1_000)
    let mdf = filters(
      order: UInt32(row[0]), ratio: UInt32(row[1]), scale: UInt32(row[2]), reshape: UInt32(row[3]),
      integrator: UInt32(row[4]))
    mdf[0x12c] = 1 << 9
    mdf[0x108] = 1 << 4 | 1
    bench.advance(.milliseconds(10))
    #expect(sample(mdf) == Int32(row[5]))
    #expect(mdf[0x130] >> 9 & 1 == UInt32(row[6]))
    #expect(mdf[0x108] & 0xc000_0001 == 0, "one sample, then it rests")
    mdf[0x130] = 1 << 9
    #expect(mdf[0x130] == 0)
  }

  @Test
  func `an offset is taken off before SCALE, the first samples are left out, bits are skipped`() {
    let microphone = SampleCounter(from: 200)
    bench.fabric.pdm("MDF1.1").right = microphone
    let mdf = filters(order: 4, ratio: 16)
    mdf[0x104] = 3
    mdf[0x134] = UInt32(bitPattern: -60) & 0x3ff_ffff
    mdf[0x124] = 5
    mdf[0x108] = 2 << 20 | 1
    bench.scheduler.advance(to: at(5 + 48) - Interval(picoseconds: 1))
    #expect(mdf[0x130] & 8 == 0)
    bench.scheduler.advance(to: at(5 + 48))
    #expect(sample(mdf) == 460)
    #expect(microphone.instants == [at(53)])
  }

  @Test func `the FIFO holds four, the threshold is half of it, and a fifth is lost`() {
    let microphone = SampleCounter()
    bench.fabric.pdm("MDF1.1").left = microphone
    let line = InterruptLine(number: 102)
    let adf = bench.device(
      "stm32-mdf", "ADF1", base: 0, lines: [line], parameters: ["filters": 1], clock: kernel)
    bench.fabric.pdm("ADF1").left = microphone
    adf[0x04] = 7 << 16 | 1 << 6 | 1 << 2 | 1
    adf[0x80] = 1 << 1 | 1
    adf[0x8c] = 3 << 4 | 63 << 8 | 0x2a << 20
    adf[0x90] = 1 | 1 << 7
    adf[0xac] = 1
    adf[0x88] = 1 << 2 | 1
    bench.scheduler.advance(to: at(64))
    #expect(adf[0xb0] & 9 == 8)
    #expect(!line.level)
    bench.scheduler.advance(to: at(128))
    #expect(line.level)
    bench.scheduler.advance(to: at(320))
    #expect(adf[0xb0] & 2 == 2)
    #expect(microphone.lost == 1)
    #expect((0..<4).map { _ in Int32(bitPattern: adf[0xf0]) >> 8 } == [1, 2, 3, 4])
    adf[0xb0] = 2
    #expect(adf[0xb0] == 0)
    #expect(!line.level)
    #expect(adf.peripheral.read(0x100) == nil, "it has one filter")
  }

  @Test func `a trigger starts filters together, by TRGO or by a timer`() {
    bench.fabric.pdm("MDF1.1").left = SampleCounter()
    let mdf = filters(order: 3, ratio: 64, scale: 0x2a)
    mdf[0x108] = 2 << 4 | 1
    bench.advance(.milliseconds(1))
    #expect(mdf[0x108] >> 30 == 2, "it waits")
    mdf[0x00] = 1
    #expect(mdf[0x108] >> 30 == 3)
    #expect(mdf[0x00] == 0)
    mdf[0x108] = 0
    mdf[0x108] = 9 << 12 | 3 << 4 | 1
    mdf[0x00] = 1
    #expect(mdf[0x108] >> 30 == 2)
    bench.fabric.service(STM32Triggers.init).signal("TIM6")
    bench.advance(.milliseconds(1))
    #expect(sample(mdf) == 1)
    #expect(mdf[0x130] & 8 == 0, "one for each trigger")
    #expect(mdf[0x108] >> 30 == 2)
  }

  @Test func `a filter stands still without its clock and goes on with it`() {
    let microphone = SampleCounter()
    bench.fabric.pdm("MDF1.1").left = microphone
    let mdf = filters(order: 3, ratio: 64, scale: 0x2a)
    mdf[0x04] = 0
    #expect(mdf[0x130] >> 10 & 1 == 1, "a normal SPI interface notices")
    mdf[0x108] = 1
    bench.advance(.milliseconds(1))
    #expect(microphone.instants == [])
    #expect(bench.fabric.findings.entries.map(\.kind) == ["no-clock"])
    mdf[0x04] = 1 << 24 | 3 << 16 | 1 << 5 | 1 << 1 | 1
    bench.advance(.microseconds(60))
    kernel.change(to: Hertz(4_096_000), at: bench.now)
    bench.advance(.microseconds(125))
    #expect(microphone.instants == [after(.microseconds(1_060 + 125))])
    #expect(microphone.rates == [Hertz(8_000)])
  }

  /// Manchester code, a clock from outside, interleaving, a window, the sound activity detector.
  @Test(
    arguments: [
      (0x100, 3 << 4 | 1), (0x100, 2 << 1 | 1), (0x00, 1 << 4), (0x108, 4 << 4 | 1), (0xb8, 1),
    ] as [(UInt32, UInt32)])
  func `what is not modelled is a finding`(offset: UInt32, value: UInt32) {
    let mdf = filters(order: 3, ratio: 64)
    mdf[0x100] = 0
    mdf[offset] = value
    #expect(bench.fabric.findings.entries.contains { $0.kind == "unmodelled-register" })
  }
}
