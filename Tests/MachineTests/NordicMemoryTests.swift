import Deployments
import RunRecord
import Testing
import Units

/// High-water marks of stack and heap are what the firmware really used.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicMemoryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let board: String
    let depth: Int
    let nesting: Int
    var floats = false
    var testDescription: String { "\(depth) bytes, \(nesting) handlers, floats \(floats)" }
    /// A frame of eight words; with floating-point context, 26.
    var frames: Int { nesting == 0 ? 0 : (floats ? 104 : 32) + (nesting - 1) * 32 }
  }

  static let cases = [
    Case(board: NordicBench.kit, depth: 1024, nesting: 0),
    Case(board: NordicBench.kit, depth: 1024, nesting: 1),
    Case(board: NordicBench.nano, depth: 1024, nesting: 2),
    Case(board: NordicBench.nano, depth: 4096, nesting: 2),
    Case(board: NordicBench.kit, depth: 2048, nesting: 2, floats: true),
    Case(board: NordicBench.nano, depth: 2048, nesting: 1, floats: true),
  ]

  private func run(_ use: Case, heap: Int = 0) throws -> NordicBench.Run {
    var options = ["DEPTH": "\(use.depth)", "NESTING": "\(use.nesting)", "HEAP": "\(heap)"]
    if use.floats { options["FLOATING_POINT"] = "1" }
    let run = try NordicBench.run("nrf52840-memory", board: use.board, options)
    #expect(run.record.outcome == .exited(code: 0))
    return run
  }

  @Test(arguments: cases) func theStackReachesItsDeepestFrame(_ use: Case) throws {
    let run = try run(use)
    // The vector table begins with the stack's top.
    let top = try run.word("vectors")
    let inMain = try run.word("entry_stack")
    let deepest = inMain - UInt32(use.depth + use.frames)
    if use.nesting > 0 { #expect(try run.word("deepest") == deepest) }
    #expect(run.record.memory.stackHighWater == UInt64(top - deepest))
  }

  @Test(arguments: [1, 100, 5_000, 60_000]) func theHeapReachesItsBreak(_ bytes: Int) throws {
    let run = try run(Case(board: NordicBench.nano, depth: 1024, nesting: 1), heap: bytes)
    let top = try run.word("heap_top")
    // The allocator adds a header and rounds.
    #expect(Int(top) >= bytes && Int(top) < bytes + 64)
    #expect(run.record.memory.heapHighWater == UInt64(top))
  }

  @Test func aFirmwareThatAsksForNoHeapHasNoMark() throws {
    let run = try run(Case(board: NordicBench.kit, depth: 1024, nesting: 1))
    #expect(run.record.memory.heapHighWater == nil)
  }
}
