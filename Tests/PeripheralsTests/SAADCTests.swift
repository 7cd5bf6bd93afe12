import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct SAADCTests {
  /// AIN0 on channel 0 with gain 1/6 and the internal reference, 12 bits.
  private func converter(_ bench: Bench, config: UInt32 = 0x0002_0000, count: UInt32 = 1) -> Device
  {
    let adc = bench.device("nordic-saadc", "SAADC", base: 0x4000_7000)
    adc[0x510] = 1
    adc[0x518] = config
    adc[0x5f0] = 2
    adc[0x62c] = 0x2000_0000
    adc[0x630] = count
    adc[0x500] = 1
    return adc
  }

  private func inputs(_ bench: Bench) -> AnalogInputs { bench.fabric.service(AnalogInputs.init) }

  @Test func aOneShotConversionTakesAcquisitionAndConversion() {
    let bench = Bench()
    let adc = converter(bench)
    inputs(bench).set("P0.02", microvolts: 1_800_000)
    adc[0x000] = 1
    #expect(adc[0x100] == 1)
    adc[0x004] = 1
    #expect(adc[0x400] == 1)
    // TACQ 2: 10 us, and 2 us.
    #expect(bench.wait(for: adc, 0x104) == after(.microseconds(12)))
    #expect(adc[0x108] == 1)
    #expect(adc[0x10c] == 1)
    #expect(adc[0x634] == 1)
    // Half of the 3.6 V range.
    #expect(bench.memory.halfword(0) == 2048)
    #expect(adc[0x400] == 0)
  }

  @Test(arguments: [
    (UInt32(0), Int64(3)), (1, 5), (2, 10), (3, 15), (4, 20), (5, 40),
  ])
  func everyAcquisitionTimeIsExact(setting: UInt32, microseconds: Int64) {
    let bench = Bench()
    let adc = converter(bench, config: setting << 16)
    adc[0x000] = 1
    adc[0x004] = 1
    #expect(bench.wait(for: adc, 0x104) == after(.microseconds(microseconds + 2)))
    #expect(bench.memory.halfword(0) == 0)
  }

  @Test func scanStoresTheChannelsInTurn() {
    let bench = Bench()
    let adc = converter(bench, config: 0, count: 4)
    adc[0x530] = 3
    adc[0x538] = 0x5 << 16
    inputs(bench).set("P0.04", microvolts: 3_599_999)
    adc[0x000] = 1
    adc[0x004] = 1
    #expect(bench.wait(for: adc, 0x108) == after(.microseconds(5)))
    adc[0x108] = 0
    #expect(bench.wait(for: adc, 0x108) == after(.microseconds(47)))
    #expect(adc[0x104] == 0)
    adc[0x004] = 1
    #expect(bench.wait(for: adc, 0x104) == after(.microseconds(94)))
    #expect((0..<4).map { bench.memory.halfword(2 * $0) } == [0, 4095, 0, 4095])
  }

  @Test func theTimerSamplesAtItsExactRate() {
    let bench = Bench()
    let adc = converter(bench, config: 0, count: 100)
    adc[0x5f8] = 1 << 12 | 1000
    adc[0x000] = 1
    adc[0x004] = 1
    // The last of 100 samples at 16 kHz starts after 99 periods.
    #expect(bench.wait(for: adc, 0x104) == after(.nanoseconds(99 * 62_500 + 5000)))
    #expect(bench.scheduler.next == .never)
  }

  @Test func oversamplingAveragesAsManySamples() {
    let bench = Bench()
    let adc = converter(bench, config: 0)
    adc[0x5f4] = 2
    adc[0x000] = 1
    for microvolts in [Int64(0), 600_000, 1_200_000, 1_800_000] {
      inputs(bench).set("P0.02", microvolts: microvolts)
      #expect(adc[0x104] == 0)
      adc[0x004] = 1
      bench.advance(.microseconds(5))
    }
    #expect(adc[0x104] == 1)
    // 0, 682, 1365 and 2048: a mean of 1023.75.
    #expect(bench.memory.halfword(0) == 1023)
  }

  @Test func aBurstTakesAllSamplesOfOneTask() {
    let bench = Bench()
    let adc = converter(bench, config: 1 << 24)
    adc[0x5f4] = 3
    adc[0x000] = 1
    adc[0x004] = 1
    #expect(bench.wait(for: adc, 0x104) == after(.microseconds(40)))
  }

  @Test func differentialResultsAreSignedAndLimitsAreEvents() {
    let bench = Bench()
    let adc = converter(bench, config: 1 << 20 | 5 << 8)
    adc[0x514] = 2
    adc[0x51c] = 0x0064_ff9c
    inputs(bench).set("P0.03", microvolts: 300_000)
    adc[0x000] = 1
    adc[0x004] = 1
    _ = bench.wait(for: adc, 0x104)
    #expect(bench.memory.halfword(0) == -1024)
    #expect(adc[0x11c] == 1)
    #expect(adc[0x118] == 0)
  }

  @Test func stopEndsTheBufferEarlyAndSamplesWithoutStartAreFindings() {
    let bench = Bench()
    let adc = converter(bench, config: 0, count: 10)
    adc[0x004] = 1
    #expect(bench.fabric.findings.entries.map(\.kind) == ["not-started"])
    adc[0x000] = 1
    adc[0x004] = 1
    bench.advance(.microseconds(5))
    adc[0x004] = 1
    bench.advance(.microseconds(1))
    adc[0x008] = 1
    #expect(adc[0x104] == 1)
    #expect(adc[0x114] == 1)
    #expect(adc[0x634] == 1)
    #expect(bench.scheduler.next == .never)
  }

  /// RESULT = V GAIN / REFERENCE 2^RESOLUTION, rounded down and held within the range.
  @Test(arguments: 0..<200)
  func resultsFollowTheFormula(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let gain = Int.random(in: 0...7, using: &random)
    let resolution = Int.random(in: 0...3, using: &random)
    let microvolts = Int64.random(in: -100_000...3_700_000, using: &random)
    let adc = converter(bench, config: UInt32(gain) << 8)
    adc[0x5f0] = UInt32(resolution)
    inputs(bench).set("P0.02", microvolts: microvolts)
    adc[0x000] = 1
    adc[0x004] = 1
    _ = bench.wait(for: adc, 0x104)
    let gains = [1.0 / 6, 1.0 / 5, 1.0 / 4, 1.0 / 3, 1.0 / 2, 1, 2, 4]
    let top = [256.0, 1024, 4096, 16_384][resolution]
    let exact = Double(microvolts) / 600_000 * gains[gain] * top
    let expected = min(max(exact, 0), top - 1)
    let result = Double(bench.memory.halfword(0))
    #expect(result <= expected + 1e-6 && result > expected - 1 - 1e-6)
  }
}
