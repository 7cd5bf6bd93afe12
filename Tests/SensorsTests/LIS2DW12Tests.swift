import Sensors
import Simulation
import Testing
import Units

@Suite struct LIS2DW12Tests {
  static let rates = [
    Hertz(25, per: 2), Hertz(25, per: 2), Hertz(25), Hertz(50), Hertz(100), Hertz(200), Hertz(400),
    Hertz(800), Hertz(1_600),
  ]

  private func bench(
    _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
  ) -> Bench {
    Bench(part: "LIS2DW12", address: 0x19, pins: ["INT1": "INT1", "INT2": "INT2"], values)
  }

  private func recorded(_ recording: RecordedCounts) -> Bench {
    bench { quantity, instant in
      quantity == .acceleration
        ? .values(recording.row(at: instant).map { Double($0) * 0.000_061 }) : .absent
    }
  }

  @Test func `it names itself`() { #expect(bench().byte(0x0f) == 0x44) }

  @Test(arguments: 1...9, [false, true])
  func `each rate reads a recording back bit for bit, at its instants`(code: Int, isFine: Bool) {
    // In low-power mode the rates end at 200 Hz and begin at 1.6 Hz.
    let slow = [Hertz(8, per: 5)] + Self.rates[1...5] + Array(repeating: Hertz(200), count: 3)
    let rate = isFine ? Self.rates[code - 1] : slow[code - 1]
    let recording = RecordedCounts(
      seed: code, axes: 3, rate: rate, count: 20, step: isFine ? 4 : 16)
    let bench = recorded(recording)
    bench.write(0x23, 0x01)
    bench.write(0x20, UInt8(code << 4) | (isFine ? 0x04 : 0))
    let clock = ClockDomain(frequency: rate)
    for (index, row) in recording.rows.enumerated() {
      let instant = clock.instant(ofTick: UInt64(index + 1))
      bench.advance(to: instant - Interval(picoseconds: 1))
      #expect(!bench.int1.level)
      bench.advance(to: instant)
      #expect(bench.int1.level)
      #expect(bench.byte(0x27) & 1 == 1)
      #expect(bench.words(0x28, 3) == row)
      #expect(bench.byte(0x27) & 1 == 0)
    }
    #expect(bench.track.read == 20)
    #expect(bench.track.lost == 0)
  }

  @Test func `one burst empties the FIFO, whose threshold raises INT1`() {
    let recording = RecordedCounts(seed: 5, axes: 3, rate: Hertz(100), count: 25, step: 4)
    let bench = recorded(recording)
    bench.write(0x2e, 0xc0 | 25)
    bench.write(0x23, 0x02)
    bench.write(0x20, 0x54)
    bench.advance(to: .zero + .milliseconds(249))
    #expect(!bench.int1.level)
    bench.advance(to: .zero + .milliseconds(250))
    #expect(bench.int1.level)
    #expect(bench.byte(0x2f) == 0x80 | 25)
    #expect(bench.words(0x28, 75) == recording.rows.flatMap(\.self))
    #expect(bench.byte(0x2f) == 0)
    #expect(!bench.int1.level)
    #expect(bench.track.read == 25)
  }

  @Test func `a full FIFO keeps the oldest in FIFO mode and the newest in continuous mode`() {
    for (mode, first, overrun) in [(UInt8(0x20), Int16(1), UInt8(0)), (0xc0, 9, 0x40)] {
      let bench = bench { quantity, instant in
        let tick = ClockDomain(frequency: Hertz(100)).ticks(at: instant)
        return quantity == .acceleration ? .values([Double(tick) * 0.000_244, 0, 0]) : .absent
      }
      bench.write(0x2e, mode)
      bench.write(0x20, 0x54)
      bench.advance(.milliseconds(400))
      #expect(bench.byte(0x2f) == 32 | overrun)
      #expect(bench.words(0x28, 1) == [first << 2])
      #expect(bench.track.lost == 8)
    }
  }

  @Test func `a single conversion is asked for by register or by INT2`() {
    let bench = bench()
    bench.write(0x20, 0x58)
    bench.advance(.milliseconds(50))
    #expect(bench.track.produced == 0)
    bench.write(0x22, 0x03)
    #expect(bench.byte(0x22) & 1 == 1)
    bench.advance(.milliseconds(5))
    #expect(bench.byte(0x22) & 1 == 0)
    #expect(bench.track.produced == 1)
    bench.write(0x22, 0x00)
    bench.int2.drive("chip", true)
    bench.advance(.milliseconds(5))
    #expect(bench.track.produced == 2)
  }

  @Test func `temperature has eight bits, or twelve`() {
    let bench = bench { quantity, _ in .values(quantity == .temperature ? [12.25] : [0, 0, 0]) }
    bench.write(0x20, 0x54)
    bench.advance(.milliseconds(10))
    #expect(Int8(bitPattern: bench.byte(0x26)) == -13)
    #expect(bench.words(0x0d, 1) == [-204 << 4])
  }

  @Test func `self-test moves the output by what the data sheet allows`() {
    let bench = bench()
    bench.write(0x20, 0x54)
    bench.advance(.milliseconds(10))
    let rest = bench.words(0x28, 3)
    bench.write(0x22, 0x40)
    bench.advance(.milliseconds(10))
    for (moved, still) in zip(bench.words(0x28, 3), rest) {
      let milligrams = Double(moved - still) * 0.061
      #expect(milligrams > 70 && milligrams < 1_500)
    }
  }
}
