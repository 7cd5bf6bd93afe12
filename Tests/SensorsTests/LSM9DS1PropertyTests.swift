import Sensors
import Simulation
import Testing
import Units

/// What the data registers, the FIFO and the counts should be, kept by one who only counts: samples of
/// an accelerometer alone, each X equal to its number, read whole or by single bytes.
private struct Ledger {
  var number = 0
  var fifo: [(number: Int, touched: Bool)] = []
  var shown: (number: Int, touched: Bool, isRead: Bool) = (0, true, true)
  /// What is shown is no sample, or one that was already counted as lost.
  var isVoid = true
  var usesFIFO = false
  var produced = 0
  var read = 0
  var lost = 0
  var duplicate = 0
  var isReady = false

  mutating func sample() {
    number += 1
    produced += 1
    isReady = true
    guard usesFIFO else {
      if !shown.touched { lost += 1 }
      shown = (number, false, false)
      isVoid = false
      return
    }
    if !shown.touched {
      lost += 1
      isVoid = true
    }
    shown.touched = true
    if fifo.count == 32 {
      if !fifo.removeFirst().touched { lost += 1 }
    }
    fifo.append((number, false))
  }

  /// A burst of all six bytes; X.
  mutating func readWhole() -> Int {
    isReady = false
    if !fifo.isEmpty {
      let slot = fifo.removeFirst()
      read += 1
      shown = (slot.number, true, true)
      isVoid = false
      return slot.number
    }
    if isVoid { return shown.number }
    if shown.isRead { duplicate += 1 } else { read += 1 }
    shown.touched = true
    shown.isRead = true
    return shown.number
  }

  /// The low byte of X.
  mutating func peek() -> Int {
    if !fifo.isEmpty {
      fifo[0].touched = true
      return fifo[0].number
    }
    shown.touched = true
    return shown.number
  }

  mutating func bypass() {
    usesFIFO = false
    fifo = []
  }
}

@Suite struct LSM9DS1PropertyTests {
  @Test(arguments: 0..<200) func agreesWithALedgerUnderRandomTraffic(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let clock = ClockDomain(frequency: Hertz(476), start: .zero)
    let bench = Bench { quantity, instant in
      quantity == .acceleration
        ? .values([Double(clock.ticks(at: instant)) * 0.000061, 0, 1]) : .absent
    }
    bench.write(0x20, 0xa0)
    var ledger = Ledger()
    for _ in 0..<300 {
      switch Int.random(in: 0..<12, using: &random) {
      case 0...4:
        let isLong = Int.random(in: 0..<100, using: &random) == 0
        let longest: Int64 = isLong ? 100_000_000 : 3_000_000
        bench.advance(.nanoseconds(Int64.random(in: 0..<longest, using: &random)))
        while ledger.number < clock.ticks(at: bench.scheduler.now) { ledger.sample() }
      case 5...7: #expect(Int(bench.words(0x28, 3)[0]) == ledger.readWhole())
      case 8: #expect(bench.byte(0x28) == UInt8(truncatingIfNeeded: ledger.peek()))
      case 9: #expect(bench.byte(0x17) & 1 == (ledger.isReady ? 1 : 0))
      case 10: #expect(Int(bench.byte(0x2f) & 0x3f) == ledger.fifo.count)
      default:
        if ledger.usesFIFO {
          ledger.bypass()
          bench.write(0x2e, 0)
        } else {
          ledger.usesFIFO = true
          bench.write(0x23, 0x02)
          bench.write(0x2e, 0xc0)
        }
      }
      #expect(bench.track.produced == ledger.produced)
      #expect(bench.track.read == ledger.read)
      #expect(bench.track.lost == ledger.lost)
      #expect(bench.track.duplicate == ledger.duplicate)
    }
  }

  /// Any traffic at all: nothing traps, and no sample is counted twice.
  @Test(arguments: 0..<200) func survivesAnyTraffic(seed: Int) {
    var random = SeededGenerator(seed: 1_000 + seed)
    let bench = Bench(hasPowerPin: true) { _, instant in
      .values([Double(instant.picoseconds), -.greatestFiniteMagnitude, .nan])
    }
    bench.powerPin?.drive("test", true)
    for _ in 0..<2_000 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: _ = bench.target.start(.write)
      case 1: _ = bench.target.start(.read)
      case 2...3: _ = bench.target.receive(UInt8.random(in: 0...255, using: &random))
      case 4...5: _ = bench.target.transmit()
      case 6: bench.advance(.microseconds(Int64.random(in: 0..<20_000, using: &random)))
      default:
        let values = (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
        bench.write([0x10, 0x20, 0x23, 0x2e].randomElement(using: &random) ?? 0, values[0])
        if values[1] < 8 { bench.powerPin?.drive("test", values[2] & 1 == 0) }
        if values[3] < 8 { bench.sensor.reset() }
        bench.powerPin?.drive("test", true)
      }
    }
    #expect(bench.track.read + bench.track.lost <= bench.track.produced)
    #expect(bench.dataReady.count == bench.track.produced)
    #expect(bench.read.count == bench.track.read)
  }
}
