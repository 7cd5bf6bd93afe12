import Disassembly
import Testing
import Timing
import Units

/// What a store of several words does to the fetches after it, and a flash interface that loses what it read when
/// it is not asked for a while.
struct FetchPauseTests {
  /// NOP and STMIA R0!, {R1-R4} in one word, six NOPs in three, SUBS R5 and BNE back.
  private static let loop: [UInt16] =
    [0xbf00, 0xc01e] + [UInt16](repeating: 0xbf00, count: 6) + [0x3d01, 0xd1f5]

  /// The buffer has room for the fourth word as the store begins, in cycle 1, nine before it runs and six before it must
  /// be asked for. The Cortex-M3 asks for nothing in the five cycles of the store, so for nothing that could run in the
  /// five from cycle 4 on.
  @Test(arguments: [("cortex-m3", UInt16(4), UInt8(5)), ("cortex-m4", 0, 0)])
  func theCortexM3FetchesNothingBesideAStoreOfSeveralWords(
    core: String, from: UInt16, cycles: UInt8
  ) throws {
    let timing = try #require(TimingCatalog.timing(of: core))
    let bytes = Self.loop.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let run = Decoder.decodeBlock(bytes: bytes, at: Address(0x100))
    let price = timing.price(run)
    #expect(price.offsets == [0, 1, 6, 7, 8, 9, 10, 11, 12, 13])
    let words = timing.fetch.lines(run, offsets: price.offsets, lineBytes: 4)
    #expect(words.map(\.offset) == [0, 6, 8, 10, 12])
    #expect(words[3].slack == 6)
    #expect(words[0].pauseOffset == from && words[0].pauseCycles == cycles)
    #expect(words.dropFirst().allSatisfy { $0.pauseCycles == 0 })
  }

  /// The target waits for two cycles. On the Cortex-M3 the second word of the second line is asked for six cycles
  /// after the first, five of them without a fetch: an interface that has lost the line reads it anew and is late by
  /// one, by one more with the next, and still reads ahead, for one, when the branch asks for its target.
  @Test(arguments: [
    ("cortex-m3", nil, UInt64(2)), ("cortex-m3", 6, 2), ("cortex-m3", 5, 5), ("cortex-m3", 3, 5),
    ("cortex-m4", nil, 2), ("cortex-m4", 6, 2),
  ])
  func aLineThatTheInterfaceLostIsReadAgain(
    core: String, bufferHolds: UInt32?, waits: UInt64
  ) throws {
    let loop = FetchLoop(code: Self.loop, prefetches: true, bufferHolds: bufferHolds)
    #expect(try loop.waits(on: core) == waits)
  }
}
