import Sensors
import Simulation
import Testing
import Units

/// A BMI270 at 100 Hz whose accelerometer counts samples: X is the number of tens of milliseconds.
private func counting(dies: UInt8 = 0x06, gyroscope: UInt8 = 0xa8) -> Bench {
  let bench = Bench(part: "BMI270", address: 0x68, pins: ["INT1": "INT1", "INT2": "INT2"]) {
    quantity, now in
    let count = Double(now.picoseconds / 10_000_000_000)
    return switch quantity {
    case .acceleration: .values([count / 8_192, -count / 8_192, 0.5])
    case .angularRate: .values([count * 2_000 / 32_768, 1_000, 0])
    default: .absent
    }
  }
  bench.write(0x7c, 0x00)
  bench.write(0x59, 0x00)
  bench.write(0x5e, [UInt8](repeating: 0, count: 8_192))
  bench.write(0x59, 0x01)
  bench.advance(.milliseconds(20))
  bench.write(0x40, 0xa8, 0x01, gyroscope, 0x00)
  bench.write(0x7d, dies)
  return bench
}

private func length(_ bench: Bench) -> Int {
  let bytes = bench.bytes(0x24, 2)
  return Int(bytes[0]) | Int(bytes[1]) << 8
}

@Suite struct BMI270FIFOTests {
  @Test func `frames with headers hold both dies, and the sensor time follows the last`() {
    let bench = counting()
    bench.write(0x48, 0x02, 0xd0)
    bench.advance(.milliseconds(20))
    #expect(length(bench) == 26)
    let bytes = bench.bytes(0x26, 32)
    #expect(bytes[0] == 0x8c)
    #expect(bytes[13] == 0x8c)
    let first = Int(bytes[1]) | Int(bytes[2]) << 8
    #expect(Array(bytes[1...6]) == [UInt8(first), 0, 0x00, 0x40, 0, 0])
    #expect(Int(bytes[7]) == first)
    #expect(Array(bytes[11...12]) == [0x00, 0x10])
    #expect(Int(bytes[14]) == first + 1)
    #expect(bytes[26] == 0x44)
    #expect(Array(bytes[30...31]) == [0x80, 0x80])
    #expect(length(bench) == 0)
    #expect(bench.track.read == 2)
    #expect(bench.track.lost == 0)
  }

  @Test func `without headers there are only the words, and beyond them 0x8000`() {
    let bench = counting(dies: 0x04)
    bench.write(0x48, 0x02, 0x40)
    bench.advance(.milliseconds(30))
    #expect(length(bench) == 18)
    let bytes = bench.bytes(0x26, 22)
    #expect(bytes[4...5] == [0x00, 0x10])
    #expect(bytes[6] == bytes[0] + 1)
    #expect(bytes[12] == bytes[0] + 2)
    #expect(bytes[18...21] == [0x00, 0x80, 0x00, 0x80])
  }

  @Test func `a frame that was read by half comes again whole`() {
    let bench = counting(dies: 0x04)
    bench.write(0x48, 0x00, 0x50)
    bench.advance(.milliseconds(20))
    let half = bench.bytes(0x26, 4)
    #expect(length(bench) == 14)
    let whole = bench.bytes(0x26, 7)
    #expect(Array(whole.prefix(4)) == half)
    #expect(length(bench) == 7)
    #expect(bench.track.read == 1)
  }

  @Test func `a full FIFO gives up its oldest frames and says how many`() {
    let bench = counting(dies: 0x04)
    bench.write(0x48, 0x00, 0x50)
    bench.advance(.milliseconds(10 * 300))
    // 292 frames of 7 bytes fit into 2048.
    #expect(length(bench) == 2_044)
    #expect(bench.track.lost == 8)
    #expect(bench.byte(0x1d) & 0x01 == 0x01)
    let bytes = bench.bytes(0x26, 3)
    #expect(bytes == [0x40, 8, 0x84])
    #expect(bench.bytes(0x26, 1) == [0x84])
  }

  @Test func `one that stops when full keeps its oldest frames`() {
    let bench = counting(dies: 0x04)
    bench.write(0x48, 0x01, 0x40)
    bench.advance(.milliseconds(10 * 345))
    #expect(length(bench) == 2_046)
    #expect(bench.track.lost == 4)
    let first = bench.bytes(0x26, 2)
    bench.advance(.milliseconds(10))
    #expect(bench.bytes(0x26, 2) == first)
  }

  @Test func `the watermark raises INT1 and reading lowers it`() {
    let bench = counting(dies: 0x04)
    bench.write(0x46, 21, 0)
    bench.write(0x48, 0x00, 0x50)
    bench.write(0x53, 0x0a)
    bench.write(0x58, 0x02)
    bench.advance(.milliseconds(20))
    #expect(!bench.int1.level)
    bench.advance(.milliseconds(10))
    #expect(bench.int1.level)
    #expect(bench.byte(0x1d) & 0x02 == 0x02)
    _ = bench.bytes(0x26, 7)
    #expect(!bench.int1.level)
  }

  @Test func `a flush empties it, and every other sample is kept when it is told so`() {
    let bench = counting(dies: 0x04)
    bench.write(0x48, 0x00, 0x50)
    bench.advance(.milliseconds(30))
    bench.write(0x7e, 0xb0)
    #expect(length(bench) == 0)
    bench.write(0x45, 0x98)
    bench.advance(.milliseconds(40))
    #expect(length(bench) == 14)
    let bytes = bench.bytes(0x26, 14)
    #expect(bytes[8] == bytes[1] + 2)
  }

  @Test func `the dies' own rates make frames of one or of both`() {
    let bench = counting(gyroscope: 0xa7)
    bench.write(0x48, 0x00, 0xd0)
    bench.advance(.milliseconds(40))
    let bytes = bench.bytes(0x26, length(bench))
    var headers: [UInt8] = []
    var index = 0
    while index < bytes.count {
      headers.append(bytes[index])
      index += bytes[index] == 0x8c ? 13 : 7
    }
    #expect(headers.count == 4)
    #expect(headers.filter { $0 == 0x8c }.count == 2)
    #expect(headers.filter { $0 == 0x84 }.count == 2)
  }
}
