import Sensors
import Simulation
import Testing
import Units

@Suite struct LSM9DS1StatusTests {
  @Test func newDataRaisesTheBitsAndHighBytesClearThem() {
    let bench = Bench()
    bench.write(0x10, 0x60)
    #expect(bench.byte(0x17) == 0)
    bench.advance(.milliseconds(9))
    #expect(bench.byte(0x17) & 3 == 3)
    #expect(bench.byte(0x27) & 3 == 3)
    _ = bench.byte(0x28)
    #expect(bench.byte(0x17) & 3 == 3)
    _ = bench.byte(0x29)
    #expect(bench.byte(0x17) & 3 == 2)
    _ = bench.bytes(0x18, 6)
    #expect(bench.byte(0x17) & 3 == 0)
  }

  @Test func blockDataUpdateHoldsAWordThatWasReadByHalf() {
    let bench = Bench { _, instant in
      instant < Instant(picoseconds: 110_000_000_000)
        ? .values([0.061 * 0.256, 0, 0]) : .values([0.061 * 0.512, 0, 0])
    }
    bench.write(0x20, 0x20)
    bench.advance(.milliseconds(100))
    #expect(bench.byte(0x28) == 0x00)
    bench.advance(.milliseconds(100))
    // Torn: the low byte of 256 and the high byte of 512.
    #expect(bench.byte(0x29) == 0x02)
    let held = Bench { _, instant in
      instant < Instant(picoseconds: 110_000_000_000)
        ? .values([0.061 * 0.256, 0, 0]) : .values([0.061 * 0.512, 0, 0])
    }
    held.write(0x22, 0x44)
    held.write(0x20, 0x20)
    held.advance(.milliseconds(100))
    #expect(held.byte(0x28) == 0x00)
    held.advance(.milliseconds(100))
    #expect(held.byte(0x29) == 0x01)
    #expect(held.byte(0x17) & 1 == 1)
    #expect(held.bytes(0x28, 2) == [0x00, 0x02])
  }

  @Test func bigEndianOrderSwapsTheBytes() {
    let bench = Bench { _, _ in .values([0.061 * 0x0102 / 1_000, 0, 0]) }
    bench.write(0x20, 0x60)
    bench.advance(.milliseconds(9))
    #expect(bench.bytes(0x28, 2) == [0x02, 0x01])
    bench.write(0x22, 0x06)
    #expect(bench.bytes(0x28, 2) == [0x01, 0x02])
  }

  @Test func dataReadyDrivesItsPinUntilTheDataAreRead() {
    let bench = Bench()
    var edges: [Bool] = []
    bench.int1.observe { edges.append($0) }
    bench.write(0x0c, 0x01)
    bench.write(0x10, 0x60)
    bench.advance(.milliseconds(9))
    #expect(edges == [true])
    _ = bench.bytes(0x18, 12)
    #expect(edges == [true, false])
    bench.advance(.milliseconds(30))
    #expect(edges == [true, false, true])
    #expect(!bench.int2.level)
  }

  @Test func pinCanBeActiveLowAndOpenDrain() {
    let bench = Bench()
    bench.int1.setPull(true)
    bench.write(0x22, 0x34)
    bench.write(0x0c, 0x01)
    bench.write(0x20, 0x60)
    #expect(bench.int1.level)
    #expect(!bench.int1.isDriven)
    bench.advance(.milliseconds(9))
    #expect(!bench.int1.level)
    _ = bench.bytes(0x28, 6)
    #expect(bench.int1.level)
  }

  @Test func sleepingGyroscopeGivesNoNewData() {
    let bench = Bench()
    bench.write(0x23, 0x40)
    bench.write(0x10, 0x60)
    bench.advance(.milliseconds(9))
    #expect(bench.byte(0x17) & 3 == 1)
    _ = bench.bytes(0x28, 6)
    #expect(bench.track.read == 1)
  }

  @Test func powerStatesFollowTheRegisters() {
    let bench = Bench(hasPowerPin: true)
    bench.advance(.milliseconds(1))
    bench.powerPin?.drive("test", true)
    bench.advance(.milliseconds(2))
    bench.write(0x20, 0x60)
    bench.advance(.milliseconds(3))
    bench.write(0x10, 0x60)
    bench.advance(.milliseconds(4))
    bench.write(0x12, 0x80)
    bench.advance(.milliseconds(5))
    bench.write(0x23, 0x40)
    bench.advance(.milliseconds(6))
    let states = bench.fabric.power.residencies().map {
      ($0.states[0].state, $0.time.picoseconds / 1_000_000_000)
    }
    #expect(
      states.map(\.0) == [
        "off", "power-down", "accelerometer", "accelerometer+gyroscope",
        "accelerometer+gyroscope-low-power-119hz", "accelerometer+gyroscope-sleep",
      ])
    #expect(states.map(\.1) == [1, 2, 3, 4, 5, 6])
  }

  @Test func withoutPowerItDoesNotAnswerAndForgets() {
    let bench = Bench(hasPowerPin: true)
    #expect(!bench.target.start(.write))
    #expect(!bench.target.receive(0x0f))
    #expect(bench.target.transmit() == 0xff)
    bench.powerPin?.drive("test", true)
    bench.write(0x0c, 0x01)
    bench.write(0x20, 0x60)
    bench.advance(.milliseconds(9))
    #expect(bench.int1.level)
    bench.powerPin?.drive("test", false)
    #expect(!bench.int1.isDriven)
    #expect(!bench.target.start(.read))
    bench.advance(.seconds(1))
    bench.powerPin?.drive("test", true)
    #expect(bench.byte(0x20) == 0)
    #expect(bench.track.produced == 1)
  }

  @Test func disabledI2CStaysSilent() {
    let bench = Bench()
    bench.write(0x23, 0x04)
    #expect(!bench.target.start(.write))
  }
}
