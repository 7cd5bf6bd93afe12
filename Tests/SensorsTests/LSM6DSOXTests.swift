import Simulation
import Testing
import Units

@testable import Sensors

@Suite struct LSM6DSOXTests {
  static let rates: [Hertz] = [
    Hertz(25, per: 2), Hertz(26), Hertz(52), Hertz(104), Hertz(208), Hertz(417), Hertz(833),
    Hertz(1_667), Hertz(3_333), Hertz(6_667),
  ]

  private func bench(
    _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
  ) -> Bench {
    Bench(part: "LSM6DSOX", address: 0x6a, pins: ["INT1": "INT1", "INT2": "INT2"], values)
  }

  /// The recording in physical units by the sensitivities of +-4 g and +-500 dps.
  private func recorded(_ recording: RecordedCounts) -> Bench {
    bench { quantity, instant in
      let row = recording.row(at: instant)
      switch quantity {
      case .angularRate: return .values(row[0..<3].map { Double($0) * 0.0175 })
      case .acceleration: return .values(row[3..<6].map { Double($0) * 0.000122 })
      default: return .absent
      }
    }
  }

  @Test func `it names itself, and registers hold what data sheet and driver say`() {
    let bench = bench()
    #expect(bench.byte(0x0f) == 0x6c)
    #expect(bench.byte(0x12) == 0x04)
    #expect(bench.byte(0x18) == 0xe0)
    bench.write(0x10, 0x48)
    #expect(bench.byte(0x10) == 0x48)
    bench.write(0x12, 0x01)
    #expect(bench.byte(0x10) == 0)
  }

  @Test(arguments: 1...10)
  func `each rate reads a recording back bit for bit, at its instants`(code: Int) {
    let rate = Self.rates[code - 1]
    let recording = RecordedCounts(seed: code, axes: 6, rate: rate, count: 40)
    let bench = recorded(recording)
    bench.write(0x0d, 0x03)
    bench.write(0x10, UInt8(code << 4 | 0x08))
    bench.write(0x11, UInt8(code << 4 | 0x04))
    let clock = ClockDomain(frequency: rate)
    for (index, row) in recording.rows.enumerated() {
      let instant = clock.instant(ofTick: UInt64(index + 1))
      bench.advance(to: instant - Interval(picoseconds: 1))
      #expect(!bench.int1.level)
      bench.advance(to: instant)
      #expect(bench.int1.level)
      #expect(bench.dataReady.last == instant)
      #expect(bench.byte(0x1e) & 3 == 3)
      #expect(bench.words(0x22, 6) == row)
      #expect(bench.byte(0x1e) & 3 == 0)
    }
    #expect(bench.track.produced == 40)
    #expect(bench.track.read == 40)
    #expect(bench.track.lost == 0)
  }

  @Test func `the slower die takes every second or fourth sample of the faster`() {
    let bench = bench()
    bench.write(0x10, 0x40)
    bench.write(0x11, 0x60)
    var accelerometer = 0
    let clock = ClockDomain(frequency: Hertz(417))
    for tick in 1...417 {
      bench.advance(to: clock.instant(ofTick: UInt64(tick)))
      if bench.byte(0x1e) & 1 != 0 { accelerometer += 1 }
      _ = bench.words(0x22, 6)
    }
    #expect(accelerometer == 104)
  }

  @Test func `the FIFO gives the recording back by tags, and its watermark raises INT2`() {
    let recording = RecordedCounts(seed: 77, axes: 6, rate: Hertz(104), count: 20)
    let bench = recorded(recording)
    bench.write(0x07, 40)
    bench.write(0x09, 0x44)
    bench.write(0x0a, 0x06)
    bench.write(0x0e, 0x08)
    bench.write(0x10, 0x48)
    bench.write(0x11, 0x44)
    bench.advance(to: ClockDomain(frequency: Hertz(104)).instant(ofTick: 20) - .nanoseconds(1))
    #expect(!bench.int2.level)
    bench.advance(.nanoseconds(1))
    #expect(bench.int2.level)
    #expect(bench.bytes(0x3a, 2) == [40, 0x80])
    let bytes = bench.bytes(0x78, 7 * 40)
    for (index, row) in recording.rows.enumerated() {
      for (die, tag) in [(0, UInt8(1)), (1, 2)] {
        let word = Array(bytes[(2 * index + die) * 7..<(2 * index + die + 1) * 7])
        #expect(word[0] >> 3 == tag)
        #expect(word[0] >> 1 & 3 == UInt8(index + 1) & 3)
        #expect(word[0].nonzeroBitCount & 1 == 0)
        let values = (0..<3).map {
          Int16(bitPattern: UInt16(word[1 + 2 * $0]) | UInt16(word[2 + 2 * $0]) << 8)
        }
        #expect(values == Array(row[3 * die..<3 * die + 3]))
      }
    }
    #expect(!bench.int2.level)
    #expect(bench.bytes(0x3a, 2) == [0, 0])
    #expect(bench.track.read == 20)
  }

  @Test func `a FIFO that is not read loses the oldest, or in FIFO mode the newest`() {
    for (mode, first) in [(UInt8(6), 89), (1, 1)] {
      let bench = bench { quantity, instant in
        let tick = ClockDomain(frequency: Hertz(104)).ticks(at: instant)
        return quantity == .acceleration ? .values([Double(tick) * 0.000_061, 0, 0]) : .absent
      }
      bench.write(0x09, 0x04)
      bench.write(0x0a, mode)
      bench.write(0x0d, 0x10)
      bench.write(0x10, 0x40)
      bench.advance(to: ClockDomain(frequency: Hertz(104)).instant(ofTick: 600))
      #expect(bench.int1.level)
      #expect(bench.bytes(0x3a, 2) == [0, 0x6a])
      #expect(bench.bytes(0x3b, 1)[0] & 0x08 == 0)
      #expect(bench.track.lost == 88)
      #expect(bench.words(0x79, 1) == [Int16(first)])
    }
  }

  @Test func `temperature and timestamps go into the FIFO at their own pace`() {
    let bench = bench { quantity, _ in quantity == .temperature ? .values([31.5]) : .absent }
    bench.write(0x19, 0x20)
    bench.write(0x09, 0x04)
    bench.write(0x0a, 0x06 | 0x30 | 0x40)
    bench.write(0x10, 0x40)
    bench.advance(.seconds(1))
    let count = Int(bench.byte(0x3a)) | Int(bench.byte(0x3b) & 3) << 8
    #expect(count == 104 + 52 + 104)
    var times: [UInt32] = []
    for _ in 0..<count {
      let word = bench.bytes(0x78, 7)
      if word[0] >> 3 == 3 { #expect(word[1...2] == [0x80, 0x06]) }
      if word[0] >> 3 == 4 {
        times.append(word[1...4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
      }
    }
    #expect(times.count == 104)
    #expect(times.last == 40_000)
    #expect(zip(times, times.dropFirst()).allSatisfy { (384...385).contains($1 - $0) })
  }

  @Test func `batching slower than sampling keeps every fourth sample`() {
    let bench = bench()
    bench.write(0x09, 0x02)
    bench.write(0x0a, 0x06)
    bench.write(0x0b, 0x00, 0x05)
    bench.write(0x0d, 0x40)
    bench.write(0x10, 0x40)
    bench.advance(to: ClockDomain(frequency: Hertz(104)).instant(ofTick: 19))
    #expect(bench.byte(0x3a) == 4)
    #expect(!bench.int1.level)
    bench.advance(to: ClockDomain(frequency: Hertz(104)).instant(ofTick: 20))
    #expect(bench.int1.level)
    #expect(bench.byte(0x3b) & 0x10 != 0)
    #expect(!bench.int1.level)
  }

  @Test func `self-test moves the output by what the data sheet allows`() {
    let bench = bench()
    bench.write(0x10, 0x48)
    bench.write(0x11, 0x4c)
    bench.advance(.milliseconds(20))
    let rest = bench.words(0x22, 6)
    bench.write(0x14, 0x05)
    bench.advance(.milliseconds(20))
    let positive = bench.words(0x22, 6)
    bench.write(0x14, 0x0e)
    bench.advance(.milliseconds(20))
    let negative = bench.words(0x22, 6)
    for axis in 0..<6 {
      let (up, down) = (positive[axis] - rest[axis], rest[axis] - negative[axis])
      #expect(abs(up - down) <= 1)
      let counts = axis < 3 ? (150 / 0.07, 700 / 0.07) : (50 / 0.122, 1_700 / 0.122)
      #expect(Double(up) > counts.0 && Double(up) < counts.1)
    }
  }

  @Test func `pulses of data-ready last 75 us, whether it is read or not`() {
    let bench = bench()
    bench.write(0x0b, 0x80)
    bench.write(0x0d, 0x01)
    bench.write(0x10, 0x40)
    bench.advance(to: bench.scheduler.next)
    #expect(bench.int1.level)
    bench.advance(.microseconds(74))
    #expect(bench.int1.level)
    bench.advance(.microseconds(1))
    #expect(!bench.int1.level)
    #expect(bench.byte(0x1e) & 1 == 1)
  }

  @Test func `by SPI the same registers answer, and reads have the top bit`() {
    let fabric = Fabric(scheduler: Scheduler(), memory: NoMemory())
    let select = fabric.pins["PE3"]
    let context = SensorContext(
      name: "imu", bus: "SPI1", select: select, stimulus: nil,
      track: SensorTrack(sensor: "imu", scheduler: fabric.scheduler), fabric: fabric)
    let sensor = LSM6DSOX(context)
    func transfer(_ bytes: [UInt8]) -> [UInt8] {
      select.drive("chip", false)
      defer { select.drive("chip", true) }
      return bytes.map { fabric.spi("SPI1").exchange($0) ?? 0xee }
    }
    select.drive("chip", true)
    #expect(transfer([0x8f, 0])[1] == 0x6c)
    _ = transfer([0x10, 0x40])
    fabric.scheduler.advance(to: .zero + .milliseconds(10))
    let answer = transfer([0xac, 0, 0])
    let counts = Int16(bitPattern: UInt16(answer[1]) | UInt16(answer[2]) << 8)
    #expect(counts == 16_393)
    #expect(fabric.i2c("SPI1").target(at: 0x6a) == nil)
    _ = sensor
  }
}
