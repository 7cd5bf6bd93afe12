import Testing
import Timing

/// What exceptions cost, beside the published figures.
@Suite struct ExceptionTimingTests {
  enum Figure {
    case entry, exit, tailChain, entryWithFloats, exitWithFloats

    func cycles(of timing: ExceptionTiming) -> UInt32 {
      switch self {
      case .entry: timing.entry
      case .exit: timing.exit
      case .tailChain: timing.tailChain
      case .entryWithFloats: timing.entry + timing.floatEntry
      case .exitWithFloats: timing.exit + timing.floatExit
      }
    }
  }

  /// Core, the figure meant, cycles, source.
  static let table: [(String, Figure, UInt32, String)] = [
    ("cortex-m0", .entry, 16, "Yiu: zero wait states"),
    ("cortex-m0+", .entry, 15, "Arm DDI0484C 3.6.1, as quoted in TI SWCU193; Yiu"),
    ("cortex-m3", .entry, 12, "Arm KB 103489845"),
    ("cortex-m3", .exit, 10, "Arm KB 103489845: the 12 of the manual's revision I is a misprint"),
    ("cortex-m4", .entry, 12, "Arm DDI0439D 3.9.1"),
    ("cortex-m4", .exit, 10, "Arm DDI0439D 3.9.1"),
    ("cortex-m4", .tailChain, 6, "Arm DDI0439D"),
    ("cortex-m4", .entryWithFloats, 29, "Arm DDI0439D 3.9.1: 12 and 17, not lazy"),
    ("cortex-m4", .exitWithFloats, 27, "Arm DDI0439D 3.9.1: 10 and 17"),
    ("cortex-m7", .entry, 12, "community.arm.com 47326: typically 12, at worst 14"),
    ("cortex-m33", .entry, 12, "not read in a primary source"),
  ]

  @Test("exceptions cost what is published", arguments: table.indices)
  func published(row: Int) throws {
    let (name, figure, cycles, source) = Self.table[row]
    let core = try #require(TimingCatalog.timing(of: name))
    #expect(figure.cycles(of: core.exceptions) == cycles, "\(name): \(source)")
  }
}
