import Deployments
import RunRecord
import Testing
import Timing

@testable import Machine

/// `Firmware/exception-cycles` on each core: what entering, chaining, leaving and waking cost a run is what
/// the core's table says.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct ExceptionCycleTests {
  /// Board, core, and the published figures that these tests add up (`ExceptionTimingTests` has their
  /// sources).
  struct Core: CustomTestStringConvertible, Sendable {
    let name: String
    let entry: UInt64
    let exit: UInt64
    let chain: UInt64
    var hasFloats = false
    var testDescription: String { name }
  }

  static let cores = [
    Core(name: "generic-m0", entry: 16, exit: 13, chain: 8),
    Core(name: "generic-m0plus", entry: 15, exit: 12, chain: 8),
    Core(name: "generic-m3", entry: 12, exit: 10, chain: 6),
    Core(name: "generic-m4", entry: 12, exit: 10, chain: 6, hasFloats: true),
    Core(name: "generic-m7", entry: 12, exit: 10, chain: 6, hasFloats: true),
    Core(name: "generic-m33", entry: 12, exit: 10, chain: 6, hasFloats: true),
  ]
  static let floating = cores.filter(\.hasFloats)

  private func run(_ core: Core, _ number: Int, waits: UInt64 = 0) throws -> NordicBench.Run {
    let run = try NordicBench.run("exception-cycles", board: core.name, ["CASE": "\(number)"]) {
      if waits > 0 { $0.settings = ["board.flash.wait-states=\(waits)"] }
    }
    #expect(run.record.outcome == .exited(code: 0))
    return run
  }

  @Test(arguments: cores) func `a call enters and leaves`(core: Core) throws {
    #expect(try run(core, 1).record.exceptionCycles == core.entry + core.exit)
  }

  /// Vector and handler wait one after the other; three cycles of that pass while the frame is written, where
  /// code and data go by two buses.
  @Test(arguments: cores, [1, 5] as [UInt64]) func `vector and handler wait`(
    core: Core, waits: UInt64
  ) throws {
    let hidden: UInt64 = core.entry == 12 ? 3 : 0
    let more = 2 * waits > hidden ? 2 * waits - hidden : 0
    #expect(
      try run(core, 1, waits: waits).record.exceptionCycles == core.entry + core.exit + more)
    #expect(
      try run(core, 2, waits: waits).record.exceptionCycles
        == core.entry + core.chain + core.exit + more + 2 * waits)
  }

  @Test(arguments: cores) func `the second of two interrupts is chained`(core: Core) throws {
    let record = try run(core, 2).record
    #expect(record.exceptionCycles == core.entry + core.chain + core.exit)
  }

  /// SysTick comes before the interrupt, while it is entered, or after: only then is it nested. While it is
  /// entered its vector takes the place of the other's, which is chained to it.
  @Test(arguments: cores) func `a late arrival costs no second entry`(core: Core) throws {
    let run = try run(core, 3)
    let (nested, chained) = (UInt64(try run.word("nested")), UInt64(try run.word("chained")))
    let apart = UInt64(try run.word("apart"))
    #expect(nested + chained + apart == 60)
    // At least as many as the cycles of an entry arrive late.
    #expect(chained >= core.entry && nested > 0)
    #expect(
      run.record.exceptionCycles
        == chained * (core.entry + core.chain + core.exit)
        + (nested + apart) * 2 * (core.entry + core.exit))
  }

  @Test(arguments: floating) func `a frame that nobody needs is not written`(core: Core) throws {
    let record = try run(core, 4).record
    #expect(record.exceptionCycles == core.entry + core.exit)
    #expect(record.lazyStackingCycles == 0)
  }

  @Test(arguments: floating) func `a frame that is needed is written then, and read back`(
    core: Core
  ) throws {
    let record = try run(core, 5).record
    #expect(record.lazyStackingCycles == 17)
    #expect(record.exceptionCycles == core.entry + core.exit + 17)
  }

  @Test(arguments: floating) func `without laziness entry and return take the frame`(
    core: Core
  ) throws {
    let record = try run(core, 6).record
    #expect(record.exceptionCycles == core.entry + 17 + core.exit + 17)
    #expect(record.lazyStackingCycles == 0)
  }

  /// The handler's first instruction, a load, takes two cycles, then it looks at the counter, which showed
  /// its reload value a cycle after zero.
  @Test(arguments: cores) func `an interrupt that wakes the core is entered at once`(
    core: Core
  ) throws {
    let run = try run(core, 7)
    #expect(run.record.sleepCycles > 900)
    #expect(run.record.wakeUpCycles == 0)
    let latency = try run.word("latency")
    #expect(latency + 1 == UInt32(core.entry) + 2)
    #expect(run.record.exceptionCycles == core.entry + core.exit)
  }
}
