import Foundation
import Streams
import Testing
import Units

private func tone(_ hertz: Double, _ rate: UInt64, _ count: Int) -> Recording {
  let samples = (0..<count).map { 10_000 * sin(2 * Double.pi * hertz * Double($0) / Double(rate)) }
  return Recording(
    path: "tone", channels: [Channel(name: "audio")], samples: [samples],
    timing: .rate(Hertz(rate)))
}

@Suite struct ResamplerTests {
  @Test(
    arguments: [(8_000, 16_000), (44_100, 16_000), (48_000, 16_000), (16_000, 22_050)]
      as [(UInt64, UInt64)])
  func `a tone keeps its shape at another rate`(from: UInt64, to: UInt64) throws {
    let count = Int(from) / 4
    let resampled = try tone(1_000, from, count).resampled(to: Hertz(to))
    #expect(resampled.rate == Hertz(to))
    #expect(resampled.count == count * Int(to) / Int(from))
    let wanted = tone(1_000, to, resampled.count).samples[0]
    for index in 200..<resampled.count - 200 {
      #expect(abs(resampled.samples[0][index] - wanted[index]) < 3)
    }
  }

  @Test func `what the lower rate cannot carry is filtered out`() throws {
    let resampled = try tone(10_000, 48_000, 24_000).resampled(to: Hertz(16_000))
    #expect(resampled.samples[0][200..<7_800].allSatisfy { abs($0) < 10 })
  }

  @Test func `a constant stays itself and equal rates change nothing`() throws {
    let level = Recording(
      path: "level", channels: [Channel(name: "x")], samples: [Array(repeating: 8, count: 1_000)],
      timing: .rate(Hertz(25)))
    let resampled = try level.resampled(to: Hertz(119))
    #expect(resampled.samples[0][300..<4_000].allSatisfy { abs($0 - 8) < 1e-12 })
    #expect(try level.resampled(to: Hertz(25)).samples == level.samples)
  }

  @Test func `rates without a small ratio are refused`() {
    #expect(throws: StreamError.self) { try tone(1, 16_000, 100).resampled(to: Hertz(15_999)) }
    #expect(throws: StreamError.self) { try tone(1, 16_000, 1).resampled(to: Hertz(8_000)) }
  }
}
