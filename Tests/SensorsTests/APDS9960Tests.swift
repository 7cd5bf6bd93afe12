import Sensors
import Simulation
import Testing
import Units

@Suite struct APDS9960Tests {
  private func bench(
    _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
  ) -> Bench { Bench(part: "APDS9960", address: 0x39, pins: ["INT": "INT1"], values) }

  @Test func `it names itself and stands still until it is switched on`() {
    let bench = bench()
    #expect(bench.byte(0x92) == 0xab)
    #expect(bench.byte(0x80) == 0x00)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == 0)
    #expect(bench.int1.level)
  }

  @Test(
    arguments: [(0xf6, 2, 1.0), (0xf6, 3, 4), (0xfb, 2, 0.5), (0xf6, 0, 0.0625)]
      as [(UInt8, UInt8, Double)])
  func `light counts by gain and integration time`(time: UInt8, gain: UInt8, factor: Double) {
    let bench = bench { quantity, _ in
      quantity == .light ? .values([20, 10, 5, 2.5]) : .absent
    }
    bench.write(0x81, time)
    bench.write(0x8f, gain)
    bench.write(0x80, 0x03)
    let conversion = Interval.microseconds(2_780 * Int64(256 - Int(time)))
    bench.advance(.microseconds(5_700) + conversion - Interval(picoseconds: 1))
    #expect(bench.byte(0x93) & 1 == 0)
    bench.advance(Interval(picoseconds: 1))
    #expect(bench.byte(0x93) & 1 == 1)
    let counts = bench.words(0x94, 4)
    #expect(counts == [20, 10, 5, 2.5].map { Int16(($0 * 23.6 * factor).rounded()) })
    #expect(bench.byte(0x93) & 1 == 0)
    #expect(bench.track.read == 1)
  }

  @Test func `light saturates at what its time allows`() {
    let bench = bench { quantity, _ in quantity == .light ? .values([9e9, 0, -5, .nan]) : .absent }
    bench.write(0x80, 0x03)
    bench.advance(.milliseconds(10))
    #expect(bench.words(0x94, 4) == [1_025, 0, 0, 0])
  }

  @Test func `proximity crosses a threshold and pulls INT low until it is cleared`() {
    let bench = bench { quantity, now in
      quantity == .proximity
        ? .values([now < Instant.zero + Interval.milliseconds(20) ? 10 : 200]) : .absent
    }
    bench.write(0x8b, 100)
    bench.write(0x8c, 0x20)
    bench.write(0x80, 0x25)
    bench.advance(.milliseconds(15))
    #expect(bench.byte(0x9c) == 10)
    #expect(bench.int1.level)
    bench.advance(.milliseconds(10))
    #expect(!bench.int1.level)
    #expect(bench.byte(0x93) & 0x22 == 0x22)
    #expect(bench.byte(0x9c) == 200)
    #expect(bench.byte(0x93) & 0x22 == 0x20)
    bench.write(0xe5, [])
    #expect(bench.int1.level)
  }

  @Test func `gestures fill the FIFO and each dataset is read once`() {
    let bench = bench { quantity, now in
      guard quantity == .gesture else { return .absent }
      let step = Double(now.picoseconds / 1_000_000_000)
      return .values([step, 255 - step, 300, -1])
    }
    bench.write(0xa2, 0x40)
    bench.write(0xab, 0x03)
    bench.write(0x80, 0x41)
    bench.advance(.milliseconds(11))
    #expect(bench.byte(0xae) == 3)
    #expect(bench.byte(0xaf) == 0)
    bench.advance(.milliseconds(1))
    #expect(bench.byte(0xae) == 4)
    #expect(bench.byte(0xaf) == 1)
    #expect(!bench.int1.level)
    let bytes = bench.bytes(0xfc, 16)
    #expect(Array(bytes.prefix(4)) == [7, 248, 255, 0])
    #expect(Array(bytes.suffix(4)) == [11, 244, 255, 0])
    #expect(bench.int1.level)
    #expect(bench.track.read == 4)
    bench.advance(.milliseconds(100))
    #expect(bench.byte(0xae) == 32)
    #expect(bench.byte(0xaf) == 3)
    #expect(bench.track.lost == bench.track.produced - 4 - 32)
  }

  @Test func `a gesture begins when something comes near and ends when all goes quiet`() {
    let bench = bench { quantity, now in
      let isNear = now < Instant.zero + Interval.milliseconds(30)
      return switch quantity {
      case .proximity: .values([isNear ? 90 : 0])
      case .gesture: .values(isNear ? [50, 60, 70, 80] : [1, 2, 3, 4])
      default: .absent
      }
    }
    bench.write(0xa0, 40, 30, 0x41)
    bench.write(0xab, 0x02)
    bench.write(0x80, 0x45)
    bench.advance(.milliseconds(20))
    #expect(bench.byte(0xab) & 1 == 1)
    bench.advance(.milliseconds(30))
    #expect(bench.byte(0xab) & 1 == 0)
    #expect(!bench.int1.level)
    let produced = bench.byte(0xae)
    bench.advance(.milliseconds(50))
    #expect(bench.byte(0xae) == produced)
  }
}
