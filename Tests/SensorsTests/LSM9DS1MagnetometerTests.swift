import Sensors
import Simulation
import Testing
import Units

private func bench(
  hasPowerPin: Bool = false,
  _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
) -> Bench {
  let bench = Bench(
    addresses: ["accelerometer-gyroscope": 0x6b, "magnetometer": 0x1e],
    pins: ["DRDY_M": "INT1"], hasPowerPin: hasPowerPin, values)
  bench.address = 0x1e
  return bench
}

@Suite struct LSM9DS1MagnetometerTests {
  @Test func `each die names itself at its own address`() {
    let bench = bench()
    #expect(bench.byte(0x0f) == 0x3d)
    bench.address = 0x6b
    #expect(bench.byte(0x0f) == 0x68)
  }

  @Test func `without an address there is no second die`() {
    let bench = Bench()
    #expect(bench.fabric.i2c("TWIM0").target(at: 0x1e) == nil)
  }

  @Test(
    arguments: [
      (UInt8(0), 1_600_000), (1, 800_000), (2, 400_000), (3, 200_000), (4, 100_000), (5, 50_000),
      (6, 25_000), (7, 12_500),
    ] as [(UInt8, Int64)])
  func `the first sample stands one period after continuous mode`(code: UInt8, period: Int64) {
    let bench = bench()
    bench.write(0x20, code << 2)
    bench.write(0x22, 0x00)
    bench.advance(Interval(picoseconds: period * 1_000_000 - 1))
    #expect(bench.byte(0x27) == 0x00)
    bench.advance(Interval(picoseconds: 1))
    #expect(bench.byte(0x27) == 0x0f)
  }

  @Test(arguments: [(UInt8(0x00), 14), (0x20, 29), (0x40, 43), (0x60, 58)] as [(UInt8, Int)])
  func `counts are gauss by the sensitivity of the full scale`(code: UInt8, milligauss: Int) {
    let bench = bench { quantity, _ in
      // 100 counts, -50 counts, and beyond any scale, in microtesla.
      quantity == .magneticField
        ? .values([Double(milligauss) / 10, Double(-milligauss) / 20, 1e9])
        : .absent
    }
    bench.write(0x21, code)
    bench.write(0x22, 0x00)
    bench.advance(.milliseconds(100))
    #expect(bench.words(0xa8, 3) == [100, -50, 32_767])
  }

  @Test func `bursts step on only when the sub-address says so`() {
    let bench = bench()
    #expect(bench.bytes(0x0f, 3) == [0x3d, 0x3d, 0x3d])
    #expect(bench.bytes(0x8f, 3) == [0x3d, 0x00, 0x00])
  }

  @Test func `offsets are taken away`() {
    let bench = bench { _, _ in .values([1.4, 1.4, 1.4]) }
    bench.write(0x85, 0x10, 0x00, 0xf0, 0xff, 0x64, 0x00)
    bench.write(0x22, 0x00)
    bench.advance(.milliseconds(100))
    #expect(bench.words(0xa8, 3) == [84, 116, 0])
  }

  @Test func `reading the high bytes clears the status, and an unread sample is overrun`() {
    let bench = bench()
    bench.write(0x22, 0x00)
    bench.advance(.milliseconds(200))
    #expect(bench.byte(0x27) == 0xff)
    #expect(bench.int1.level)
    _ = bench.byte(0x29)
    #expect(bench.byte(0x27) == 0xee)
    _ = bench.byte(0x2b)
    _ = bench.byte(0x2d)
    #expect(bench.byte(0x27) == 0x00)
    #expect(!bench.int1.level)
  }

  @Test func `single mode makes one sample and powers down`() {
    let bench = bench()
    bench.write(0x22, 0x01)
    bench.advance(.milliseconds(100))
    #expect(bench.byte(0x27) == 0x0f)
    #expect(bench.byte(0x22) & 3 == 3)
    _ = bench.bytes(0xa8, 6)
    bench.advance(.milliseconds(500))
    #expect(bench.byte(0x27) == 0x00)
  }

  @Test func `a reset of one die leaves the other alone`() {
    let bench = bench()
    bench.write(0x20, 0x1c)
    bench.address = 0x6b
    bench.write(0x10, 0x60)
    bench.write(0x22, 0x05)
    #expect(bench.byte(0x10) == 0x00)
    bench.address = 0x1e
    #expect(bench.byte(0x20) == 0x1c)
    bench.write(0x21, 0x04)
    #expect(bench.byte(0x20) == 0x10)
  }

  @Test func `its samples are not those of the inertial die`() {
    let bench = bench()
    bench.write(0x22, 0x00)
    bench.advance(.milliseconds(500))
    _ = bench.bytes(0xa8, 6)
    #expect(bench.track.produced == 0)
    #expect(bench.track.read == 0)
  }

  @Test func `without supply neither answers`() {
    let bench = bench(hasPowerPin: true)
    #expect(!bench.target.start(.write))
    #expect(!bench.int1.isDriven)
  }
}
