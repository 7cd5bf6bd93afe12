import Disassembly
import Testing
import Units

/// Operands, flags and stack effects, written out by hand from the architecture manual.
@Suite(.enabled(if: Toolchain.isInstalled, "arm-none-eabi binutils are not installed"))
struct DecoderTests {
  static func decode(_ text: String, core: String = "cortex-m7") throws -> [Instruction] {
    Decoder.decodeBlock(bytes: try Toolchain.assemble(text, core: core), at: Address(0))
  }

  static func masks(_ text: Substring) -> (core: UInt16, float: UInt32) {
    var core: UInt16 = 0
    var float: UInt32 = 0
    for name in text.split(separator: " ") {
      if let number = Mentioned.names[String(name)] {
        core |= 1 << number
      } else if let number = UInt32(name.dropFirst()) {
        if name.first == "r" { core |= 1 << UInt16(number) } else { float |= 1 << number }
      }
    }
    return (core, float)
  }

  static func marks(_ i: Instruction) -> String {
    var text = ""
    if i.readsFlags { text += "f" }
    if i.writesFlags { text += "F" }
    if i.isCall { text += "c" }
    if i.isReturnCandidate { text += "r" }
    if i.movesStackUnpredictably { text += "u" }
    if i.stackChange != 0 { text += (i.stackChange > 0 ? "+" : "") + "\(i.stackChange)" }
    return text
  }

  @Test("operands, flags and stack effects are as the manual says")
  func operands() throws {
    let rows = operandTable.split(separator: "\n").map {
      $0.split(separator: "|", omittingEmptySubsequences: false).map { field in
        field.split(separator: " ").joined(separator: " ")
      }
    }
    #expect(rows.count >= 120)
    let block = try Self.decode(rows.map { $0[0] }.joined(separator: "\n"))
    try #require(block.count == rows.count)
    for (row, i) in zip(rows, block) {
      let (reads, floatReads) = Self.masks(row[2][...])
      let (writes, floatWrites) = Self.masks(row[3][...])
      let marks = row.count > 4 ? row[4] : ""
      #expect("\(i.kind)" == row[1], "\(row[0])")
      #expect(i.reads == reads, "\(row[0]) reads \(String(i.reads, radix: 2))")
      #expect(i.writes == writes, "\(row[0]) writes \(String(i.writes, radix: 2))")
      #expect(i.floatReads == floatReads, "\(row[0]) reads S \(String(i.floatReads, radix: 2))")
      #expect(i.floatWrites == floatWrites, "\(row[0]) writes S \(String(i.floatWrites, radix: 2))")
      #expect(Self.marks(i) == marks, "\(row[0])")
    }
  }

  @Test("an IT gives its instructions their conditions and stops narrow ones setting flags")
  func ifThen() throws {
    let block = try Self.decode(
      """
      cmp r0, #0
      ittee eq
      addeq r0, r1, r2
      addseq.w r0, r1, r2
      movne r3, #1
      cmpne r3, #2
      adds r0, r1, r2
      """)
    let conditions: [Condition] = [.al, .al, .eq, .eq, .ne, .ne, .al]
    #expect(block.map(\.condition) == conditions)
    #expect(block.map(\.isInIfThenBlock) == [false, false, true, true, true, true, false])
    #expect(block.map(\.writesFlags) == [true, false, false, true, false, true, true])
    #expect(block.map(\.readsFlags) == [false, false, true, true, true, true, false])
  }

  @Test("a run that starts inside an IT block takes its state from the caller")
  func middleOfIfThen() throws {
    let bytes = try Toolchain.assemble("movs r0, #1\nmovs r1, #1")
    let block = Decoder.decodeBlock(bytes: bytes, at: Address(0), ifThenState: 0x18)
    #expect(block.map(\.condition) == [.ne, .al])
  }

  @Test("addresses of memory operands follow from base, index and offset")
  func memoryOperands() throws {
    let block = try Self.decode(
      """
      ldr r0, [r1, #4]
      ldr r0, [r1], #4
      ldr r0, [r1, #-4]!
      ldrh r0, [r1, r2, lsl #2]
      push {r0-r3}
      pop {r0-r3}
      ldmdb r1!, {r2, r3}
      ldrd r2, r3, [r1, #-16]
      vpush {d8}
      vldr d0, [r1, #8]
      """)
    let expected: [(UInt32, UInt8, UInt8, Int32)] = [
      (0x1004, 4, 1, 0), (0x1000, 4, 1, 4), (0xFFC, 4, 1, -4), (0x1040, 2, 1, 0),
      (0xFF0, 4, 4, -16), (0x1000, 4, 4, 16), (0xFF8, 4, 2, -8), (0xFF0, 4, 2, 0),
      (0xFF8, 4, 2, -8), (0x1008, 4, 2, 0),
    ]
    try #require(block.count == expected.count)
    for (i, row) in zip(block, expected) {
      #expect(i.memory.address(base: 0x1000, index: 0x10) == row.0)
      #expect(i.memory.transferSize == row.1)
      #expect(i.memory.count == row.2)
      #expect(i.memory.writebackChange == row.3)
    }
  }

  @Test("direct branches know their targets")
  func targets() throws {
    let block = try Self.decode(
      "b . + 100\nbeq . - 20\nb.w . + 4000\nbl . - 3000\nbne.w . + 600\ncbz r0, . + 20")
    let distances = block.map { Int32(bitPattern: $0.target.value &- $0.address.value) }
    #expect(distances == [100, -20, 4000, -3000, 600, 20])
    let wanted = [true, true, true, true, true, true]
    #expect(block.map(\.hasDirectTarget) == wanted)
  }

  @Test("a run cut inside a wide instruction ends in an undefined one and covers all bytes")
  func cutShort() {
    let block = Decoder.decodeBlock(bytes: [0x00, 0xBF, 0x00, 0xF0], at: Address(0x100))
    #expect(block.map(\.kind) == [.hint, .undefined])
    #expect(block.last?.end == Address(0x104))
  }

  @Test("capstone puts a decoded instruction into words")
  func text() throws {
    guard let disassembler = Disassembler() else {
      Issue.record("capstone refused Thumb")
      return
    }
    let block = try Self.decode("ldr r0, [r1, #4]\nvadd.f32 s0, s1, s2\nnop")
    let texts = block.map { disassembler.text(of: $0) }
    #expect(texts == ["ldr r0, [r1, #4]", "vadd.f32 s0, s1, s2", "nop"])
  }

  @Test("any bytes decode to instructions that cover them", arguments: 0..<50)
  func anyBytes(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 7
    let bytes = (0..<512).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    let block = Decoder.decodeBlock(bytes: bytes, at: Address(0xFFFF_FF00))
    #expect(block.reduce(0) { $0 + Int($1.size) } == 512)
  }
}
