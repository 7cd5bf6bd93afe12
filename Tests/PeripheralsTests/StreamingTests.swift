import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct StreamingTests {
  private func sound(_ bench: Bench) -> Device {
    let i2s = bench.device("nordic-i2s", "I2S", base: 0x4002_5000)
    i2s[0x508] = 1
    i2s[0x538] = 0x2000_0000
    i2s[0x540] = 0x2000_1000
    i2s[0x550] = 100
    i2s[0x500] = 1
    return i2s
  }

  @Test(
    arguments: [
      (UInt32(0x2000_0000), UInt32(6), UInt64(2048)), (0x1000_0000, 0, 512),
      (0x1800_0000, 2, 640), (0x0c00_0000, 8, 10_752), (0x020c_0000, 3, 12_000),
    ] as [(UInt32, UInt32, UInt64)])
  func aBufferTakesItsFrames(master: UInt32, ratio: UInt32, divider: UInt64) {
    let bench = Bench()
    let i2s = sound(bench)
    i2s[0x514] = master
    i2s[0x518] = ratio
    i2s[0x000] = 1
    #expect(i2s[0x104] == 1)
    #expect(i2s[0x114] == 1)
    i2s[0x104] = 0
    let frames = ClockDomain(frequency: Hertz(32_000_000, per: divider))
    #expect(bench.wait(for: i2s, 0x104) == frames.instant(ofTick: 100))
    i2s[0x104] = 0
    #expect(bench.wait(for: i2s, 0x104) == frames.instant(ofTick: 200))
  }

  @Test(
    arguments: [
      (UInt32(0), UInt32(0), UInt64(200)), (0, 1, 400), (1, 0, 100), (1, 2, 200), (2, 0, 50),
      (2, 1, 100),
    ] as [(UInt32, UInt32, UInt64)])
  func aWordHoldsSamplesByTheirWidth(width: UInt32, channels: UInt32, count: UInt64) {
    let bench = Bench()
    let i2s = sound(bench)
    i2s[0x51c] = width
    i2s[0x528] = channels
    i2s[0x000] = 1
    i2s[0x114] = 0
    let frames = ClockDomain(frequency: Hertz(15_625))
    #expect(bench.wait(for: i2s, 0x114) == frames.instant(ofTick: count))
  }

  @Test func stopWaitsForTheFrameAndSlaveModeIsAFinding() {
    let bench = Bench()
    let i2s = sound(bench)
    i2s[0x000] = 1
    bench.advance(.microseconds(100))
    i2s[0x004] = 1
    #expect(bench.wait(for: i2s, 0x108) == after(.microseconds(128)))
    #expect(bench.scheduler.next == .never)
    i2s[0x504] = 1
    i2s[0x000] = 1
    #expect(bench.fabric.findings.entries.map(\.kind) == ["no-clock"])
  }

  private func memory(_ bench: Bench) -> Device {
    let qspi = bench.device("nordic-qspi", "QSPI", base: 0x4002_9000)
    qspi[0x500] = 1
    qspi[0x000] = 1
    #expect(bench.wait(for: qspi, 0x100) == after(.microseconds(2)))
    qspi[0x100] = 0
    return qspi
  }

  @Test func activatingGivesReadyThoughTheControllerIsNotEnabled() {
    let bench = Bench()
    let qspi = bench.device("nordic-qspi", "QSPI", base: 0x4002_9000)
    qspi[0x000] = 1
    #expect(bench.wait(for: qspi, 0x100) == after(.microseconds(2)))
    qspi[0x100] = 0
    // It is not active by that.
    qspi[0x00c] = 1
    #expect(bench.wait(for: qspi, 0x100) == nil)
  }

  @Test func theExternalFlashIsErasedWrittenAndRead() {
    let bench = Bench()
    let qspi = memory(bench)
    qspi[0x51c] = 0x1000
    qspi[0x00c] = 1
    // 32 bits at 32 MHz; the erase itself goes on.
    #expect(bench.wait(for: qspi, 0x100) == after(.microseconds(3)))
    #expect(qspi[0x604] >> 24 & 1 == 1)
    bench.advance(.milliseconds(40))
    #expect(qspi[0x604] >> 24 & 1 == 0)
    let start = bench.now
    bench.memory.bytes.replaceSubrange(0..<4, with: [1, 2, 3, 0xf0])
    qspi[0x100] = 0
    qspi[0x510] = 0x10fe
    qspi[0x514] = 0x2000_0000
    qspi[0x518] = 4
    qspi[0x008] = 1
    // Two pages: two commands of 40 bits, 32 bits of data, twice 0.85 ms.
    #expect(bench.wait(for: qspi, 0x100) == start + .nanoseconds(3500) + .microseconds(1700))
    qspi[0x100] = 0
    qspi[0x504] = 0x10fd
    qspi[0x508] = 0x2000_0100
    qspi[0x50c] = 6
    qspi[0x544] = 4
    let reading = bench.now
    qspi[0x004] = 1
    #expect(bench.wait(for: qspi, 0x100) == reading + .nanoseconds(1250 + 375))
    #expect(Array(bench.memory.bytes[0x100..<0x106]) == [0xff, 1, 2, 3, 0xf0, 0xff])
  }

  @Test func instructionsOfTheFirmwaresOwnReachTheFlash() {
    let bench = Bench()
    let qspi = memory(bench)
    qspi[0x634] = 4 << 8 | 0x9f
    _ = bench.wait(for: qspi, 0x100)
    #expect(qspi[0x638] == 0x17_28c2)
    qspi[0x634] = 1 << 8 | 0x06
    bench.advance(.microseconds(1))
    qspi[0x634] = 2 << 8 | 0x05
    bench.advance(.microseconds(1))
    #expect(qspi[0x638] & 3 == 2)
    qspi[0x634] = 1 << 8 | 0x77
    bench.advance(.microseconds(1))
    #expect(
      bench.fabric.findings.entries.map(\.kind) == ["assumed-timing", "unmodelled-command"])
  }

  /// What the flash holds is every write since the erase, combined with AND.
  @Test(arguments: 0..<50)
  func flashClearsBitsOnly(seed: Int) {
    var random = SeededGenerator(seed: seed)
    var flash = SerialFlash()
    var expected = [UInt8](repeating: 0xff, count: 8192)
    for _ in 0..<20 {
      let address = Int.random(in: 0..<8000, using: &random)
      let bytes = (0..<Int.random(in: 1...192, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      _ = flash.program(UInt32(address), bytes)
      for (index, byte) in bytes.enumerated() { expected[address + index] &= byte }
      if Int.random(in: 0..<5, using: &random) == 0 {
        _ = flash.erase(5000, size: 4096)
        for index in 4096..<8192 { expected[index] = 0xff }
      }
    }
    #expect(flash.read(0, count: 8192) == expected)
  }
}
