import Disassembly
import Testing
import Timing
import Units

/// When a core asks for the lines of a run.
struct FetchUnitTests {
  /// NOP, ADD.W, LDM.W of four words and two NOPs, over and over.
  private static let run: [Instruction] = {
    let turn: [UInt16] = [0xbf00, 0xf103, 0x0301, 0xe891, 0x0078, 0xbf00, 0xbf00]
    let code = (0..<8).flatMap { _ in turn }
    return Decoder.decodeBlock(
      bytes: code.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, at: Address(0x100))
  }()

  /// However a run is cut into blocks, each line is asked for and wanted in the same cycle.
  @Test(arguments: ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"])
  func aCutChangesNothing(core: String) throws {
    let fetch = try #require(TimingCatalog.timing(of: core)).fetch
    let offsets = Self.run.indices.map { UInt16($0 + $0 / 3 * 4) }
    let whole = fetch.lines(Self.run, offsets: offsets, lineBytes: 8)
    for cut in 1..<Self.run.count {
      let start = Self.run[cut].address.value
      // The first line is another's, as far as it was begun before.
      let begun = start % 8 == 0 ? 0 : 1
      let rest = fetch.lines(Self.run, offsets: offsets, lineBytes: 8, before: cut)
      let same = whole.suffix(rest.count - begun)
      #expect(rest.dropFirst(begun).map(\.slack) == same.map(\.slack), "\(cut)")
      #expect(rest.dropFirst(begun).map { $0.offset + offsets[cut] } == same.map(\.offset))
      #expect(rest.dropFirst(begun).map(\.cycles) == same.map(\.cycles))
    }
  }

  @Test func aBlockThatWasBranchedToHasNothingAhead() {
    let lines = FetchUnit().lines(
      Self.run, offsets: Self.run.indices.map(UInt16.init), lineBytes: 8)
    #expect(lines[0].slack == 0)
  }
}
