import RunRecord
import Testing

/// The external flash of the nRF52840 behind its window: what is written through QSPI is read and
/// executed there, at the pace of the serial bus.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicExecuteInPlaceTests {
  /// READOC, XIPOFFSET, and core cycles of a word at 32 MHz: opcode, address, dummies and data.
  @Test(arguments: [(0, 0, 2 * (8 + 24 + 8 + 32)), (4, 0x1000, 2 * (8 + 6 + 6 + 8))])
  func codeAndDataOfTheFlashAreReachedInPlace(mode: Int, offset: Int, wait: Int) throws {
    let run = try NordicBench.run(
      "nrf52840-qspi", board: NordicBench.kit, ["READ": "\(mode)", "OFFSET": "\(offset)"])
    #expect(run.record.outcome == .exited(code: 0))
    #expect(try run.word("before") == 0xffff_ffff)
    #expect(try run.words("words", 2) == [0x1234_5678, 0x9abc_def0])
    #expect(try run.word("result") == 2007)
    let cycles = try run.words("cycles", 2).map(Int.init)
    #expect((2 * wait...2 * wait + 40).contains(cycles[0]), "\(cycles)")
    // Three instructions of the function lie in two words.
    #expect((2 * wait...2 * wait + 40).contains(cycles[1]), "\(cycles)")
    #expect(run.record.findings.map(\.kind) == ["assumed-timing"])
  }
}
