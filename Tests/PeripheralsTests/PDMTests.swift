import Simulation
import Testing
import Units

@testable import Peripherals

/// A microphone whose samples are their own numbers.
private final class CountingMicrophone: PDMSource {
  var count: Int16 = 0
  var instants: [Instant] = []
  var log: [String] = []
  var scale: Int16 = 1
  var end = Int16.max

  func sample(at instant: Instant, rate: Hertz) -> Int16? {
    if count >= end { return nil }
    count += 1
    instants.append(instant)
    return count &* scale
  }

  func clock(running: Bool) { log.append(running ? "on" : "off") }
  func delivered(count: Int) { log.append("+\(count)") }
  func overwritten(count: Int) { log.append("-\(count)") }
}

@Suite struct PDMTests {
  private func pdm(_ bench: Bench, _ microphone: CountingMicrophone) -> Device {
    bench.fabric.pdm("PDM").left = microphone
    let pdm = bench.device("nordic-pdm", "PDM", base: 0x4001_d000)
    pdm[0x540] = 26
    pdm[0x544] = 25
    pdm[0x504] = 0x0a00_0000
    pdm[0x508] = 1
    pdm[0x520] = 1
    pdm[0x560] = 0x2000_0000
    pdm[0x564] = 256
    pdm[0x500] = 1
    return pdm
  }

  @Test func aBufferFillsInExactlyItsSamples() {
    let bench = Bench()
    let microphone = CountingMicrophone()
    let pdm = pdm(bench, microphone)
    pdm[0x000] = 1
    #expect(pdm[0x100] == 1)
    pdm[0x560] = 0x2000_0400
    // 256 samples at 16 kHz.
    #expect(bench.wait(for: pdm, 0x108) == after(.milliseconds(16)))
    #expect(microphone.instants.first == after(Interval(picoseconds: 62_500_000)))
    #expect(microphone.instants.last == after(.milliseconds(16)))
    #expect((0..<256).allSatisfy { bench.memory.halfword(2 * $0) == Int16($0 + 1) })
    pdm[0x108] = 0
    pdm[0x560] = 0x2000_0000
    #expect(bench.wait(for: pdm, 0x108) == after(.milliseconds(32)))
    #expect(bench.memory.halfword(0x400) == 257)
    #expect(microphone.log == ["on", "+256", "+256"])
  }

  @Test(arguments: [
    (UInt32(0x0800_0000), UInt64(32)), (0x0840_0000, 31), (0x0880_0000, 30), (0x0980_0000, 26),
    (0x0a00_0000, 25), (0x0a80_0000, 24),
  ])
  func everyClockHasItsExactRate(register: UInt32, divider: UInt64) {
    let bench = Bench()
    let pdm = pdm(bench, CountingMicrophone())
    pdm[0x504] = register
    pdm[0x520] = 0
    pdm[0x564] = 1000
    pdm[0x000] = 1
    let rate = ClockDomain(frequency: Hertz(32_000_000, per: divider * 64))
    #expect(bench.wait(for: pdm, 0x108) == rate.instant(ofTick: 1000))
  }

  @Test func withoutAFreshPointerTheSamplesAreLost() {
    let bench = Bench()
    let microphone = CountingMicrophone()
    let pdm = pdm(bench, microphone)
    pdm[0x000] = 1
    bench.advance(.milliseconds(40))
    #expect(bench.memory.halfword(0) == 257)
    pdm[0x560] = 0x2000_0400
    bench.advance(.milliseconds(24))
    #expect(microphone.log == ["on", "+256", "-256", "-256", "+256"])
  }

  @Test func stopEndsTheBufferEarly() {
    let bench = Bench()
    let microphone = CountingMicrophone()
    let pdm = pdm(bench, microphone)
    pdm[0x000] = 1
    bench.advance(.milliseconds(1))
    pdm[0x004] = 1
    #expect(pdm[0x108] == 1)
    #expect(pdm[0x104] == 1)
    #expect(microphone.log == ["on", "+16", "off"])
    #expect(bench.scheduler.next == .never)
  }

  @Test func stereoStoresPairsAndTheEdgeSelectsTheMicrophone() {
    let bench = Bench()
    let left = CountingMicrophone()
    let right = CountingMicrophone()
    right.scale = -1
    let pdm = pdm(bench, left)
    bench.fabric.pdm("PDM").right = right
    pdm[0x508] = 0
    pdm[0x564] = 4
    pdm[0x000] = 1
    #expect(bench.wait(for: pdm, 0x108) == after(.microseconds(125)))
    #expect((0..<5).map { bench.memory.halfword(2 * $0) } == [1, -1, 2, -2, 0])
    pdm[0x004] = 1
    pdm[0x508] = 3
    pdm[0x000] = 1
    bench.advance(.milliseconds(1))
    #expect(bench.memory.halfword(0) < 0)
  }

  @Test func gainIsAppliedInHalfDecibelsAndSaturates() {
    #expect(PDMGain.apply(0x28, to: 12_345) == 12_345)
    #expect(PDMGain.apply(0x50, to: 100) == 1000)
    #expect(PDMGain.apply(0x00, to: -1000) == -100)
    #expect(PDMGain.apply(0x29, to: 1000) == 1059)
    #expect(PDMGain.apply(0x50, to: -5000) == .min)
    #expect(PDMGain.apply(0x7f, to: 5000) == .max)
  }

  @Test func aStreamThatHasEndedAndAMissingMicrophoneAreSilent() {
    let bench = Bench()
    let microphone = CountingMicrophone()
    microphone.end = 2
    let pdm = pdm(bench, microphone)
    pdm[0x564] = 4
    pdm[0x000] = 1
    bench.advance(.microseconds(250))
    #expect((0..<4).map { bench.memory.halfword(2 * $0) } == [1, 2, 0, 0])
    let empty = Bench()
    let silent = self.pdm(empty, microphone)
    empty.fabric.pdm("PDM").left = nil
    silent[0x000] = 1
    #expect(empty.wait(for: silent, 0x108) != nil)
  }

  @Test func aBufferOfNoSamplesDropsOneAndIsAFinding() {
    let bench = Bench()
    let pdm = pdm(bench, CountingMicrophone())
    let count = pdm[0x564]
    pdm[0x564] = 0
    pdm[0x000] = 1
    #expect(pdm[0x100] == 1)
    pdm[0x100] = 0
    pdm[0x560] = 0x2000_0000
    pdm[0x564] = count
    let start = bench.now
    let begun = bench.wait(for: pdm, 0x100)
    #expect(begun != nil && begun != start)
    #expect(bench.fabric.findings.entries.map(\.kind) == ["empty-buffer"])
    pdm[0x108] = 0
    #expect(bench.wait(for: pdm, 0x108) != nil)
    #expect(bench.memory.halfword(0) == 1)
  }
}
