import Disassembly
import Testing
import Timing
import Units

/// What runs on into a block, and what a price makes of it.
@Suite(.enabled(if: Toolchain.isInstalled, "needs the Arm cross tools"))
struct StraightLineTests {
  static let start = Address(0x100)

  static func line(_ text: String) throws -> StraightLine {
    StraightLine(try Toolchain.assemble(text), at: start)
  }

  @Test("instructions before a block are found in order")
  func order() throws {
    let line = try Self.line("movs r0, #1\nadd.w r1, r2, r3\nbeq 1f\nldr r2, [r3]\n1: nop")
    let before = line.before(Self.start + 8)
    #expect(before.map(\.kind) == [.alu, .alu, .conditionalBranch])
    #expect(line.before(Self.start).isEmpty)
    // In the middle of an instruction.
    #expect(line.before(Self.start + 4).isEmpty)
  }

  @Test("nothing runs on over a branch, a call, a constant or a jump table")
  func ends() throws {
    #expect(try Self.line("nop\nb 1f\n1: nop").before(Self.start + 4).isEmpty)
    #expect(try Self.line("nop\nbl 1f\n1: nop").before(Self.start + 6).isEmpty)
    let constant = try Self.line("ldr r0, [pc, #4]\nb 1f\nnop\nnop\n.word 0x20002000\n1: nop")
    #expect(constant.before(Self.start + 12).isEmpty)
    let table = try Self.line("tbb [pc, r0]\n.byte 2, 3, 3, 0\nnop\nadds r0, #1\nnop")
    #expect(table.before(Self.start + 10).map(\.kind) == [.hint])
  }

  @Test("the branch that closes a loop leads to its head, a short loop's body several times over")
  func loops() throws {
    let line = try Self.line(
      "b 1f\nnop\n1: ldr r0, [r1]\nadds r1, r0\nbne 1b\ncbz r2, 2f\nnop\n2: nop")
    let body = line.branches(to: Self.start + 4)
    #expect(body.count == 48)
    #expect(body.prefix(3).map(\.kind) == [.load, .alu, .conditionalBranch])
    #expect(body.suffix(3).map(\.address) == body.prefix(3).map(\.address))
    #expect(line.branches(to: Self.start + 14).last?.kind == .compareBranch)
    #expect(line.branches(to: Self.start + 12).isEmpty)
  }

  @Test("what a turn of a loop leaves in flight is paid by the next one")
  func turns() throws {
    // jnk0le, cortex_m7.md: a product of single floats can be accumulated to after three cycles.
    let line = try Self.line("1: vfma.f32 s0, s1, s2\nsubs r0, #1\nbne 1b\nnop")
    let head = Decoder.decodeBlock(
      bytes: try Toolchain.assemble("1: vfma.f32 s0, s1, s2\nsubs r0, #1\nbne 1b"), at: Self.start)
    let source = line.branches(to: Self.start)
    let once = CortexM7Timing().price(head)
    let turn = CortexM7Timing().price(head, after: [], branchedFrom: source)
    #expect(once.cycles == 2 && turn.cycles + turn.entryExtraWhenBranchedTo == 3)
  }

  @Test("a short loop turns no faster than its lines are fetched and its bytes leave")
  func bounds() throws {
    // dwelch67, stm32_samples NUCLEO-F767ZI: perf01, by the loop's place; perf00, and jnk0le for bytes.
    for (code, offset, cycles) in [
      ("subs r0, #1\nbne 1b", 0, 1), ("subs r0, #1\nbne 1b", 2, 1),
      ("subs r0, #1\nbne 1b", 4, 1), ("subs r0, #1\nbne 1b", 6, 2),
      ("str r1, [r2]\nstr r1, [r2]\nsubs r0, #1\nbne 1b", 0, 3),
      ("strb r1, [r2]\nstrb r1, [r2]\nsubs r0, #1\nbne 1b", 0, 6),
      ("strb r1, [r2]\nstrb r1, [r2, #4]\nsubs r0, #1\nbne 1b", 0, 4),
    ] {
      let line = try Self.line(String(repeating: "nop\n", count: offset / 2) + "1: " + code)
      let start = Self.start + UInt32(offset)
      let head = Decoder.decodeBlock(bytes: try Toolchain.assemble("1: " + code), at: start)
      let price = CortexM7Timing().price(head, after: [], branchedFrom: line.branches(to: start))
      #expect(Int(price.cycles + price.entryExtraWhenBranchedTo) == cycles, "\(code) at \(offset)")
    }
    // jnk0le, cortex_m7.md: with error correction.
    let code = "1: strb r1, [r2]\nstrb r1, [r2]\nsubs r0, #1\nbne 1b"
    let head = Decoder.decodeBlock(bytes: try Toolchain.assemble(code), at: Self.start)
    let core = try #require(TimingCatalog.timing(of: "cortex-m7", options: .errorCorrection))
    let source = try Self.line(code).branches(to: Self.start)
    let price = core.price(head, after: [], branchedFrom: source)
    #expect(price.cycles + price.entryExtraWhenBranchedTo == 8)
    #expect(core.unalignedLoads.wordAtByte == 3)
  }

  @Test("a load hides behind the load that runs on into it")
  func context() throws {
    let code = try Toolchain.assemble("ldr r0, [r1]\nldr r2, [r3]")
    let both = Decoder.decodeBlock(bytes: code, at: Self.start)
    let four = CortexM4Timing()
    #expect(four.price(both).cycles == 3)
    let second = four.price([both[1]], after: [both[0]])
    #expect(four.price([both[0]]).cycles + second.cycles == 3)
    #expect(second.entryExtraWhenBranchedTo == 1)
  }

  @Test(
    "a run cut in two costs what it costs whole, up to its last access", arguments: 0..<200)
  func cuts(seed: UInt64) {
    let block = PriceTests.block(seed: seed)
    guard block.count > 1 else { return }
    let cut = 1 + Int(seed / 7) % (block.count - 1)
    let (head, tail) = (Array(block[..<cut]), Array(block[cut...]))
    guard !head.contains(where: \.writesPC), !head.contains(where: \.isConditional) else { return }
    for core in TimingCatalog.cores {
      let parts = core.price(head).cycles + core.price(tail, after: head).cycles
      #expect(parts == core.price(block).cycles, "\(core.name)")
      let price = core.price(tail, after: head)
      #expect(price.split.total == price.cycles, "\(core.name)")
      #expect(price.minimum <= price.cycles && price.cycles <= price.maximum, "\(core.name)")
    }
  }
}
