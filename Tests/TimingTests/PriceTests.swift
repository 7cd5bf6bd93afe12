import Disassembly
import Testing
import Timing
import Units

/// What holds for every price of every core.
struct PriceTests {
  /// Random code: plausible halfwords, wide ones in pairs.
  static func block(seed: UInt64) -> [Instruction] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678
    var bytes: [UInt8] = []
    let count = 1 + Int(seed % 40)
    for _ in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes.append(UInt8(truncatingIfNeeded: state >> 33))
      bytes.append(UInt8(truncatingIfNeeded: state >> 41))
    }
    return Decoder.decodeBlock(bytes: bytes, at: Address(UInt32(seed % 2) * 2))
  }

  @Test(
    "the split adds up, the band holds the price, and offsets never go back", arguments: 0..<200)
  func invariants(seed: UInt64) {
    let block = Self.block(seed: seed)
    for core in TimingCatalog.cores {
      let price = core.price(block)
      #expect(price.split.total == price.cycles, "\(core.name)")
      #expect(price.minimum <= price.cycles, "\(core.name)")
      #expect(price.cycles <= price.maximum, "\(core.name)")
      #expect(price.offsets.count == block.count, "\(core.name)")
      #expect(zip(price.offsets, price.offsets.dropFirst()).allSatisfy(<=), "\(core.name)")
      #expect(price.offsets.allSatisfy { $0 <= price.cycles }, "\(core.name)")
      #expect(core.price(block) == price, "\(core.name)")
    }
  }

  @Test("an empty run costs nothing")
  func empty() {
    for core in TimingCatalog.cores { #expect(core.price([]) == BlockPrice()) }
  }

  /// Reference: compendium.i-0.nl, division timing (measured on STM32L4); DDI0439D table 3-1.
  @Test(
    arguments: [
      (0, 5, false, 2), (5, 0, false, 2), (1, 8, false, 3), (8, 2, false, 5),
      (0x2000_0000, 1, false, 12), (0xffff_fffe, 3, true, 5), (0xffff_fffe, 3, false, 12),
    ] as [(UInt32, UInt32, Bool, UInt32)])
  func divisionsEndEarly(dividend: UInt32, divisor: UInt32, isSigned: Bool, cycles: UInt32) {
    let divider = Divider(isMeasured: true)
    #expect(divider.cycles(dividend: dividend, divisor: divisor, isSigned: isSigned) == cycles)
  }

  /// Its operands leave nothing open where the rule was measured, and as much as before elsewhere.
  @Test(arguments: [("cortex-m3", UInt32(0)), ("cortex-m4", 0), ("cortex-m33", 5)])
  func aDivisionThatIsFollowedCostsTheLeast(core: String, spread: UInt32) throws {
    let timing = try #require(TimingCatalog.timing(of: core))
    let divider = try #require(timing.divider)
    // UDIV R0, R1, R2
    let block = Decoder.decodeBlock(bytes: [0xb1, 0xfb, 0xf2, 0xf0], at: Address(0))
    var price = timing.price(block)
    #expect((price.cycles, price.operandsBelow, price.operandsAbove) == (7, 5, 5))
    price.leaveOut(divisions: [0], divider)
    #expect((price.cycles, price.operandsBelow, price.operandsAbove) == (2, spread, spread))
  }

  @Test("every core is found by its name")
  func catalog() {
    for core in TimingCatalog.cores {
      #expect(TimingCatalog.timing(of: core.name)?.name == core.name)
    }
    #expect(TimingCatalog.timing(of: "cortex-m4f")?.name == "cortex-m4")
    #expect(TimingCatalog.timing(of: "cortex-a9") == nil)
    #expect(Set(TimingCatalog.cores.map(\.name)).count == TimingCatalog.cores.count)
  }

  @Test("every core names what it assumes, a figure once")
  func assumptions() {
    for core in TimingCatalog.cores {
      #expect(!core.assumptions.isEmpty, "\(core.name)")
      #expect(Set(core.assumptions).count == core.assumptions.count, "\(core.name)")
    }
  }

  @Test("exceptions cost what the manuals say")
  func exceptions() {
    let four = CortexM4Timing().exceptions
    #expect([four.entry, four.exit, four.tailChain] == [12, 10, 6])
    #expect(four.entry + four.floatEntry == 29)
    #expect(four.exit + four.floatExit == 27)
    #expect(CortexM3Timing().exceptions.entry == 12)
    #expect(CortexM0Timing().exceptions.entry == 16)
    #expect(CortexM0PlusTiming().exceptions.entry == 15)
  }
}
