import Testing
import Trust

struct ErrorTableTests {
  private func row(_ core: String, _ measured: UInt64, _ ours: UInt64) -> ErrorTable.Row {
    ErrorTable.Row(
      core: core, board: "b", program: "p", measured: measured, ours: ours, source: "s",
      timingHash: "h")
  }

  @Test(
    arguments: [
      (1000, 1000, 0), (1000, 1010, 10_000), (1000, 962, -38_000), (3, 4, 333_333),
      (3, 2, -333_333), (2_000_000, 2_000_001, 1), (2_000_000, 1_999_999, -1),
    ] as [(UInt64, UInt64, Int64)])
  func errorsAreRoundedToMillionths(measured: UInt64, ours: UInt64, error: Int64) {
    #expect(row("m", measured, ours).errorPartsPerMillion == error)
  }

  @Test func theMedianIsOfMagnitudesAndTheWorstKeepsItsSign() {
    let table = ErrorTable(
      rows: [row("m4", 100, 101), row("m4", 100, 95), row("m7", 100, 102), row("m7", 100, 100)])
    #expect(table.medianPartsPerMillion == 10_000)
    #expect(table.worstPartsPerMillion == -50_000)
    #expect(table.cores == ["m4", "m7"])
    #expect(table.rows(of: "m7").worstPartsPerMillion == 20_000)
  }

  @Test func anEmptyTableHasNeither() {
    #expect(ErrorTable(rows: []).medianPartsPerMillion == nil)
    #expect(ErrorTable(rows: []).worstPartsPerMillion == nil)
  }
}
