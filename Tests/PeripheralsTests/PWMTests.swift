import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct PWMTests {
  /// Output 0 on P0.13, a period of 1000 ticks of 16 MHz: 62.5 us.
  private func modulator(_ bench: Bench, _ values: [UInt16], refresh: UInt32 = 0) -> Device {
    _ = bench.device("nordic-gpio", "P0", base: 0x5000_0000, parameters: ["port": 0])
    let pwm = bench.device("nordic-pwm", "PWM0", base: 0x4001_c000)
    for (index, value) in values.enumerated() {
      bench.memory.bytes[2 * index] = UInt8(value & 0xff)
      bench.memory.bytes[2 * index + 1] = UInt8(value >> 8)
    }
    pwm[0x560] = 13
    pwm[0x508] = 1000
    for sequence in [UInt32(0x520), 0x540] {
      pwm[sequence] = 0x2000_0000
      pwm[sequence + 4] = UInt32(values.count)
      pwm[sequence + 8] = refresh
    }
    pwm[0x500] = 1
    return pwm
  }

  /// The instants in nanoseconds at which a pin changed, with the level.
  private func record(_ bench: Bench, _ pin: String) -> () -> [String] {
    var log: [String] = []
    bench.fabric.pins[pin].observe { level in
      log.append("\(bench.now.picoseconds / 1000)\(level ? "+" : "-")")
    }
    return { log }
  }

  @Test func theOutputIsHighForItsCompareAndTheRestLow() {
    let bench = Bench()
    let log = record(bench, "P0.13")
    let pwm = modulator(bench, [0x8000 | 250])
    pwm[0x008] = 1
    #expect(pwm[0x108] == 1)
    bench.advance(.microseconds(150))
    // 250 of 1000 ticks are 15,625 ns.
    #expect(log() == ["0+", "15625-", "62500+", "78125-", "125000+", "140625-"])
    #expect(pwm[0x110] == 1)
  }

  @Test func theOtherPolarityStartsLow() {
    let bench = Bench()
    let log = record(bench, "P0.13")
    let pwm = modulator(bench, [250])
    pwm[0x008] = 1
    bench.advance(.microseconds(70))
    #expect(log() == ["15625+", "62500-"])
  }

  @Test func countingUpAndDownCentresThePulse() {
    let bench = Bench()
    let log = record(bench, "P0.13")
    let pwm = modulator(bench, [400])
    pwm[0x504] = 1
    pwm[0x008] = 1
    bench.advance(.microseconds(125))
    #expect(log() == ["25000+", "100000-"])
  }

  @Test func valuesAreRefreshedAndTheLastGoesOn() {
    let bench = Bench()
    let pwm = modulator(bench, [0x8000, 0x83e8, 0x8000], refresh: 1)
    let log = record(bench, "P0.13")
    pwm[0x008] = 1
    // Two periods each: low, high, low; 0 and COUNTERTOP have no edges.
    #expect(bench.wait(for: pwm, 0x110) == after(.microseconds(375)))
    bench.advance(.milliseconds(1))
    #expect(log() == ["125000+", "250000-"])
    pwm[0x004] = 1
    #expect(bench.wait(for: pwm, 0x104) == after(.nanoseconds(1_437_500)))
    #expect(bench.scheduler.next == .never)
  }

  @Test func loopsAlternateBothSequencesWithTheirDelays() {
    let bench = Bench()
    let pwm = modulator(bench, [0x8001, 0x8002])
    pwm[0x514] = 2
    pwm[0x52c] = 3
    pwm[0x200] = 1 << 4
    pwm[0x008] = 1
    #expect(bench.wait(for: pwm, 0x10c) == after(.nanoseconds(5 * 62_500)))
    // Two loops of 2 + 3 and 2 periods.
    #expect(bench.wait(for: pwm, 0x11c) == after(.nanoseconds(14 * 62_500)))
    #expect(pwm[0x104] == 1)
  }

  @Test func theShortcutRepeatsWithoutAGap() {
    let bench = Bench()
    let pwm = modulator(bench, [0x8000 | 10, 0x8000 | 20])
    pwm[0x514] = 1
    pwm[0x200] = 1 << 2
    pwm[0x008] = 1
    for round in 1...5 {
      #expect(bench.wait(for: pwm, 0x11c) == after(.nanoseconds(Int64(round) * 4 * 62_500)))
      pwm[0x11c] = 0
    }
  }

  @Test func individualAndWaveformValuesGoToTheirOutputs() {
    let bench = Bench()
    let pwm = modulator(bench, [0x8000 | 100, 0x8000 | 200, 0x8000 | 300, 500])
    pwm[0x564] = 14
    pwm[0x568] = 15
    let logs = ["P0.13", "P0.14", "P0.15"].map { record(bench, $0) }
    pwm[0x510] = 3
    pwm[0x008] = 1
    // COUNTERTOP comes from the fourth value.
    #expect(bench.wait(for: pwm, 0x118) == after(.nanoseconds(31_250)))
    #expect(logs.map { $0().prefix(2).joined() } == ["0+6250-", "0+12500-", "0+18750-"])
  }

  @Test func nextStepPlaysTheNextValue() {
    let bench = Bench()
    let pwm = modulator(bench, [0x8000, 0x83e8])
    pwm[0x510] = 1 << 8
    pwm[0x008] = 1
    bench.advance(.milliseconds(5))
    #expect(!bench.fabric.pins["P0.13"].level)
    pwm[0x010] = 1
    bench.advance(.microseconds(63))
    #expect(bench.fabric.pins["P0.13"].level)
  }

  @Test func sequencesOutsideRAMAreFindings() {
    let bench = Bench()
    let pwm = modulator(bench, [1])
    pwm[0x520] = 0x1000
    pwm[0x008] = 1
    #expect(bench.fabric.findings.entries.map(\.kind) == ["bus-error"])
  }

  /// High for compare ticks out of COUNTERTOP, whatever the prescaler.
  @Test(arguments: 0..<100)
  func theDutyCycleIsExact(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let top = UInt32.random(in: 3...0x7fff, using: &random)
    let compare = UInt32.random(in: 0...top, using: &random)
    let prescaler = UInt32.random(in: 0...7, using: &random)
    let pwm = modulator(bench, [UInt16(0x8000 | compare)])
    pwm[0x508] = top
    pwm[0x50c] = prescaler
    var high: Int64 = 0
    var since: Instant?
    bench.fabric.pins["P0.13"].observe { level in
      if level { since = bench.now } else { high += (bench.now - (since ?? bench.now)).picoseconds }
    }
    pwm[0x200] = 1
    pwm[0x008] = 1
    let end = bench.wait(for: pwm, 0x104)
    #expect(end == after(Interval(picoseconds: Int64(top) * 62_500 << Int64(prescaler))))
    #expect(high == Int64(compare) * 62_500 << Int64(prescaler))
  }
}
