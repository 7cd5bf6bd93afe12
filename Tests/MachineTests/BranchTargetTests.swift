import Disassembly
import Testing
import Timing
import Units

/// When a branch asks for its target: it is decoded while the instruction before it runs.
struct BranchTargetTests {
  private static let (subtract, store, nop): (UInt16, UInt16, UInt16) = (0x3d01, 0xc01e, 0xbf00)

  @Test(arguments: [
    ("cortex-m3", UInt64(2)), ("cortex-m4", 2), ("cortex-m0", 0),
  ])
  func aBranchIsDecodedWhileAnotherInstructionRuns(core: String, hidden: UInt64) throws {
    func waits(_ last: [UInt16]) throws -> UInt64 {
      // BNE to the first of four NOPs.
      let code = [UInt16](repeating: Self.nop, count: 4) + last + [0xd1f8]
      return try FetchLoop(code: code).waits(on: core)
    }
    let behind = try waits([Self.subtract, Self.store])
    let alone = try waits([Self.store, Self.subtract])
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
