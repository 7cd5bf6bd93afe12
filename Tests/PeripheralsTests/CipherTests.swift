import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct CipherTests {
  private func bytes(_ text: String) -> [UInt8] {
    let digits = text.utf8.map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// FIPS 197 appendices B and C.1, NIST SP 800-38A F.1.1.
  @Test(arguments: [
    (
      "2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734",
      "3925841d02dc09fbdc118597196a0b32"
    ),
    (
      "000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
      "69c4e0d86a7b0430d8cdb78070b4c55a"
    ),
    (
      "2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee22e409f96e93d7e117393172a",
      "3ad77bb40d7a3660a89ecaf32466ef97"
    ),
    (
      "2b7e151628aed2a6abf7158809cf4f3c", "f69f2445df4f9b17ad2b417be66c3710",
      "7b0c785e27e8ad3f8223207104725dd4"
    ),
  ])
  func publishedBlocksEncryptAsPublished(key: String, clear: String, cipher: String) {
    #expect(AES128(key: bytes(key)).encrypt(bytes(clear)) == bytes(cipher))
  }

  @Test func theSubstitutionIsAPermutation() {
    #expect(Set(AES128.substitution).count == 256)
    #expect(AES128.substitution[0x53] == 0xed)
  }

  @Test func aBlockIsEncryptedInRAM() {
    let bench = Bench()
    let ecb = bench.device("nordic-ecb", "ECB", base: 0x4000_e000)
    let input = bytes("000102030405060708090a0b0c0d0e0f00112233445566778899aabbccddeeff")
    bench.memory.bytes.replaceSubrange(0..<32, with: input)
    ecb[0x504] = 0x2000_0000
    ecb[0x000] = 1
    #expect(bench.wait(for: ecb, 0x100) == after(.nanoseconds(7200)))
    #expect(Array(bench.memory.bytes[32..<48]) == bytes("69c4e0d86a7b0430d8cdb78070b4c55a"))
    #expect(Array(bench.memory.bytes[0..<32]) == input)
  }

  @Test func stoppedAndUnreachableBlocksAreErrors() {
    let bench = Bench()
    let ecb = bench.device("nordic-ecb", "ECB", base: 0x4000_e000)
    ecb[0x504] = 0x2000_0000
    ecb[0x000] = 1
    ecb[0x004] = 1
    #expect(ecb[0x104] == 1)
    #expect(bench.scheduler.next == .never)
    ecb[0x104] = 0
    ecb[0x504] = 0x0000_1000
    ecb[0x000] = 1
    #expect(bench.wait(for: ecb, 0x104) != nil)
    #expect(ecb[0x100] == 0)
    #expect(bench.fabric.findings.entries.map(\.kind) == ["bus-error"])
  }

  @Test(arguments: 0..<UInt32(16))
  func aTaskOfTheEventGeneratorIsItsEvent(channel: UInt32) {
    let line = InterruptLine(number: 20)
    let egu = Bench().device("nordic-egu", "EGU0", base: 0x4001_4000, lines: [line])
    egu[0x304] = 1 << channel
    egu[4 * ((channel + 1) % 16)] = 1
    #expect(!line.level)
    egu[4 * channel] = 1
    #expect(egu[0x100 + 4 * channel] == 1)
    #expect(line.level)
    egu[0x100 + 4 * channel] = 0
    #expect(!line.level)
  }
}
