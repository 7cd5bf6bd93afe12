import Sensors
import Simulation
import Testing
import Units

@Suite struct HTS221Tests {
  private func bench(
    _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
  ) -> Bench { Bench(part: "HTS221", address: 0x5f, pins: ["DRDY": "INT1"], values) }

  /// As firmware does it: the straight line through the two points of calibration.
  private func line(_ x: Int16, _ points: (x: Int16, y: Double), _ end: (x: Int16, y: Double))
    -> Double
  {
    points.y + (Double(x) - Double(points.x)) * (end.y - points.y)
      / (Double(end.x) - Double(points.x))
  }

  @Test func `it names itself`() { #expect(bench().byte(0x0f) == 0xbc) }

  @Test(arguments: 0..<200) func `firmware's interpolation gives back what was felt`(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let humidity = Double.random(in: 0...100, using: &random)
    let celsius = Double.random(in: -40...120, using: &random)
    let bench = bench { quantity, _ in
      .values([quantity == .humidity ? humidity : celsius])
    }
    bench.write(0x20, 0x81)
    bench.advance(.seconds(1))
    let points = bench.bytes(0xb0, 6)
    let humidities = bench.words(0xb6, 1) + bench.words(0xba, 1)
    let temperatures = bench.words(0xbc, 2)
    let upper = Int(points[5])
    let out = bench.words(0xa8, 2)
    let percent = line(
      out[0], (humidities[0], Double(points[0]) / 2), (humidities[1], Double(points[1]) / 2))
    let degrees = line(
      out[1], (temperatures[0], Double(Int(points[2]) | (upper & 3) << 8) / 8),
      (temperatures[1], Double(Int(points[3]) | (upper & 12) << 6) / 8))
    #expect(abs(percent - humidity) <= 0.5 / 256 + 1e-9)
    #expect(abs(degrees - celsius) <= 0.5 / 64 + 1e-9)
    #expect(bench.track.read == 1)
  }

  @Test func `one shot takes its time and clears itself`() {
    let bench = bench()
    bench.write(0x20, 0x84)
    bench.write(0x21, 0x01)
    bench.advance(Interval(picoseconds: 5_000_000_000 - 1))
    #expect(bench.byte(0x21) == 0x01)
    #expect(bench.byte(0x27) == 0x00)
    bench.advance(Interval(picoseconds: 1))
    #expect(bench.byte(0x21) == 0x00)
    #expect(bench.byte(0x27) == 0x03)
    _ = bench.bytes(0xaa, 2)
    #expect(bench.byte(0x27) == 0x02)
    _ = bench.bytes(0xa8, 2)
    #expect(bench.byte(0x27) == 0x00)
    #expect(bench.track.read == 1)
    #expect(bench.track.duplicate == 0)
  }

  @Test(arguments: [(UInt8(0x81), 1), (0x82, 7), (0x83, 12)] as [(UInt8, Int)])
  func `the rate decides how many samples a second has`(control: UInt8, count: Int) {
    let bench = bench()
    bench.write(0x22, 0x04)
    bench.write(0x20, control)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == count)
    #expect(bench.track.lost == count - 1)
    #expect(bench.int1.level)
    _ = bench.bytes(0xa8, 4)
    #expect(!bench.int1.level)
  }

  @Test func `powered down it makes nothing`() {
    let bench = bench()
    bench.write(0x20, 0x03)
    bench.write(0x21, 0x01)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == 0)
    #expect(bench.byte(0x21) == 0)
  }
}

@Suite struct LPS22HBTests {
  private func bench(
    _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
  ) -> Bench { Bench(part: "LPS22HB", address: 0x5c, pins: ["INT_DRDY": "INT1"], values) }

  @Test func `it names itself`() { #expect(bench().byte(0x0f) == 0xb1) }

  @Test func `a hectopascal is 4096 counts and a degree 100`() {
    let bench = bench { quantity, _ in .values([quantity == .pressure ? 1_000.5 : -12.34]) }
    bench.write(0x10, 0x10)
    bench.advance(.seconds(1))
    #expect(bench.bytes(0x28, 5) == [0x00, 0x88, 0x3e, 0x2e, 0xfb])
    #expect(bench.track.read == 1)
  }

  @Test(arguments: [(UInt8(1), 1), (2, 10), (3, 25), (4, 50), (5, 75), (6, 0)] as [(UInt8, Int)])
  func `the rate decides how many samples a second has`(code: UInt8, count: Int) {
    let bench = bench()
    bench.write(0x10, code << 4)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == count)
  }

  @Test func `status bits rise with data, tell of overrun and fall at the highest byte`() {
    let bench = bench()
    bench.write(0x12, 0x04)
    bench.write(0x10, 0x20)
    bench.advance(.milliseconds(100))
    #expect(bench.byte(0x27) == 0x03)
    #expect(bench.int1.level)
    bench.advance(.milliseconds(100))
    #expect(bench.byte(0x27) == 0x33)
    _ = bench.bytes(0x28, 3)
    #expect(bench.byte(0x27) == 0x22)
    #expect(!bench.int1.level)
    _ = bench.bytes(0x2b, 2)
    #expect(bench.byte(0x27) == 0x00)
  }

  @Test func `one shot takes a period of the fastest rate`() {
    let bench = bench()
    bench.write(0x11, 0x11)
    bench.advance(.milliseconds(13))
    #expect(bench.byte(0x11) == 0x11)
    bench.advance(.milliseconds(1))
    #expect(bench.byte(0x11) == 0x10)
    #expect(bench.byte(0x27) == 0x03)
  }

  @Test func `block data update holds the bytes of one sample together`() {
    let bench = bench { _, instant in
      .values([instant < .zero + .milliseconds(150) ? 1 : 16])
    }
    bench.write(0x10, 0x22)
    bench.advance(.milliseconds(100))
    #expect(bench.byte(0x28) == 0x00)
    bench.advance(.milliseconds(100))
    #expect(bench.bytes(0x29, 4) == [0x10, 0x00, 0x64, 0x00])
    #expect(bench.bytes(0x28, 5) == [0x00, 0x00, 0x01, 0x40, 0x06])
  }

  @Test(arguments: [(UInt8(0x20), 1), (0x40, 9)] as [(UInt8, Int)])
  func `the buffer holds 32 samples and gives the oldest first`(mode: UInt8, oldest: Int) {
    let clock = ClockDomain(frequency: Hertz(75), start: .zero)
    let bench = bench { _, instant in .values([Double(clock.ticks(at: instant))]) }
    bench.write(0x14, mode | 20)
    bench.write(0x11, 0x50)
    bench.write(0x12, 0x10)
    bench.write(0x10, 0x50)
    bench.advance(to: clock.instant(ofTick: 19))
    #expect(bench.byte(0x26) == 19)
    #expect(!bench.int1.level)
    bench.advance(to: clock.instant(ofTick: 20))
    #expect(bench.byte(0x26) == 0x94)
    #expect(bench.int1.level)
    bench.advance(to: clock.instant(ofTick: 40))
    #expect(bench.byte(0x26) == 0xe0)
    let bytes = bench.bytes(0x28, 5 * 32)
    for slot in 0..<32 {
      let low = Int(bytes[5 * slot]) | Int(bytes[5 * slot + 1]) << 8
      let counts = low | Int(bytes[5 * slot + 2]) << 16
      #expect(counts == 4_096 * (oldest + slot))
    }
    #expect(bench.byte(0x26) == 0)
    #expect(bench.track.produced == 40)
    #expect(bench.track.read == 32)
    #expect(bench.track.lost == 8)
  }
}

@Suite struct SmallPartTrafficTests {
  @Test(arguments: [("HTS221", 0x5f), ("LPS22HB", 0x5c)] as [(String, UInt8)], 0..<100)
  func `any traffic leaves the counts consistent`(part: (String, UInt8), seed: Int) {
    var random = SeededGenerator(seed: 3_000 + seed)
    let bench = Bench(part: part.0, address: part.1, hasPowerPin: true) { _, instant in
      .values([seed & 1 == 0 ? Double(instant.picoseconds) : .nan])
    }
    bench.powerPin?.drive("test", true)
    for _ in 0..<500 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: _ = bench.target.start(.write)
      case 1: _ = bench.target.start(.read)
      case 2: _ = bench.target.receive(UInt8.random(in: 0...255, using: &random))
      case 3...4: _ = bench.target.transmit()
      case 5: bench.advance(.microseconds(Int64.random(in: 0..<200_000, using: &random)))
      default:
        let register = ([0x10, 0x11, 0x12, 0x14, 0x20, 0x21, 0x22] as [UInt8]).randomElement(
          using: &random)
        bench.write(register ?? 0, UInt8.random(in: 0...255, using: &random))
      }
    }
    #expect(bench.track.read + bench.track.lost <= bench.track.produced)
    #expect(bench.dataReady.count == bench.track.produced)
  }
}
