import Disassembly
import Foundation
import Testing
import Units

/// The decoder against the binutils disassembler: sizes, classes, registers and branch targets.
@Suite(.enabled(if: Toolchain.isInstalled, "arm-none-eabi binutils are not installed"))
struct ObjdumpTests {
  struct Disagreement: CustomStringConvertible {
    let line: ListingLine
    let instruction: Instruction
    let what: String
    var description: String {
      let code = line.halfwords.map { String($0, radix: 16) }.joined(separator: " ")
      return """
        \(what): \(code) \(line.mnemonic) \(line.operands) \
        decoded \(instruction.kind) reads \(String(instruction.reads, radix: 16)) writes \
        \(String(instruction.writes, radix: 16)) float \
        \(String(instruction.floatReads | instruction.floatWrites, radix: 16))
        """
    }
  }

  /// Encodings of other profiles, and those that no core promises anything about.
  static func isForeign(_ line: ListingLine) -> Bool {
    let marks = [
      "UNDEFINED", "UNPREDICTABLE", "undefined", "illegal", "invalid", "overflow", "FPCX",
    ]
    let text = line.operands + line.remark
    if marks.contains(where: { text.contains($0) }) { return true }
    let first = line.halfwords[0]
    guard line.halfwords.count == 2 else { return false }
    // BLX to Arm code; Advanced SIMD; half precision; doublewords above D15.
    if line.mnemonic.hasPrefix("blx") || first & 0xEF00 == 0xEF00 || first & 0xFF10 == 0xF900 {
      return true
    }
    let second = line.halfwords[1]
    // Stores relative to PC, register offsets with stray bits, loads of PC that are hints.
    if first & 0xFE1F == 0xF80F || first & 0xFF1F == 0xF84F { return true }
    if first & 0xFE80 == 0xF800, second & 0x0800 == 0, second & 0x07C0 != 0, first & 0xF != 15 {
      return true
    }
    if first & 0xFF10 == 0xF910 || first & 0xFF90 == 0xF990, second >> 12 == 15 { return true }
    // System registers by VLDR, scalars with stray bits, lists longer than the bank.
    if line.operands.contains("FPSCR") && first & 0xFE00 == 0xEC00 { return true }
    if line.operands.contains("VPR") || line.operands.contains("P0") { return true }
    if line.mnemonic.hasPrefix("vmov.32"), first & 0x80 != 0 || second & 0x6F != 0 { return true }
    let shortest: UInt16 = second & 0x100 != 0 ? 2 : 1
    if line.operands.contains("{"), first & 0xFE00 == 0xEC00,
      !(shortest...32).contains(second & 0xFF)
    {
      return true
    }
    // Reversals and CLZ name their operand twice.
    if first & 0xFFD0 == 0xFA90, first & 0xF != second & 0xF { return true }
    if (16...31).contains(where: { line.operands.contains("d\($0)") }) { return true }
    if [".f16", ".8", ".16", ".u8", ".s8", ".u16", ".s16", ".bf16"].contains(where: {
      line.mnemonic.contains($0)
    }) {
      return !line.mnemonic.hasPrefix("vcvt")
    }
    return false
  }

  /// Compares one line; nil where both agree or the line is no instruction of these cores.
  static func compare(_ line: ListingLine) -> Disagreement? {
    guard let (base, kind) = Mnemonic.classify(line.mnemonic) else { return nil }
    if isForeign(line) { return nil }
    let i = Decoder.decode(
      line.halfwords[0], line.halfwords.count > 1 ? line.halfwords[1] : 0,
      at: Address(line.address))
    func differs(_ what: String) -> Disagreement {
      Disagreement(line: line, instruction: i, what: what)
    }
    if Int(i.size) != 2 * line.halfwords.count { return differs("size") }
    if i.kind != kind {
      // A shift by no bits, an extension with a rotation: names without a difference.
      let pair: Set = [i.kind, kind]
      // A plain branch under an IT is shown as conditional; `mov r8, r8` as nop.
      let same: [Set<InstructionKind>] = [
        [.alu, .shift], [.alu, .simd], [.branch, .conditionalBranch],
      ]
      guard same.contains(pair) || line.halfwords == [0x46C0] else { return differs("class") }
      if line.halfwords == [0x46C0] { return nil }
    }
    var operands = line.operands
    if i.hasDirectTarget {
      let cut = operands.lastIndex(of: ",") ?? operands.startIndex
      operands = String(operands[..<cut])
    }
    let mentioned = Mentioned(base, operands)
    let core = i.reads | i.writes
    // A literal's base is shown as an address; IT-less MSR, MRS name special registers.
    let implied: UInt16 = line.operands.contains("pc") || i.memory.base != 15 ? 0 : 0x8000
    if [.readSpecial, .writeSpecial].contains(i.kind) {
      if core & ~0x2000 != mentioned.core & ~0x2000 { return differs("registers") }
    } else if core != mentioned.core | implied {
      return differs("registers")
    }
    let float = i.floatReads | i.floatWrites
    // A scalar is half of the doubleword shown.
    let scalar = operands.contains("[") && i.kind == .fpMove && float & ~mentioned.float == 0
    if float != mentioned.float, !scalar { return differs("float registers") }
    if i.hasDirectTarget,
      let text = line.operands.split(whereSeparator: { " ,".contains($0) })
        .last(where: { UInt32($0, radix: 16) != nil }) ?? nil, !line.operands.contains("<"),
      let target = UInt32(text.drop { $0 == "0" || $0 == "x" }, radix: 16), target != i.target.value
    {
      return differs("target \(i.target)")
    }
    return nil
  }

  static let libraries: [String] = {
    let gcc = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/gcc/arm-none-eabi"))
    let version = gcc?.sorted().last ?? ""
    return ["v7e-m+fp/hard", "v7e-m+dp/hard", "v6-m/nofp"].flatMap { variant in
      [
        "/usr/lib/arm-none-eabi/newlib/thumb/\(variant)/libc.a",
        "/usr/lib/arm-none-eabi/newlib/thumb/\(variant)/libm.a",
        "/usr/lib/gcc/arm-none-eabi/\(version)/thumb/\(variant)/libgcc.a",
      ]
    }
    .filter { FileManager.default.fileExists(atPath: $0) }
  }()

  @Test("every instruction of the C libraries is decoded as objdump shows it", arguments: libraries)
  func libraryAgrees(_ path: String) throws {
    let lines = listing(try Toolchain.run("objdump", ["-d", path]))
    var seen: Set<UInt32> = []
    var disagreements: [Disagreement] = []
    for line in lines {
      let code = UInt32(line.halfwords[0]) << 16 | UInt32(line.halfwords.last ?? 0)
      // Branches differ by place; the rest only by encoding.
      if line.mnemonic.first != "b", line.mnemonic.first != "c", !seen.insert(code).inserted {
        continue
      }
      if let difference = Self.compare(line) { disagreements.append(difference) }
    }
    #expect(lines.count > 5000)
    #expect(disagreements.isEmpty, "\(disagreements.count): \(disagreements.prefix(10))")
  }

  @Test("every 16-bit encoding is decoded as objdump shows it")
  func narrowAgrees() throws {
    // IT is left out: it would condition what happens to follow it.
    let codes = (UInt16(0)..<0xE800).filter { $0 & 0xFF00 != 0xBF00 || $0 & 0xF == 0 }
    let lines = listing(try Toolchain.disassemble(codes))
    #expect(lines.count == codes.count)
    let disagreements = lines.compactMap(Self.compare)
    #expect(disagreements.isEmpty, "\(disagreements.count): \(disagreements.prefix(10))")
  }

  @Test("random 32-bit encodings are decoded as objdump shows them", arguments: 0..<8)
  func wideAgrees(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    var codes: [UInt16] = []
    for _ in 0..<10_000 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let first = UInt16(truncatingIfNeeded: 0xE800 + (state >> 20) % 0x1800)
      var second = UInt16(truncatingIfNeeded: state >> 40)
      // Half of the sample where coprocessors 10 and 11, and plain fields, are likelier.
      if state & 1 == 0 { second = second & 0xF1FF | 0x0A00 }
      codes += [first, second]
    }
    let lines = listing(try Toolchain.disassemble(codes))
    let disagreements = lines.compactMap(Self.compare)
    #expect(disagreements.isEmpty, "\(disagreements.count): \(disagreements.prefix(10))")
  }
}
