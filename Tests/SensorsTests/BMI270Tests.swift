import Sensors
import Simulation
import Testing
import Units

private func bench(
  hasPowerPin: Bool = false,
  _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
) -> Bench {
  Bench(
    part: "BMI270", address: 0x68, pins: ["INT1": "INT1", "INT2": "INT2"],
    hasPowerPin: hasPowerPin, values)
}

/// As Bosch's driver does: in bursts of `chunk` bytes, each at its word address.
private func upload(_ bench: Bench, count: Int = 8_192, chunk: Int = 32) {
  bench.write(0x7c, 0x00)
  bench.write(0x59, 0x00)
  for first in stride(from: 0, to: count, by: chunk) {
    let word = first / 2
    bench.write(0x5b, UInt8(word & 0x0f), UInt8(word >> 4))
    bench.write(0x5e, (first..<min(first + chunk, count)).map { UInt8(truncatingIfNeeded: $0) })
  }
  bench.write(0x59, 0x01)
  bench.advance(.milliseconds(20))
}

@Suite struct BMI270Tests {
  @Test func `it names itself and says that it was powered on`() {
    let bench = bench()
    #expect(bench.byte(0x00) == 0x24)
    #expect(bench.byte(0x1b) == 0x01)
    #expect(bench.byte(0x1b) == 0x00)
    #expect(bench.byte(0x21) == 0x00)
    #expect(bench.bytes(0x40, 4) == [0xa8, 0x02, 0xa9, 0x00])
  }

  @Test(arguments: [2, 30, 32, 256, 8_192])
  func `the whole configuration makes it ready`(chunk: Int) {
    let bench = bench()
    upload(bench, chunk: chunk)
    #expect(bench.byte(0x21) == 0x01)
  }

  @Test func `a configuration that lacks two bytes is an error, and a second one may follow`() {
    let bench = bench()
    upload(bench, count: 8_190)
    #expect(bench.byte(0x21) == 0x02)
    bench.write(0x7d, 0x0e)
    bench.advance(.milliseconds(100))
    #expect(bench.track.produced == 0)
    upload(bench)
    #expect(bench.byte(0x21) == 0x01)
  }

  @Test func `it is not ready one tick before its time`() {
    let bench = bench()
    bench.write(0x59, 0x00)
    bench.write(0x5e, [UInt8](repeating: 0, count: 8_192))
    bench.write(0x59, 0x01)
    bench.advance(Interval(picoseconds: 20_000_000_000 - 1))
    #expect(bench.byte(0x21) == 0x00)
    bench.advance(Interval(picoseconds: 1))
    #expect(bench.byte(0x21) == 0x01)
  }

  @Test(arguments: 0..<4) func `the accelerometer counts by its range`(range: Int) {
    let bench = bench { quantity, _ in
      quantity == .acceleration ? .values([0.5, -0.25, 1]) : .absent
    }
    upload(bench)
    bench.write(0x40, 0xa8, UInt8(range))
    bench.write(0x7d, 0x04)
    bench.advance(.milliseconds(10))
    let unit = 16_384 >> range
    #expect(bench.words(0x0c, 3).map(Int.init) == [unit / 2, -unit / 4, unit])
  }

  @Test(arguments: 0..<5) func `the gyroscope counts by its range`(range: Int) {
    let bench = bench { quantity, _ in
      quantity == .angularRate ? .values([62.5, -31.25, 5_000]) : .absent
    }
    upload(bench)
    bench.write(0x42, 0xa9, UInt8(range))
    bench.write(0x7d, 0x02)
    bench.advance(.milliseconds(10))
    #expect(bench.words(0x12, 3).map(Int.init) == [1_024 << range, -512 << range, 32_767])
  }

  @Test func `samples stand at multiples of the sensor time`() {
    let bench = bench()
    upload(bench)
    bench.advance(.milliseconds(3))
    bench.write(0x40, 0xa8)
    bench.write(0x42, 0xa9)
    bench.write(0x7d, 0x0e)
    bench.advance(.milliseconds(20))
    // 200 Hz of the gyroscope, every other with the accelerometer, from power-on: 25, 30, 35, 40 ms.
    #expect(bench.dataReady == [25, 30, 35, 40].map { Instant.zero + .milliseconds($0) })
    bench.advance(to: .zero + .milliseconds(50))
    let time = bench.bytes(0x18, 3)
    #expect(Int(time[0]) | Int(time[1]) << 8 | Int(time[2]) << 16 == 1_280)
  }

  @Test func `status bits fall with the data, interrupt bits with their own register`() {
    let bench = bench()
    upload(bench)
    bench.write(0x42, 0xa8)
    bench.write(0x7d, 0x06)
    bench.advance(.milliseconds(10))
    #expect(bench.byte(0x03) == 0xd0)
    #expect(bench.byte(0x1d) == 0xc0)
    #expect(bench.byte(0x1d) == 0x00)
    #expect(bench.byte(0x03) == 0xd0)
    _ = bench.bytes(0x0c, 6)
    #expect(bench.byte(0x03) == 0x50)
    _ = bench.bytes(0x12, 6)
    #expect(bench.byte(0x03) == 0x10)
    #expect(bench.track.read == 1)
    _ = bench.bytes(0x0c, 12)
    #expect(bench.track.duplicate == 1)
    bench.advance(.milliseconds(30))
    #expect(bench.track.lost == 2)
    #expect(bench.track.produced == 4)
  }

  @Test func `data ready makes an edge on INT1 with each sample`() {
    let bench = bench()
    var edges: [Instant] = []
    bench.int1.observe { if $0 { edges.append(bench.scheduler.now) } }
    upload(bench)
    bench.write(0x53, 0x0a)
    bench.write(0x58, 0x04)
    bench.write(0x7d, 0x04)
    bench.advance(.milliseconds(25))
    #expect(edges == [30, 40].map { Instant.zero + .milliseconds($0) })
    #expect(bench.int1.level)
    _ = bench.bytes(0x0c, 6)
    #expect(!bench.int1.level)
    #expect(!bench.int2.isDriven)
  }

  @Test func `a latched interrupt stays until it is read, active low where asked`() {
    let bench = bench()
    upload(bench)
    bench.write(0x54, 0x08)
    bench.write(0x58, 0x40)
    bench.write(0x55, 0x01)
    #expect(bench.int2.level)
    bench.write(0x7d, 0x04)
    bench.advance(.milliseconds(10))
    #expect(!bench.int2.level)
    _ = bench.bytes(0x0c, 6)
    #expect(!bench.int2.level)
    _ = bench.byte(0x1d)
    #expect(bench.int2.level)
  }

  @Test func `a soft reset forgets the configuration`() {
    let bench = bench()
    upload(bench)
    bench.write(0x7d, 0x04)
    bench.write(0x7e, 0xb6)
    #expect(bench.byte(0x21) == 0)
    #expect(bench.byte(0x7d) == 0)
    bench.advance(.milliseconds(50))
    #expect(bench.track.produced == 0)
  }

  @Test func `without supply it does not answer`() {
    let bench = bench(hasPowerPin: true)
    #expect(!bench.target.start(.write))
    bench.powerPin?.drive("test", true)
    #expect(bench.byte(0x00) == 0x24)
  }

  @Test(arguments: 0..<200) func `any traffic leaves the counts consistent`(seed: Int) {
    var random = SeededGenerator(seed: 2_000 + seed)
    let bench = bench(hasPowerPin: true) { _, instant in
      .values([Double(instant.picoseconds), -.greatestFiniteMagnitude, .nan])
    }
    bench.powerPin?.drive("test", true)
    upload(bench, chunk: 8_192)
    bench.write(0x7d, 0x0e)
    for _ in 0..<1_000 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: _ = bench.target.start(.write)
      case 1: _ = bench.target.start(.read)
      case 2: _ = bench.target.receive(UInt8.random(in: 0...255, using: &random))
      case 3...4: _ = bench.target.transmit()
      case 5: bench.advance(.microseconds(Int64.random(in: 0..<20_000, using: &random)))
      default:
        let register = UInt8.random(in: 0...0x7d, using: &random)
        bench.write(register, UInt8.random(in: 0...255, using: &random))
      }
    }
    #expect(bench.track.read + bench.track.lost <= bench.track.produced)
    #expect(bench.dataReady.count == bench.track.produced)
  }
}
