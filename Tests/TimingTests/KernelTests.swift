import Disassembly
import Testing
import Timing
import Units

/// Short kernels priced against counts made by hand from documents and measurements.
@Suite(.enabled(if: Toolchain.isInstalled, "arm-none-eabi binutils are not installed"))
struct KernelTests {
  /// Assembles all kernels in one run, each at the start of a word.
  static func blocks(_ kernels: [String], core: String) throws -> [[Instruction]] {
    // A breakpoint and NOPs part the kernels.
    let rest = "\nbkpt #90\n.p2alignw 2, 0xbf00\n"
    let text = kernels.map { $0.split(separator: ";").joined(separator: "\n") + rest }
    let all = Decoder.decodeBlock(
      bytes: try Toolchain.assemble(text.joined(), core: core), at: Address(0))
    var result: [[Instruction]] = [[]]
    var skipping = false
    for i in all {
      if i.kind == .breakpoint {
        result.append([])
        skipping = true
      } else if !skipping || i.kind != .hint || i.address.value & 2 == 0 {
        result[result.count - 1].append(i)
        skipping = false
      }
    }
    return Array(result.dropLast())
  }

  @Test("Cortex-M4 kernels cost what documents and measurements say")
  func cortexM4() throws {
    let blocks = try Self.blocks(kernelTable.map(\.0), core: "cortex-m7")
    try #require(blocks.count == kernelTable.count)
    #expect(kernelTable.count >= 40)
    for (block, row) in zip(blocks, kernelTable) {
      let price = CortexM4Timing().price(block)
      #expect(price.cycles == row.1, "\(row.0) (\(row.3))")
      #expect(price.takenExtra == row.2, "\(row.0) (\(row.3))")
    }
  }

  @Test("Cortex-M0 and Cortex-M0+ kernels cost what their tables say")
  func fixedCost() throws {
    let blocks = try Self.blocks(fixedCostTable.map(\.0), core: "cortex-m0")
    try #require(blocks.count == fixedCostTable.count)
    for (block, row) in zip(blocks, fixedCostTable) {
      let zero = CortexM0Timing().price(block)
      let plus = CortexM0PlusTiming().price(block)
      #expect(zero.cycles == row.1 && zero.takenExtra == row.2, "\(row.0)")
      #expect(plus.cycles == row.3 && plus.takenExtra == row.4, "\(row.0)")
    }
  }

  @Test("a Cortex-M3 multiplies more slowly and overlaps no indexed access")
  func cortexM3() throws {
    let kernels = [
      "mla r0, r1, r2, r3", "umull r0, r1, r2, r3", "umlal r0, r1, r2, r3",
      "ldr r0, [r1], #4; ldr r2, [r3], #4", "ldr r0, [r1]; str r2, [r3], #4",
    ]
    let prices = try Self.blocks(kernels, core: "cortex-m3").map { CortexM3Timing().price($0) }
    #expect(prices.map(\.cycles) == [2, 4, 6, 4, 3])
    #expect(prices.map(\.minimum) == [2, 3, 4, 4, 3])
    #expect(prices.map(\.maximum) == [2, 5, 7, 4, 4])
  }

  @Test("a small multiplier takes 32 cycles")
  func smallMultiplier() throws {
    let block = try Self.blocks(["muls r0, r1, r0"], core: "cortex-m0")[0]
    #expect(CortexM0Timing(smallMultiplier: true).price(block).cycles == 32)
    #expect(CortexM0PlusTiming(smallMultiplier: true).price(block).cycles == 32)
  }

  @Test("a Cortex-M7 pairs independent instructions and not dependent ones")
  func cortexM7() throws {
    let kernels = [
      "add.w r0, r1, r2; add.w r3, r4, r5",
      "add.w r0, r1, r2; add.w r3, r0, r5",
      "str r0, [r1]; str r2, [r3]",
      "ldr r0, [r1]; ldr r2, [r1, #4]",
      "ldr r0, [r1]; ldr r2, [r1, #8]",
      "mul r0, r1, r2; mul r3, r4, r5",
      "ldr r0, [r1]; ldr r2, [r0]",
      "ldmia r0!, {r1-r5}",
      "vadd.f32 s0, s1, s2; vadd.f32 s3, s0, s4",
      "vdiv.f32 s0, s1, s2",
    ]
    let prices = try Self.blocks(kernels, core: "cortex-m7").map { CortexM7Timing().price($0) }
    // The second add finds the first one's sum, made by the early ALU, in the late one.
    #expect(prices.map(\.cycles) == [1, 1, 2, 1, 2, 2, 3, 3, 4, 16])
  }

  @Test("a Cortex-M7 needs shifted operands, addresses and factors early")
  func cortexM7Operands() throws {
    let kernels: [(String, UInt32)] = [
      // jnk0le, cortex_m7.md: simple sums and shifts leave the early ALU after a cycle.
      ("add.w r0, r2, r3; eor.w r6, r0, r6, ror #22", 1),
      ("add.w r0, r2, r3; ldr.w r4, [r5, r0]", 2),
      ("eor.w r0, r2, r3; ldr.w r4, [r5, r0]", 3),
      ("eor.w r0, r2, r3; eor.w r4, r5, r0, ror #8", 3),
      ("ldr.w r0, [r1]; eor.w r2, r3, r0", 2),
      ("ldr.w r0, [r1]; eor.w r2, r3, r0, ror #8", 3),
      ("ldrb.w r0, [r1]; eor.w r2, r3, r0", 3),
      ("ldrb.w r0, [r1]; strb.w r0, [r2]", 1),
      ("ldr.w r0, [r1]; mul r2, r3, r0", 3),
      ("mul r0, r1, r2; add.w r3, r0, r4", 3),
      ("mla r0, r1, r2, r0; mla r0, r3, r4, r0", 2),
      ("uxtb.w r0, r1; uxtb.w r2, r3", 2),
      ("eor.w r0, r1, r2, ror #8; uxtb.w r3, r4", 2),
      ("eor.w r0, r1, r2, ror #8; eor.w r3, r4, r5, ror #8", 2),
      ("mul r0, r1, r2; str.w r3, [r4]", 2),
      ("movw r0, #1; movt r0, #2", 1),
      // jnk0le: neither constants nor, in the younger slot, transfers in the three cycles after a VFMA.
      ("vfma.f32 s0, s1, s2; vmov.f32 s3, #1.0", 5),
      ("vfma.f32 s0, s1, s2; mov.w r0, r1; mov.w r3, r1; vldr s3, [r2]", 3),
      ("vadd.f32 s0, s1, s2; mov.w r0, r1; mov.w r3, r1; vldr s3, [r2]", 2),
      // LLVM, memoryRAWHazard: four cycles from a store to a load of the same address.
      ("str.w r0, [r1]; ldr.w r2, [r1]", 5),
      // SLOTHY, add_st_hazard; DDI0489F 5.9.2: the other word of the doubleword waits as long.
      ("str.w r0, [r1]; ldr.w r2, [r1, #4]", 5),
      ("str.w r0, [r1]; ldr.w r2, [r1, #8]", 1),
    ]
    let blocks = try Self.blocks(kernels.map(\.0), core: "cortex-m7")
    for (kernel, block) in zip(kernels, blocks) {
      #expect(CortexM7Timing().price(block).cycles == kernel.1, "\(kernel.0)")
    }
  }

  @Test("a Cortex-M33 has two-cycle loads and pairs a branch with the instruction before it")
  func cortexM33() throws {
    let kernels = [
      "ldr r0, [r1]; adds r0, #1",
      "ldr r0, [r1]; str r0, [r2]",
      "adds r0, #1; nop",
      "subs r0, #1; bne . - 2",
      "ldrd r0, r1, [r2]",
      "ldmia r0!, {r1-r4}",
      "muls r0, r1, r0",
      "mla r0, r1, r2, r3; mla r0, r1, r2, r0",
    ]
    let prices = try Self.blocks(kernels, core: "cortex-m33").map { CortexM33Timing().price($0) }
    #expect(prices.map(\.cycles) == [3, 2, 1, 1, 2, 4, 2, 2])
    #expect(prices[3].takenExtra == 2)
  }

  @Test("a Cortex-M33's results of two stages are there a cycle later")
  func cortexM33Results() throws {
    // jnk0le, cortex_m33.md.
    let kernels: [(String, UInt32)] = [
      ("eor.w r0, r1, r2, ror #8; add.w r3, r0, r4", 3),
      ("eor.w r0, r1, #0x1fc0; add.w r3, r0, r4", 3),
      ("eor.w r0, r1, #0x1b; add.w r3, r0, r4", 2),
      ("adds.w r0, r1, #0x1fc0", 2),
      ("adds.w r0, r1, r2, lsl #2", 1),
      ("bfi r0, r1, #4, #4; add.w r3, r0, r4", 2),
      ("uxtab r0, r1, r2; uxtab r0, r0, r3", 2),
      ("uadd8 r0, r1, r2; add.w r3, r0, r4", 3),
      ("ldr r0, [r1]; mla r0, r2, r3, r0", 2),
      ("ldr r0, [r1]; uxtab r0, r0, r3", 3),
      ("cmp r0, #0; it eq; addeq r1, r2, r3", 2),
      ("ldmia r6!, {r0-r3}; add.w r4, r0, r5", 5),
      ("movs.w r0, #0x1fc0", 1),
      ("qsub r0, r1, r2; mla r0, r2, r3, r0", 3),
      ("mul r0, r1, r2; vmov s0, r0", 2),
      ("ldr r0, [r1]; vmov s0, r0", 3),
      ("vadd.f32 s0, s1, s2; vadd.f32 s3, s0, s4", 2),
      ("vadd.f32 s0, s1, s2; vadd.f32 s3, s0, s4; vadd.f32 s5, s6, s7", 4),
      ("vadd.f32 s0, s1, s2; vadd.f32 s3, s0, s4; adds r0, #1; vadd.f32 s5, s6, s7", 4),
      ("vmul.f32 s0, s1, s2; vadd.f32 s3, s0, s4; adds r0, #1; adds r0, #1; vstr s3, [r1]", 5),
      ("vmov s0, s1, r0, r1; vadd.f32 s2, s0, s1", 3),
      ("vfma.f32 s0, s1, s2; vfma.f32 s0, s3, s4", 4),
      ("vfma.f32 s0, s1, s2; vfma.f32 s3, s0, s4", 4),
      ("vfma.f32 s0, s1, s2; vfma.f32 s3, s0, s4; vadd.f32 s5, s6, s7", 8),
      ("vadd.f32 s0, s1, s2; vfma.f32 s0, s3, s4", 3),
    ]
    let blocks = try Self.blocks(kernels.map(\.0), core: "cortex-m7")
    for (kernel, block) in zip(kernels, blocks) {
      #expect(CortexM33Timing().price(block).cycles == kernel.1, "\(kernel.0)")
    }
  }

  @Test("a branch to a wide instruction at an odd halfword costs a cycle")
  func entry() throws {
    let bytes = try Toolchain.assemble("nop\nadd.w r0, r1, r2\nnop")
    let odd = Decoder.decodeBlock(bytes: Array(bytes[2...]), at: Address(0x102))
    let even = Decoder.decodeBlock(bytes: Array(bytes[2...]), at: Address(0x104))
    #expect(CortexM4Timing().price(odd).entryExtraWhenBranchedTo == 1)
    #expect(CortexM4Timing().price(even).entryExtraWhenBranchedTo == 0)
  }

  @Test("what depends on data or is in doubt widens the band")
  func bands() throws {
    let kernels = [
      "sdiv r0, r1, r2", "vdiv.f32 s0, s1, s2", "mrs r0, primask", "ldr r0, [r1]; str r0, [r2]",
      "ldr r0, [r1]; ldr r2, [r0]",
    ]
    let prices = try Self.blocks(kernels, core: "cortex-m7").map { CortexM4Timing().price($0) }
    #expect(prices.map(\.minimum) == [2, 1, 1, 2, 4])
    #expect(prices.map(\.maximum) == [12, 14, 2, 3, 5])
  }

  @Test("cycles are put down to what they were spent on")
  func causes() throws {
    let kernel = "adds r0, #1; ldr r1, [r2]; mul r3, r4, r5; vadd.f32 s0, s1, s2; b . + 8"
    let split = CortexM4Timing().price(try Self.blocks([kernel], core: "cortex-m7")[0]).split
    let cycles = CycleSplit.Cause.allCases.map { split[$0] }
    #expect(cycles == [5, 1, 1, 0, 0, 0, 0])
  }
}
