import Deployments
import Foundation
import RunRecord
import Testing
import Units

/// The flash's instruction cache: its counters and what it saves.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicCacheTests {
  /// By cache off and on, then by small and large.
  private func table(_ run: NordicBench.Run, _ symbol: String) throws -> [[Double]] {
    let words = try run.words(symbol, 4).map(Double.init)
    return [Array(words[..<2]), Array(words[2...])]
  }

  @Test(arguments: [NordicBench.kit, NordicBench.nano])
  func codeThatFitsIsFetchedOnce(_ board: String) throws {
    let run = try NordicBench.run("nrf52840-icache", board: board)
    #expect(run.record.outcome == .exited(code: 0))
    let (hits, misses) = try (table(run, "hits"), table(run, "misses"))
    // A kilobyte in lines of 16 bytes: a miss for each, and a few for the loop's end and the caller.
    #expect((64...72).contains(misses[1][0]))
    // Every other access to a line finds it; the loop's last line holds its branch alone.
    #expect((64.0...66).contains(((hits[1][0] + misses[1][0]) / 400).rounded(.down)))
    // Four kilobytes in order never stay in two that forget the line used longest ago.
    #expect(misses[1][1] >= 256 * 100)
    #expect(hits[0] == [0, 0] && misses[0] == [0, 0])
  }

  @Test func theCacheSavesWaitStates() throws {
    let run = try NordicBench.run("nrf52840-icache", board: NordicBench.kit)
    let cycles = try table(run, "cycles")
    // One cycle an instruction, four to a line, plus the loop.
    #expect(cycles[1][0] > 64 * 4 * 400 && cycles[1][0] < 64 * 4 * 400 * 1.05)
    // Uncached, every word costs its wait states.
    #expect(cycles[0][0] > 2 * cycles[1][0])
    #expect(cycles[0][1] > 2 * 256 * 4 * 100)
    #expect(cycles[1][1] > 256 * (4 + 3) * 100)
  }

  @Test func resultsRepeatExactly() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let first = try NordicBench.run("nrf52840-icache", board: NordicBench.kit)
    let second = try NordicBench.run("nrf52840-icache", board: NordicBench.kit)
    #expect(try encoder.encode(first.record) == encoder.encode(second.record))
    #expect(try first.words("cycles", 4) == second.words("cycles", 4))
  }
}
