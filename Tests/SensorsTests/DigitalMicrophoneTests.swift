import Simulation
import Testing
import Units

@testable import Sensors

@Suite struct DigitalMicrophoneTests {
  private func context(
    _ fabric: Fabric, bus: String, parameters: [String: Int] = [:], rate: Hertz = Hertz(16_000),
    _ value: @escaping (Instant) -> Double
  ) -> SensorContext {
    let stimulus = MadeUpStimulus { quantity, instant in
      quantity == .sound ? .values([value(instant)]) : .absent
    }
    stimulus.rate = rate
    return SensorContext(
      name: "mic", bus: bus, parameters: parameters, stimulus: stimulus,
      track: SensorTrack(sensor: "mic", scheduler: fabric.scheduler), fabric: fabric)
  }

  private func fabric() -> Fabric { Fabric(scheduler: Scheduler(), memory: NoMemory()) }

  @Test func `an I2S word has 24 bits of the recording, left-aligned`() {
    let fabric = fabric()
    let values = [0, 1, -1, 32_767, -32_768, 0.5, 100.003_906_25, 40_000]
    let context = context(fabric, bus: "SAI1", parameters: ["line": 1, "right": 1]) { instant in
      values[Int(instant.picoseconds / 1_000_000)]
    }
    let microphone = ICS43434(context)
    #expect(fabric.i2s("SAI1.1").right === microphone)
    #expect(microphone.word(at: .zero, rate: Hertz(16_000), slotBits: 32) == 0, "no clock")
    microphone.clock(running: true)
    let words = values.indices.map {
      microphone.word(
        at: .zero + .microseconds(Int64($0)), rate: Hertz(16_000), slotBits: 32)
    }
    #expect(
      words == [
        0, 0x0001_0000, 0xffff_0000, 0x7fff_0000, 0x8000_0000, 0x0000_8000, 0x0064_0100,
        0x7fff_ff00,
      ])
    microphone.delivered()
    microphone.overwritten()
    #expect(context.track.read == 1 && context.track.lost == 1 && context.track.produced == 2)
    #expect(fabric.findings.entries.isEmpty)
    _ = microphone.word(at: .zero, rate: Hertz(16_000), slotBits: 16)
    #expect(fabric.findings.entries.map(\.kind) == ["wrong-frame"])
  }

  @Test func `another rate than the recording's ends the run`() {
    let fabric = fabric()
    let microphone = ICS43434(context(fabric, bus: "SAI1") { _ in 7 })
    microphone.clock(running: true)
    _ = microphone.word(at: .zero, rate: Hertz(48_000), slotBits: 32)
    #expect(
      fabric.stopReason
        == .rateMismatch(sensor: "mic", recorded: Hertz(16_000), wanted: Hertz(48_000)))
  }

  @Test(arguments: [-29_000, -16_384, -1, 0, 1, 12_345, 29_000])
  func `the density of the bits is the value`(level: Int) {
    let microphone = MP34DT05(context(fabric(), bus: "SPI2") { _ in Double(level) })
    microphone.clock(running: true)
    var ones = 0
    for _ in 0..<4_096 { ones += (microphone.bits(16, endingAt: .zero) ?? 0).nonzeroBitCount }
    let density = (Double(ones) / 65_536 * 2 - 1) * 32_768
    #expect(abs(density - Double(level)) < 8)
  }

  @Test func `a sinc filter of the third order gets a slow ramp back`() {
    let microphone = MP34DT05(
      context(fabric(), bus: "SPI2") { Double($0.picoseconds) / 1e6 - 10_000 })
    microphone.clock(running: true)
    // Three running sums over 64 bits of 1 us, looked at each 64.
    var bits: [Int] = []
    for word in 1...1_250 {
      let value = microphone.bits(16, endingAt: .zero + .microseconds(16 * Int64(word))) ?? 0
      bits += (0..<16).map { value >> UInt32(15 - $0) & 1 == 1 ? 1 : -1 }
    }
    func sums(_ values: [Int]) -> [Int] {
      (0...values.count - 64).map { values[$0..<$0 + 64].reduce(0, +) }
    }
    let filtered = sums(sums(sums(bits)))
    for index in stride(from: 0, to: filtered.count, by: 64) {
      let heard = Double(filtered[index]) / Double(64 * 64 * 64) * 32_768
      // The middle of the window of 190 bits.
      let expected = Double(index + 95) - 10_000
      #expect(abs(heard - expected) < 60)
    }
  }
}
