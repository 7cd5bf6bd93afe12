import Deployments
import RunRecord
import Testing
import Units

/// Measures may name a function that the compiler put into its callers.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct InlinedTests {
  private func measure(_ symbol: String) throws -> MeasureRecord {
    let image = try FirmwareBench.image("inlined")
    let run = try FirmwareBench.simulate(image, board: "mps2-an386") {
      $0.measures = ["work=enter \(symbol)..return \(symbol)"]
    }
    return try #require(run.record.measures.first)
  }

  @Test func everyInlinedCallIsSeen() throws {
    let record = try measure("filter")
    #expect(record.occurrences.count == 30)
    #expect(record.unanswered.isEmpty)
  }

  @Test func anInlinedCallTakesAboutWhatACallTakes() throws {
    let inlined = try measure("filter").occurrences.map(\.latency.picoseconds)
    let called = try measure("outside").occurrences.map(\.latency.picoseconds)
    #expect(called.count == 20)
    let (a, b) = (inlined.max() ?? 0, called.max() ?? 0)
    // The call itself, its return, and how the loop is laid out.
    #expect(abs(a - b) * 100 < b * 15)
  }

  @Test func aFunctionThatIsNowhereIsNamedWithTheNearest() throws {
    let error = #expect(throws: (any Error).self) { try measure("filtr") }
    #expect("\(error.map { "\($0)" } ?? "")".contains("no symbol matches 'filtr'"))
  }
}
