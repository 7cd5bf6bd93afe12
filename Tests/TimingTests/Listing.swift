import Disassembly
import Foundation

/// A line of `objdump -d`: address, halfwords, mnemonic, operands.
struct ListingLine {
  var address: UInt32
  var halfwords: [UInt16]
  var mnemonic: String
  var operands: String
  /// The comment after `@` or `;`.
  var remark: String
}

/// Reads the instruction lines of a listing; everything else is skipped.
func listing(_ text: [UInt8]) -> [ListingLine] {
  text.split(separator: 10).compactMap { line in
    let fields = line.split(separator: 9, maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count >= 3, fields[0].last == UInt8(ascii: ":") else { return nil }
    let head = fields[0].dropLast().drop { $0 == 32 }
    guard let address = UInt32(String(decoding: head, as: UTF8.self), radix: 16) else { return nil }
    let groups = fields[1].split(separator: 32)
    guard groups.allSatisfy({ $0.count == 4 }) else { return nil }
    let halfwords = groups.compactMap { UInt16(String(decoding: $0, as: UTF8.self), radix: 16) }
    guard halfwords.count == groups.count, !halfwords.isEmpty else { return nil }
    let rest = fields.count > 3 ? fields[3] : []
    let cut = rest.firstIndex { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: ";") }
    return ListingLine(
      address: address, halfwords: halfwords,
      mnemonic: String(decoding: fields[2], as: UTF8.self),
      operands: String(decoding: rest[..<(cut ?? rest.endIndex)], as: UTF8.self),
      remark: String(decoding: rest[(cut ?? rest.endIndex)...], as: UTF8.self))
  }
}

/// What a mnemonic says an instruction is.
enum Mnemonic {
  /// Base mnemonics by class; the first matching class wins.
  static let classes: [(InstructionKind, String)] = [
    (
      .alu,
      """
      add addw sub subw adc sbc rsb rsbs neg mov movw movt mvn and orr orn eor bic tst teq cmp \
      cmn adr ubfx sbfx bfi bfc clz rbit rev rev16 revsh sxtb sxth uxtb uxth
      """
    ),
    (.shift, "lsl lsr asr ror rrx"),
    (
      .multiply,
      "mul muls smulbb smulbt smultb smultt smulwb smulwt smuad smuadx smusd smusdx smmul smmulr usad8"
    ),
    (
      .multiplyAccumulate,
      """
      mla mls smlabb smlabt smlatb smlatt smlawb smlawt smlad smladx smlsd smlsdx smmla smmlar \
      smmls smmlsr usada8
      """
    ),
    (.longMultiply, "umull smull"),
    (
      .longMultiplyAccumulate,
      "umlal smlal umaal smlalbb smlalbt smlaltb smlaltt smlald smlaldx smlsld smlsldx"
    ),
    (.divide, "sdiv udiv"),
    (.saturating, "ssat usat ssat16 usat16 qadd qsub qdadd qdsub"),
    (
      .simd,
      """
      sadd8 sadd16 sasx ssax ssub8 ssub16 qadd8 qadd16 qasx qsax qsub8 qsub16 shadd8 shadd16 \
      shasx shsax shsub8 shsub16 uadd8 uadd16 uasx usax usub8 usub16 uqadd8 uqadd16 uqasx uqsax \
      uqsub8 uqsub16 uhadd8 uhadd16 uhasx uhsax uhsub8 uhsub16 sel pkhbt pkhtb sxtab sxtah \
      sxtab16 uxtab uxtah uxtab16 sxtb16 uxtb16
      """
    ),
    (.load, "ldr ldrb ldrh ldrsb ldrsh ldrt ldrbt ldrht ldrsbt ldrsht lda ldab ldah"),
    (.store, "str strb strh strt strbt strht stl stlb stlh"),
    (.loadMultiple, "ldm ldmia ldmdb pop"),
    (.storeMultiple, "stm stmia stmdb push"),
    (.loadDouble, "ldrd"), (.storeDouble, "strd"),
    (.loadExclusive, "ldrex ldrexb ldrexh ldaex ldaexb ldaexh"),
    (.storeExclusive, "strex strexb strexh stlex stlexb stlexh"),
    (.clearExclusive, "clrex"), (.preload, "pld pli"),
    (.branch, "b"), (.compareBranch, "cbz cbnz"), (.call, "bl blx"), (.branchExchange, "bx"),
    (.tableBranch, "tbb tbh"),
    (.ifThen, "it itt ite ittt itte itet itee itttt ittte ittet ittee itett itete iteet iteee"),
    (.changeProcessorState, "cpsie cpsid"),
    (.writeSpecial, "msr"), (.readSpecial, "mrs"), (.barrier, "isb dsb dmb"),
    (.supervisorCall, "svc"), (.breakpoint, "bkpt"), (.waitForInterrupt, "wfi"),
    (.waitForEvent, "wfe"), (.sendEvent, "sev"), (.hint, "nop yield dbg"), (.undefined, "udf"),
    (
      .fpAlu,
      """
      vadd vsub vabs vneg vcmp vcmpe vcvt vcvtr vcvtb vcvtt vcvta vcvtn vcvtp vcvtm vrinta vrintn \
      vrintp vrintm vrintr vrintz vrintx vmaxnm vminnm vseleq vselge vselgt vselvs
      """
    ),
    (.fpMultiply, "vmul vnmul"),
    (.fpMultiplyAccumulate, "vmla vmls vnmla vnmls vfma vfms vfnma vfnms"),
    (.fpDivide, "vdiv"), (.fpSquareRoot, "vsqrt"), (.fpMove, "vmov"),
    (.fpLoad, "vldr"), (.fpStore, "vstr"),
    (.fpLoadMultiple, "vldmia vldmdb vpop fldmiax fldmdbx"),
    (.fpStoreMultiple, "vstmia vstmdb vpush fstmiax fstmdbx"), (.fpSystem, "vmrs vmsr"),
  ]

  static let table: [String: InstructionKind] = {
    var result: [String: InstructionKind] = [:]
    for (kind, names) in classes {
      for name in names.split(separator: " ") { result[String(name)] = kind }
    }
    return result
  }()

  static let conditions: Set<String> = [
    "eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le",
  ]

  /// The base mnemonic and its class, or nil for one that is none of these cores'.
  static func classify(_ text: String) -> (base: String, kind: InstructionKind)? {
    let stem = String(text.prefix { $0 != "." })
    let bare = conditions.contains(String(stem.suffix(2))) ? String(stem.dropLast(2)) : stem
    if let kind = table[stem] { return (stem, kind) }
    if let kind = table[bare] { return (bare, bare == "b" ? .conditionalBranch : kind) }
    for name in [stem, bare] where name.hasSuffix("s") {
      if let kind = table[String(name.dropLast())] { return (String(name.dropLast()), kind) }
    }
    return nil
  }
}

/// The registers that operands mention, and those that a mnemonic implies.
struct Mentioned: Equatable {
  var core: UInt16 = 0
  var float: UInt32 = 0

  static let names: [String: UInt16] = [
    "sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15,
  ]

  init(_ base: String, _ operands: String) {
    var last: (letter: Character, number: UInt32)?
    var ranged = false
    var word = ""
    for character in operands.replacingOccurrences(of: "<unknown>", with: "") + " " {
      if character.isLetter || character.isNumber || character == "_" {
        word.append(character)
        continue
      }
      if let register = note(word) {
        if ranged, let last, register.letter == last.letter, register.number > last.number {
          for number in last.number...register.number { mark(register.letter, number) }
        }
        last = register
        ranged = character == "-"
      }
      word = ""
    }
    switch base {
    case "push", "pop", "vpush", "vpop": core |= 1 << 13
    case "b", "bx", "cbz", "cbnz", "tbb", "tbh": core |= 1 << 15
    case "bl", "blx": core |= 1 << 15 | 1 << 14
    case "adr": core |= 1 << 15
    default: break
    }
  }

  private mutating func mark(_ letter: Character, _ number: UInt32) {
    switch letter {
    case "r" where number < 16: core |= 1 << UInt16(number)
    case "s" where number < 32: float |= 1 << number
    case "d" where number < 16: float |= 3 << (2 * number)
    default: break
    }
  }

  private mutating func note(_ word: String) -> (letter: Character, number: UInt32)? {
    if let number = Mentioned.names[word] {
      core |= 1 << number
      return ("r", UInt32(number))
    }
    guard let letter = word.first, "rsd".contains(letter), let number = UInt32(word.dropFirst())
    else { return nil }
    mark(letter, number)
    return (letter, number)
  }
}
