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
    bench.write(0x7c, 0)
    bench.write(0x59, 0)
    for word in 0..<4_096 {
      bench.write(0x5b, UInt8(word & 0x0f), UInt8(word >> 4))
      bench.write(0x5e, 0, 0)
    }
    bench.write(0x59, 1)
    bench.advance(.milliseconds(20))
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
}
