import Simulation
import Testing
import Units

@testable import Peripherals

/// A target with registers behind a pointer, as a sensor has them; it remembers what it was told.
final class TestTarget: I2CTarget {
  var registers = (0..<256).map { UInt8($0) }
  var log: [String] = []
  var acceptsAddress = true
  var accepted = Int.max
  private var pointer: Int?

  func start(_ direction: I2CDirection) -> Bool {
    log.append(direction == .write ? "W" : "R")
    if direction == .write { pointer = nil }
    return acceptsAddress
  }

  func receive(_ byte: UInt8) -> Bool {
    log.append("\(byte)")
    if let pointer { registers[pointer & 0xff] = byte }
    pointer = pointer.map { $0 + 1 } ?? Int(byte)
    accepted -= 1
    return accepted >= 0
  }

  func transmit() -> UInt8 {
    let byte = registers[(pointer ?? 0) & 0xff]
    pointer = (pointer ?? 0) + 1
    log.append("<\(byte)")
    return byte
  }

  func stop() { log.append("P") }
}

@Suite struct TWIMTests {
  /// TWIM0, enabled, with pins, for address 0x6b.
  static func controller(
    _ bench: Bench, frequency: UInt32, line: InterruptLine? = nil
  ) -> Device {
    let twim = bench.device(
      "nordic-twim", "TWIM0", base: 0x4000_3000, lines: line.map { [$0] } ?? [])
    twim[0x508] = 15
    twim[0x50c] = 14
    twim[0x524] = frequency
    twim[0x588] = 0x6b
    twim[0x500] = 6
    return twim
  }

  private func readSixRegisters(_ twim: Device, _ bench: Bench) {
    bench.memory.bytes[0] = 0x28
    twim[0x544] = 0x2000_0000
    twim[0x548] = 1
    twim[0x534] = 0x2000_0010
    twim[0x538] = 6
    twim[0x200] = 1 << 7 | 1 << 12
    twim[0x008] = 1
  }

  @Test(arguments: [
    (UInt32(0x0198_0000), Int64(10_000_000)), (0x0400_0000, 4_000_000), (0x0640_0000, 2_500_000),
  ])
  func aRegisterReadTakesItsBits(frequency: UInt32, bit: Int64) {
    let bench = Bench()
    let sensor = TestTarget()
    bench.fabric.i2c("TWIM0").attach(sensor, address: 0x6b)
    let twim = Self.controller(bench, frequency: frequency)
    readSixRegisters(twim, bench)
    // START, address, register; repeated START, address, six bytes; STOP.
    let bits: Int64 = 1 + 2 * 9 + 1 + 7 * 9 + 1
    #expect(bench.wait(for: twim, 0x104) == Instant(picoseconds: bits * bit))
    #expect(Array(bench.memory.bytes[0x10..<0x16]) == [0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d])
    #expect(sensor.log == ["W", "40", "R", "<40", "<41", "<42", "<43", "<44", "<45", "P"])
    #expect(twim[0x53c] == 6)
    #expect(twim[0x54c] == 1)
    let spans = bench.fabric.activity("TWIM0").spans
    #expect(spans.map { ($0.end - $0.start).picoseconds } == [bits * bit])
  }

  @Test func theLastByteEventsComeWhenThatByteBegins() {
    let bench = Bench()
    bench.fabric.i2c("TWIM0").attach(TestTarget(), address: 0x6b)
    let twim = Self.controller(bench, frequency: 0x0400_0000)
    readSixRegisters(twim, bench)
    let bit = Interval.microseconds(4)
    #expect(bench.wait(for: twim, 0x160) == after(bit * 10))
    #expect(bench.wait(for: twim, 0x14c) == after(bit * 19))
    #expect(bench.wait(for: twim, 0x15c) == after(bit * (19 + 10 + 45)))
  }

  @Test func anAbsentTargetIsAnAddressNotAcknowledged() {
    let bench = Bench()
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    readSixRegisters(twim, bench)
    #expect(bench.wait(for: twim, 0x124) == after(.microseconds(25)))
    #expect(twim[0x4c4] == 2)
    #expect(bench.scheduler.next == .never)
    twim[0x014] = 1
    #expect(bench.wait(for: twim, 0x104) == after(Interval(picoseconds: 27_500_000)))
    twim[0x4c4] = 2
    #expect(twim[0x4c4] == 0)
  }

  @Test func aStopGivenDuringTheAddressStillReportsThatNobodyAnswered() {
    let bench = Bench()
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    twim[0x548] = 0
    twim[0x008] = 1
    twim[0x014] = 1
    #expect(bench.wait(for: twim, 0x104) == after(Interval(picoseconds: 27_500_000)))
    #expect(twim[0x124] == 1)
    #expect(twim[0x4c4] == 2)
  }

  @Test func aRefusedByteIsDataNotAcknowledged() {
    let bench = Bench()
    let sensor = TestTarget()
    sensor.accepted = 1
    bench.fabric.i2c("TWIM0").attach(sensor, address: 0x6b)
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    twim[0x544] = 0x2000_0000
    twim[0x548] = 4
    twim[0x008] = 1
    _ = bench.wait(for: twim, 0x124)
    #expect(twim[0x4c4] == 4)
    #expect(twim[0x54c] == 2)
  }

  @Test func withoutPinsNobodyAnswers() {
    let bench = Bench()
    bench.fabric.i2c("TWIM0").attach(TestTarget(), address: 0x6b)
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    twim[0x50c] = .max
    twim[0x008] = 1
    bench.advance(.milliseconds(1))
    #expect(twim[0x4c4] == 2)
    #expect(bench.fabric.findings.entries.map(\.kind) == ["pin-disconnected"])
  }

  @Test func pointersAreTakenOverAtTheStartAndTheListAdvances() {
    let bench = Bench()
    bench.fabric.i2c("TWIM0").attach(TestTarget(), address: 0x6b)
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    twim[0x540] = 1
    twim[0x534] = 0x2000_0100
    twim[0x538] = 2
    twim[0x200] = 1 << 12
    twim[0x000] = 1
    #expect(twim[0x534] == 0x2000_0102)
    twim[0x538] = 9
    _ = bench.wait(for: twim, 0x104)
    #expect(twim[0x53c] == 2)
    #expect(Array(bench.memory.bytes[0x100..<0x103]) == [0, 1, 0])
  }

  @Test func aSuspendedTransferContinuesWithANewStartOnResume() {
    let bench = Bench()
    let sensor = TestTarget()
    bench.fabric.i2c("TWIM0").attach(sensor, address: 0x6b)
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    bench.memory.bytes[0] = 0x20
    bench.memory.bytes[1] = 0x55
    twim[0x544] = 0x2000_0000
    twim[0x548] = 1
    twim[0x200] = 1 << 8
    twim[0x008] = 1
    #expect(bench.wait(for: twim, 0x148) == after(Interval(picoseconds: 47_500_000)))
    twim[0x544] = 0x2000_0001
    twim[0x200] = 1 << 9
    twim[0x008] = 1
    bench.advance(.milliseconds(1))
    #expect(sensor.log == ["W", "32"])
    twim[0x020] = 1
    bench.advance(.milliseconds(1))
    #expect(sensor.log == ["W", "32", "W", "85", "P"])
  }

  @Test func receivingIntoFlashIsABusErrorAndWritesNothing() {
    let bench = Bench()
    bench.fabric.i2c("TWIM0").attach(TestTarget(), address: 0x6b)
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    twim[0x534] = 0x1000
    twim[0x538] = 2
    twim[0x200] = 1 << 12
    twim[0x000] = 1
    #expect(bench.wait(for: twim, 0x104) != nil)
    #expect(bench.fabric.findings.entries.map(\.place) == ["TWIM0.RXD.PTR", "TWIM0.RXD.PTR"])
  }

  @Test func aDisabledControllerDoesNothing() {
    let bench = Bench()
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    twim[0x500] = 0
    twim[0x008] = 1
    twim[0x014] = 1
    #expect(bench.scheduler.next == .never)
    #expect(twim[0x104] == 0)
  }

  @Test(arguments: 0..<50)
  func aTransferOfAnyLengthTakesElevenBitsAndNineForEachByte(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let sensor = TestTarget()
    bench.fabric.i2c("TWIM0").attach(sensor, address: 0x6b)
    let twim = Self.controller(bench, frequency: 0x0640_0000)
    let count = UInt32.random(in: 1...300, using: &random)
    let reads = Bool.random(using: &random)
    twim[reads ? 0x534 : 0x544] = 0x2000_1000
    twim[reads ? 0x538 : 0x548] = count
    twim[0x200] = 1 << 9 | 1 << 12
    twim[reads ? 0x000 : 0x008] = 1
    let bits = Int64(11 + 9 * count)
    #expect(bench.wait(for: twim, 0x104) == Instant(picoseconds: bits * 2_500_000))
    #expect(twim[reads ? 0x53c : 0x54c] == count)
    #expect(sensor.log.count == Int(count) + 2)
  }
}
