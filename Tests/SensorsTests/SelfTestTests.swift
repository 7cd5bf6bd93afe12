import Simulation
import Testing
import Units

/// Self-tests move the output, and end with their bits.
@Suite struct SelfTestTests {
  @Test func `the LSM9DS1's dies are moved each by its own bit`() {
    let bench = Bench()
    bench.write(0x10, 0x60)
    func sample() -> [Int16] {
      bench.advance(.milliseconds(20))
      return bench.words(0x18, 3) + bench.words(0x28, 3)
    }
    let rest = sample()
    bench.write(0x24, 0x01)
    let accelerometer = sample()
    #expect(accelerometer[0..<3] == rest[0..<3])
    #expect(zip(accelerometer[3...], rest[3...]).allSatisfy { (6_550...6_560).contains($0 - $1) })
    bench.write(0x24, 0x04)
    let gyroscope = sample()
    #expect(gyroscope[3...] == rest[3...])
    #expect(gyroscope[0..<3].allSatisfy { $0 == 11_429 })
    #expect(bench.fabric.findings.entries.isEmpty)
  }

  @Test func `the BMI270's accelerometer passes the maker's test`() {
    let bench = Bench(part: "BMI270", address: 0x68, pins: [:])
    bench.startBMI270()
    bench.write(0x40, 0xac)
    bench.write(0x41, 0x03)
    bench.write(0x7d, 0x04)
    func milligrams(_ control: UInt8) -> [Int] {
      bench.write(0x6d, control)
      bench.advance(.milliseconds(50))
      return bench.words(0x0c, 3).map { Int($0) * 16_000 / 32_768 }
    }
    // Amplitude high, sign positive, then negative.
    let difference = zip(milligrams(0x0d), milligrams(0x09)).map { $0 - $1 }
    #expect(difference[0] > 16_000)
    #expect(difference[1] < -15_000)
    #expect(difference[2] > 10_000)
    #expect(milligrams(0)[0] == 0)
  }

  @Test func `the BMI270's gyroscope passes on its trigger, once it is ready`() {
    let bench = Bench(part: "BMI270", address: 0x68, pins: [:])
    bench.write(0x7e, 0x02)
    #expect(bench.byte(0x6e) == 0)
    bench.startBMI270()
    bench.write(0x6e, 0xff)
    #expect(bench.byte(0x6e) == 0)
    bench.write(0x7e, 0x02)
    #expect(bench.byte(0x6e) == 0x0f)
    #expect(bench.fabric.findings.entries.isEmpty)
  }

  @Test func `the BMM150 tests itself asleep, and its coil moves the vertical axis`() {
    let bench = Bench(part: "BMM150", address: 0x10, pins: [:])
    bench.write(0x4b, 0x01)
    #expect(bench.byte(0x42) & 1 == 0)
    bench.write(0x4c, 0x07)
    #expect([0x42, 0x44, 0x46].map { bench.byte($0) & 1 } == [1, 1, 1])
    #expect(bench.byte(0x4c) == 0x06)
    func vertical(_ current: UInt8) -> Int {
      bench.write(0x4c, current << 6)
      bench.advance(.milliseconds(200))
      return Int(bench.words(0x46, 1)[0] >> 1)
    }
    // A count is a quarter of a microtesla; the data sheet asks for 180 to 240 of them apart.
    let (positive, negative) = (vertical(3), vertical(2))
    #expect((720...960).contains(positive - negative))
    #expect(vertical(0) * 2 == positive + negative)
    #expect(bench.fabric.findings.entries.isEmpty)
  }
}
