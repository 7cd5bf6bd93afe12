import Disassembly
import Engine
import Testing
import Units

@testable import Machine

/// What the analysis makes of registers, against what they hold once the engine has run the block: made-up
/// arithmetic, comparisons and conditional instructions.
struct DerivedValueTests {
  private static let code = Address(0x1000)

  private static func engine() throws -> Engine {
    let engine = try Engine(model: .cortexM4, functionCount: 0) { _, _ in BlockDescription() }
    try engine.mapMemory(at: Address(0), size: 0x4000, isWritable: true)
    return engine
  }

  /// The value that a load through a register would be known to address; nil: not known.
  private static func known(
    _ block: [UInt8], _ register: UInt32, _ start: [UInt32]
  ) -> UInt32? {
    // LDR.W R9, [Rn]
    let load = [UInt8(0xd0 | register), 0xf8, 0, 0x90]
    let programs = AccessAddresses(
      Decoder.decodeBlock(bytes: block + load, at: Self.code), followsAll: true
    ) { _ in nil }.programs
    guard let access = programs.accesses.last else { return nil }
    var values = start + [0]
    func value(_ sum: RegisterSum) -> UInt32 {
      values[Int(sum.base)] &+ values[Int(sum.index)] << UInt32(sum.shift) &+ sum.offset
    }
    for derived in programs.derived {
      values.append(
        DerivedValue.result(
          derived.operation, value(derived.first), value(derived.second), detail: derived.detail))
    }
    return value(access.address)
  }

  @Test func registersHoldWhatTheAnalysisSays() throws {
    let engine = try Self.engine()
    var followed = 0
    for seed in 0..<600 {
      var arithmetic = MadeUpArithmetic(seed: UInt64(seed))
      let block = (0..<10).flatMap { _ in arithmetic.instruction() }
      _ = engine.reprogram(block + [0x30, 0xbf], at: Self.code)
      var start = (0..<15).map { _ in arithmetic.operand() }
      start[13] = 0x3000
      for number in 0..<13 {
        engine[try #require(CoreRegister(rawValue: number))] = start[number]
      }
      engine[.lr] = start[14]
      engine[.sp] = start[13]
      engine.setApplicationFlags(0)
      engine.programCounter = Self.code
      try #require(engine.run(until: .max) == .waitForInterrupt, "seed \(seed)")
      for number in UInt32(0)..<8 {
        guard let known = Self.known(block, number, start) else { continue }
        followed += 1
        let held = engine[try #require(CoreRegister(rawValue: Int(number)))]
        #expect(known == held, "R\(number), seed \(seed), \(block)")
      }
    }
    // Conditions and carries from before a block are not followed.
    #expect(followed > 600 * 8 * 3 / 4)
  }
}

/// Integer instructions by chance, on R0 … R7.
private struct MadeUpArithmetic {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private mutating func bits(_ count: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: random.next() >> 20) & (1 << count - 1)
  }

  private mutating func choice(_ values: [UInt32]) -> UInt32 {
    values[Int(bits(16)) % values.count]
  }

  mutating func operand() -> UInt32 {
    let word = UInt32(truncatingIfNeeded: random.next())
    return word >> choice([0, 0, 8, 20, 28, 31])
  }

  mutating func instruction() -> [UInt8] {
    let halfwords: [UInt32]
    switch bits(4) {
    case 0: halfwords = [choice([0, 0x800, 0x1000, 0x1800, 0x1c00]) | bits(11) & 0x7ff]
    case 1: halfwords = [0x2000 | bits(13)]
    case 2: halfwords = [0x4000 | bits(10)]
    case 3: halfwords = [0x4400 | choice([0, 0x100, 0x200]) | bits(6)]
    case 4: halfwords = [0xb200 | bits(8)]
    case 5, 6: halfwords = conditional()
    case 7, 8: halfwords = shiftedRegister()
    case 9: halfwords = modifiedImmediate()
    case 10: halfwords = plainImmediate()
    case 11: halfwords = bitField()
    case 12: halfwords = [0xfa00 | bits(2) << 5 | bits(3), 0xf000 | bits(3) << 8 | bits(3)]
    case 13:
      halfwords = [
        0xfa00 | choice([0, 1, 4, 5]) << 4 | choice([15, bits(3)]),
        0xf080 | bits(3) << 8 | bits(2) << 4 | bits(3),
      ]
    case 14: halfwords = multiplication()
    default: halfwords = [choice([0xfb90, 0xfbb0]) | bits(3), 0xf0f0 | bits(3) << 8 | bits(3)]
    }
    return halfwords.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
  }

  /// CMP, IT and a move or an addition of low registers.
  private mutating func conditional() -> [UInt32] {
    [
      0x4280 | bits(6), 0xbf08 | (bits(16) % 14) << 4,
      choice([0x4600 | bits(6), 0x1800 | bits(9), 0x3000 | bits(11)]),
    ]
  }

  private mutating func shiftedRegister() -> [UInt32] {
    let operation = choice([0, 1, 2, 3, 4, 8, 13, 14])
    // A rotation by none takes in the carry flag.
    let (type, count) = (bits(2), 1 + bits(16) % 31)
    return [
      0xea00 | operation << 5 | bits(1) << 4 | bits(3),
      (count >> 2) << 12 | bits(3) << 8 | (count & 3) << 6 | type << 4 | bits(3),
    ]
  }

  private mutating func modifiedImmediate() -> [UInt32] {
    [
      0xf000 | bits(1) << 10 | choice([0, 1, 2, 3, 4, 8, 13, 14]) << 5 | bits(1) << 4 | bits(3),
      bits(3) << 12 | bits(3) << 8 | bits(7) | 1,
    ]
  }

  private mutating func plainImmediate() -> [UInt32] {
    [
      choice([0xf200, 0xf2a0, 0xf240, 0xf2c0]) | bits(1) << 10 | bits(3),
      bits(3) << 12 | bits(3) << 8 | bits(8),
    ]
  }

  /// SBFX, UBFX, BFI and BFC.
  private mutating func bitField() -> [UInt32] {
    let low = bits(5)
    let width = bits(16) % (32 - low)
    let operation = choice([0xf340, 0xf3c0, 0xf360])
    let last = operation == 0xf360 ? low + width : width
    let source = operation == 0xf360 ? choice([15, bits(3)]) : bits(3)
    return [operation | source, (low >> 2) << 12 | bits(3) << 8 | (low & 3) << 6 | last]
  }

  private mutating func multiplication() -> [UInt32] {
    let (first, second) = (bits(3), bits(3))
    switch bits(2) {
    case 0: return [0xfb00 | first, choice([15, bits(3)]) << 12 | bits(3) << 8 | second]
    case 1: return [0xfb00 | first, bits(3) << 12 | bits(3) << 8 | 0x10 | second]
    case 2:
      return [
        0xfb10 | first, choice([15, bits(3)]) << 12 | bits(3) << 8 | bits(2) << 4 | second,
      ]
    default:
      let low = bits(3)
      return [
        choice([0xfb80, 0xfba0]) | first, low << 12 | ((low + 1 + bits(2)) & 7) << 8 | second,
      ]
    }
  }
}
