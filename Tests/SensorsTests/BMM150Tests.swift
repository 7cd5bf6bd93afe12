import Sensors
import Simulation
import Testing
import Units

private func bench(
  _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
) -> Bench {
  Bench(part: "BMM150", address: 0x10, pins: ["DRDY": "INT1"], values)
}

/// Bosch's compensation: what firmware makes of raw counts and trim registers, in microtesla.
private func compensated(_ bench: Bench) -> [Double] {
  let data = bench.bytes(0x42, 8).map(Int.init)
  let trim = bench.bytes(0x5d, 21).map(Int.init)
  func signed(_ value: Int, _ bits: Int) -> Double {
    Double(value >= 1 << (bits - 1) ? value - 1 << bits : value)
  }
  func word(_ address: Int) -> Int { trim[address - 0x5d] | trim[address + 1 - 0x5d] << 8 }
  let hall = Double(data[6] >> 2 | data[7] << 6)
  let ratio = Double(word(0x6c)) * 16_384 / hall - 16_384
  let bend =
    signed(trim[0x70 - 0x5d], 8) * (ratio * ratio / 268_435_456) + ratio
    * signed(trim[0x71 - 0x5d], 8) / 16_384
  func plane(_ index: Int, _ first: Int, _ second: Int) -> Double {
    let raw = signed(data[index] >> 3 | data[index + 1] << 5, 13)
    let scaled = raw * ((bend + 256) * (signed(trim[second - 0x5d], 8) + 160))
    return (scaled / 8_192 + signed(trim[first - 0x5d], 8) * 8) / 16
  }
  let raw = signed(data[4] >> 1 | data[5] << 7, 15) - signed(word(0x62), 16)
  let divisor = signed(word(0x68), 16) + Double(word(0x6a)) * hall / 32_768
  let z =
    (raw * 131_072 - signed(word(0x6e), 16) * (hall - Double(word(0x6c)))) / (divisor * 4) / 16
  return [plane(0, 0x5d, 0x64), plane(2, 0x5e, 0x65), z]
}

@Suite struct BMM150Tests {
  @Test func `suspended it shows the power register alone`() {
    let bench = bench()
    #expect(bench.byte(0x40) == 0x00)
    bench.write(0x4c, 0x00)
    bench.write(0x4b, 0x01)
    #expect(bench.bytes(0x4b, 2) == [0x01, 0x06])
    #expect(bench.byte(0x40) == 0x32)
    bench.write(0x4b, 0x00)
    #expect(bench.byte(0x40) == 0x00)
  }

  @Test(arguments: 0..<200) func `compensation gives back the field`(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let field = [
      Double.random(in: -1_279...1_279, using: &random),
      Double.random(in: -1_279...1_279, using: &random),
      Double.random(in: -2_500...2_500, using: &random),
    ]
    let bench = bench { _, _ in .values(field) }
    bench.write(0x4b, 0x01)
    bench.write(0x4c, 0x00)
    bench.advance(.milliseconds(100))
    let felt = compensated(bench)
    #expect(abs(felt[0] - field[0]) <= 0.3125 / 2)
    #expect(abs(felt[1] - field[1]) <= 0.3125 / 2)
    #expect(abs(felt[2] - field[2]) <= 0.25 / 2)
    #expect(bench.track.read == 1)
  }

  @Test func `beyond its range it gives the overflow codes`() {
    let bench = bench { _, _ in .values([2_000, -2_000, 3_000]) }
    bench.write(0x4b, 0x01)
    bench.write(0x4c, 0x00)
    bench.advance(.milliseconds(100))
    #expect(bench.bytes(0x42, 6) == [0x00, 0x80, 0x00, 0x80, 0x00, 0x80])
  }

  @Test(arguments: [10, 2, 6, 8, 15, 20, 25, 30].enumerated().map { ($0, $1) })
  func `normal mode samples at its rate`(code: Int, rate: Int) {
    let bench = bench()
    bench.write(0x4b, 0x01)
    bench.write(0x4c, UInt8(code << 3))
    bench.advance(.seconds(1))
    #expect(bench.track.produced == rate)
  }

  @Test(arguments: [(UInt8(0), UInt8(0), Int64(1_625)), (4, 14, 9_785), (23, 82, 49_295)])
  func `forced mode takes as long as its repetitions and sleeps again`(
    plane: UInt8, vertical: UInt8, microseconds: Int64
  ) {
    let bench = bench()
    bench.write(0x4b, 0x01)
    bench.write(0x51, plane, vertical)
    bench.write(0x4c, 0x02)
    bench.advance(.microseconds(microseconds - 1))
    #expect(bench.track.produced == 0)
    bench.advance(.microseconds(1))
    #expect(bench.track.produced == 1)
    #expect(bench.byte(0x4c) & 0x06 == 0x06)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == 1)
  }

  @Test func `data ready rises with a sample and falls at its first byte`() {
    let bench = bench()
    bench.write(0x4b, 0x01)
    bench.write(0x4e, 0x87)
    bench.write(0x4c, 0x00)
    #expect(!bench.int1.level)
    bench.advance(.milliseconds(100))
    #expect(bench.int1.level)
    #expect(bench.byte(0x48) & 1 == 1)
    #expect(bench.bytes(0x42, 8)[6] & 1 == 1)
    #expect(!bench.int1.level)
    #expect(bench.byte(0x48) & 1 == 0)
    bench.advance(.milliseconds(300))
    #expect(bench.track.lost == 2)
  }
}
