import Simulation
import Testing
import Units

@testable import Peripherals

/// A target that answers with the byte before, inverted, and remembers what passed.
final class EchoTarget: SPITarget {
  var log: [String] = []
  private var last: UInt8 = 0x0f

  func select() { log.append("S") }

  func exchange(_ byte: UInt8) -> UInt8 {
    log.append("\(byte)")
    defer { last = byte }
    return ~last
  }

  func deselect() { log.append("D") }
}

@Suite struct SPITests {
  /// A controller with pins and a target behind P0.20, which is selected.
  private func controller(
    _ bench: Bench, _ target: EchoTarget, mode: UInt32 = 7, name: String = "TWIM0",
    frequency: UInt32 = 0x8000_0000
  ) -> Device {
    let bus = name == "TWIM0" ? "SPIM0" : name
    bench.fabric.spi(bus).attach(target, select: bench.fabric.pins["P0.20"])
    let spi = bench.device(
      "nordic-serial", name, base: 0x4000_3000,
      parameters: ["chip-select": name == "SPIM3" ? 1 : 0])
    spi[0x508] = 3
    spi[0x50c] = 4
    spi[0x510] = 28
    spi[0x524] = frequency
    spi[0x500] = mode
    if name != "SPIM3" { bench.fabric.pins["P0.20"].drive("P0", false) }
    return spi
  }

  private func buffers(_ spi: Device, _ bench: Bench, send: [UInt8], receive: UInt32) {
    bench.memory.bytes.replaceSubrange(0..<send.count, with: send)
    spi[0x544] = 0x2000_0000
    spi[0x548] = UInt32(send.count)
    spi[0x534] = 0x2000_0100
    spi[0x538] = receive
  }

  @Test func aTransferTakesItsBitsAndMovesBytesBothWays() {
    let bench = Bench()
    let target = EchoTarget()
    let spi = controller(bench, target)
    buffers(spi, bench, send: [1, 2, 3], receive: 2)
    spi[0x010] = 1
    #expect(spi[0x14c] == 1)
    #expect(bench.wait(for: spi, 0x110) == after(.microseconds(2)))
    #expect(spi[0x118] == 0)
    #expect(bench.wait(for: spi, 0x118) == after(.microseconds(3)))
    #expect(spi[0x120] == 1)
    #expect(target.log == ["S", "1", "2", "3"])
    #expect(Array(bench.memory.bytes[0x100..<0x103]) == [0xf0, 0xfe, 0])
    #expect(spi[0x53c] == 2)
    #expect(spi[0x54c] == 3)
    bench.fabric.pins["P0.20"].drive("P0", true)
    #expect(target.log.last == "D")
  }

  @Test(arguments: [
    (UInt32(0x0200_0000), Int64(64_000)), (0x0400_0000, 32_000), (0x0800_0000, 16_000),
    (0x1000_0000, 8000), (0x2000_0000, 4000), (0x4000_0000, 2000), (0x8000_0000, 1000),
    (0x0a00_0000, 500), (0x1400_0000, 250),
  ])
  func everyFrequencyIsExact(register: UInt32, byte: Int64) {
    let bench = Bench()
    let spi = controller(bench, EchoTarget(), frequency: register)
    buffers(spi, bench, send: Array(repeating: 7, count: 100), receive: 0)
    spi[0x010] = 1
    #expect(bench.wait(for: spi, 0x118) == after(.nanoseconds(100 * byte)))
  }

  @Test func whatIsReadBeyondTheSentBytesIsClockedByTheOverReadCharacter() {
    let bench = Bench()
    let target = EchoTarget()
    let spi = controller(bench, target)
    spi[0x5c0] = 0xa5
    spi[0x554] = 1
    buffers(spi, bench, send: [0x80], receive: 3)
    spi[0x010] = 1
    #expect(bench.wait(for: spi, 0x120) == after(.microseconds(1)))
    _ = bench.wait(for: spi, 0x118)
    // Least significant bit first: 0x80 passes as 0x01, and 0xA5 is its own mirror image.
    #expect(target.log == ["S", "1", "165", "165"])
    #expect(Array(bench.memory.bytes[0x100..<0x103]) == [0x0f, 0x7f, 0x5a])
  }

  @Test func chipSelectOfSPIM3EnclosesTheTransfer() {
    let bench = Bench()
    let target = EchoTarget()
    let port = bench.device("nordic-gpio", "P0", base: 0x5000_0000)
    port[0x508] = 1 << 20
    port[0x518] = 1 << 20
    let spi = controller(bench, target, name: "SPIM3", frequency: 0x1400_0000)
    spi[0x514] = 20
    spi[0x564] = 64
    buffers(spi, bench, send: [1, 2], receive: 0)
    spi[0x010] = 1
    #expect(target.log == ["S"])
    // 64 cycles of 64 MHz before and after two bytes of 250 ns.
    #expect(bench.wait(for: spi, 0x118) == after(.nanoseconds(2500)))
    #expect(target.log == ["S", "1", "2", "D"])
    #expect(bench.fabric.pins["P0.20"].level)
  }

  @Test func stopEndsAfterTheByteUnderWayAndGeneratesWhatIsMissing() {
    let bench = Bench()
    let target = EchoTarget()
    let spi = controller(bench, target)
    buffers(spi, bench, send: Array(repeating: 9, count: 10), receive: 10)
    spi[0x010] = 1
    bench.advance(.nanoseconds(2500))
    spi[0x014] = 1
    #expect(bench.wait(for: spi, 0x104) == after(.microseconds(3)))
    #expect(spi[0x110] == 1)
    #expect(spi[0x120] == 1)
    #expect(spi[0x118] == 0)
    #expect(spi[0x54c] == 3)
    #expect(!bench.fabric.activity("TWIM0").isBusy)
    spi[0x104] = 0
    spi[0x014] = 1
    #expect(spi[0x104] == 1)
  }

  @Test func suspendPausesBetweenBytes() {
    let bench = Bench()
    let target = EchoTarget()
    let spi = controller(bench, target)
    buffers(spi, bench, send: [1, 2, 3, 4], receive: 0)
    spi[0x010] = 1
    bench.advance(.nanoseconds(1500))
    spi[0x01c] = 1
    bench.advance(.microseconds(10))
    #expect(target.log == ["S", "1", "2"])
    spi[0x020] = 1
    #expect(bench.wait(for: spi, 0x118) == after(.nanoseconds(13_500)))
  }

  @Test func anEmptyTransferWithTheShortcutToStartDoesNotHang() {
    let bench = Bench()
    let spi = controller(bench, EchoTarget())
    spi[0x200] = 1 << 17
    spi[0x010] = 1
    bench.advance(.microseconds(1))
    #expect(spi[0x118] == 1)
  }

  @Test func nobodySelectedReadsOnes() {
    let bench = Bench()
    let target = EchoTarget()
    let spi = controller(bench, target)
    bench.fabric.pins["P0.20"].drive("P0", nil)
    buffers(spi, bench, send: [1], receive: 1)
    spi[0x010] = 1
    _ = bench.wait(for: spi, 0x118)
    #expect(target.log.isEmpty)
    #expect(bench.memory.bytes[0x100] == 0xff)
  }

  @Test func theOlderControllerIsDoubleBuffered() {
    let bench = Bench()
    let target = EchoTarget()
    let spi = controller(bench, target, mode: 1)
    spi[0x51c] = 1
    spi[0x51c] = 2
    #expect(bench.wait(for: spi, 0x108) == after(.microseconds(1)))
    spi[0x108] = 0
    spi[0x51c] = 3
    bench.advance(.microseconds(10))
    // The second byte's answer waits behind the first, and the third byte for room.
    #expect(target.log == ["S", "1", "2"])
    #expect(spi[0x518] == 0xf0)
    #expect(spi[0x108] == 1)
    #expect(spi[0x518] == 0xfe)
    bench.advance(.microseconds(1))
    #expect(target.log == ["S", "1", "2", "3"])
    #expect(spi[0x518] == 0xfd)
  }

  @Test func registersKeepTheirValuesWhenTheModeChanges() {
    let bench = Bench()
    let spi = controller(bench, EchoTarget())
    spi[0x500] = 6
    #expect(spi[0x508] == 3)
    #expect(spi[0x524] == 0x8000_0000)
    spi[0x010] = 1
    #expect(spi[0x14c] == 0)
    spi[0x500] = 2
    #expect(bench.fabric.findings.entries.map(\.kind) == ["unmodelled-mode"])
  }

  /// Whatever the lengths, each direction moves as many bytes as it was given.
  @Test(arguments: 0..<50)
  func lengthsAreKept(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let spi = controller(bench, EchoTarget())
    let sent = Int.random(in: 0...40, using: &random)
    let received = UInt32.random(in: 0...40, using: &random)
    let bytes = (0..<sent).map { _ in UInt8.random(in: 0...255, using: &random) }
    buffers(spi, bench, send: bytes, receive: received)
    spi[0x010] = 1
    let longer = max(Int64(sent), Int64(received))
    let time = longer == 0 ? Interval.nanoseconds(63) : .microseconds(longer)
    #expect(bench.wait(for: spi, 0x118) == after(time))
    #expect(spi[0x53c] == received)
    #expect(spi[0x54c] == UInt32(sent))
  }
}
