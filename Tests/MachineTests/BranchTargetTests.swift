import Disassembly
import Testing
import Timing
import Units

@testable import Engine
@testable import Machine

/// When a branch asks for its target: it is decoded while the instruction before it runs.
struct BranchTargetTests {
  private static let (subtract, store, nop): (UInt16, UInt16, UInt16) = (0x3d01, 0xc01e, 0xbf00)

  /// What a turn of a loop of two lines waits for its code, two wait states each.
  private static func waits(_ core: String, last two: [UInt16]) throws -> UInt64 {
    // BNE to the first of four NOPs.
    let code = [nop, nop, nop, nop] + two + [0xd1f8, 0xbf30]
    let timing = try #require(TimingCatalog.timing(of: core))
    let analysis = BlockAnalysis(image: nil, timing: timing) { _ in CodeMemory(line: 8) }
    let engine = try Engine(model: .cortexM4, functionCount: 0) { analysis.describe($0, $1) }
    try engine.mapMemory(at: Address(0), size: 0x4000, isWritable: false)
    try engine.mapMemory(at: Address(0x2000_0000), size: 0x4000, isWritable: true)
    var setting = Engine.MemorySetting()
    setting.waits = 2
    _ = engine.addSlowMemory(
      Engine.SlowMemory(windows: [(Address(0), 0x4000)], line: 8, setting: setting))
    try #require(
      engine.store(code.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, at: Address(0x100)))
    func run(_ turns: UInt32) throws -> UInt64 {
      engine[.r0] = 0x2000_0000
      engine[.r5] = turns
      let before = engine.blockCounts().reduce(0) { $0 + $1.fetchStallCycles }
      engine.programCounter = Address(0x100)
      try #require(engine.run(until: .max) == .waitForInterrupt)
      return engine.blockCounts().reduce(0) { $0 + $1.fetchStallCycles } - before
    }
    let once = try run(10)
    return try (run(20) - once) / 10
  }

  @Test(arguments: [
    ("cortex-m3", UInt64(2)), ("cortex-m4", 2), ("cortex-m0", 0),
  ])
  func aBranchIsDecodedWhileAnotherInstructionRuns(core: String, hidden: UInt64) throws {
    let behind = try Self.waits(core, last: [Self.subtract, Self.store])
    let alone = try Self.waits(core, last: [Self.store, Self.subtract])
    #expect(alone > 0)
    #expect(alone - behind == hidden)
  }

  @Test func onlyBranchesThatAskInDecodeAreEarly() throws {
    func lead(_ code: [UInt16]) -> UInt32 {
      let bytes = code.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
      let block = Decoder.decodeBlock(bytes: bytes, at: Address(0x100))
      return CortexM4Timing().price(block).targetLead
    }
    // A store of four words, and B, BNE, BX LR, CBZ, BX R3.
    #expect(lead([Self.store, 0xe000]) == 4)
    #expect(lead([Self.store, 0xd100]) == 4)
    #expect(lead([Self.store, 0x4770]) == 4)
    #expect(lead([Self.store, 0xb100]) == 0)
    #expect(lead([Self.store, 0x4718]) == 0)
    #expect(lead([Self.nop, 0xd100]) == 0)
  }
}
