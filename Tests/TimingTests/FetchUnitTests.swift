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

  /// Seven NOPs and a branch, in four words: there is room for the fifth word as the fourth NOP begins, in cycle 3, and for
  /// the next two as the sixth and the branch do, two cycles before the target runs. A word could run `lead` cycles after
  /// it is asked for, and they are asked for one by one from the first, which is as much before it runs.
  @Test func whatIsBehindABranchIsAskedForWhileThereIsRoom() {
    let code = [UInt16](repeating: 0xbf00, count: 7) + [0xe7fe]
    let run = Decoder.decodeBlock(
      bytes: code.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, at: Address(0x100))
    func behind(_ fetch: FetchUnit, _ lineBytes: UInt32) -> [Int] {
      fetch.linesBehind(
        run, offsets: run.indices.map(UInt16.init), cycles: 9, lineBytes: lineBytes)
    }
    #expect(behind(FetchUnit(lead: 3), 4) == [3, 1])
    #expect(behind(FetchUnit(lead: 3), 16) == [3])
    #expect(behind(FetchUnit(), 4) == [5, 4, 2])
  }

  /// NOP, a store of four words in cycles 1 to 5, three NOPs and a branch: the fourth word is asked for as the store
  /// begins, or after it; the fifth as the second NOP behind it does.
  @Test(arguments: [(false, [7, 1]), (true, [2, 1])])
  func nothingIsAskedForBesideAStoreOfSeveralWords(pausing: Bool, behind: [Int]) {
    let code: [UInt16] = [0xbf00, 0xc01e, 0xbf00, 0xbf00, 0xbf00, 0xe7fe]
    let run = Decoder.decodeBlock(
      bytes: code.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, at: Address(0x100))
    let fetch = FetchUnit(lead: 3, pausesForMultiples: pausing)
    #expect(
      fetch.linesBehind(run, offsets: [0, 1, 6, 7, 8, 9], cycles: 11, lineBytes: 4) == behind)
  }

  @Test func aBlockThatWasBranchedToHasNothingAhead() {
    let lines = FetchUnit().lines(
      Self.run, offsets: Self.run.indices.map(UInt16.init), lineBytes: 8)
    #expect(lines[0].slack == 0)
  }
}
