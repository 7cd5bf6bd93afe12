import CortexM
import Simulation
import Testing
import Units

/// Armv8-M in the secure state. Reference: Arm DDI 0553B, B3.18 … B3.23, D1.2.
@Suite struct Armv8MTests {
  private let bench = CoreBench(architecture: .v8M)

  @Test func resetLeavesTheFixedBitsOfTheConfiguration() {
    #expect(bench[0xe000_ed14] == 0x201)
    bench[0xe000_ed14] = 0
    #expect(bench[0xe000_ed14] == 0x201)
    #expect(bench[0xe000_ef34] & ~1 == 0xc000_0004)
  }

  @Test func aNestedHandlersLinkRegisterHoldsTheSelectionOfTheOuterOne() {
    bench.enable(1, 2)
    bench.setPriority(17, 0x80)
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor[.lr] == 0xffff_fff9)
    bench.processor.controlWord |= 2
    bench.pend(2)
    _ = bench.core.takePending()
    #expect(bench.processor[.lr] == 0xffff_fff5)
    #expect(bench.processor.controlWord & 2 == 0)
    bench.leave()
    #expect(bench.processor.controlWord & 2 == 2)
  }

  @Test func stackingBelowTheLimitStopsAtItAndIsAUsageFault() {
    bench[0xe000_ed24] = 1 << 18
    bench.enable(1)
    bench.setPriority(17, 0x80)
    bench.processor.stackLimits = [CoreBench.stackTop - 16, 0]
    bench.pend(1)
    #expect(bench.core.takePending() == 6)
    #expect(bench[0xe000_ed28] == 1 << 20)
    #expect(bench.processor[.msp] == CoreBench.stackTop - 16)
  }

  @Test func theLimitOfTheOtherStackDoesNotCount() {
    bench.enable(1)
    bench.processor.stackLimits = [0, CoreBench.processTop]
    bench.pend(1)
    #expect(bench.core.takePending() == 17)
    #expect(bench[0xe000_ed28] == 0)
  }

  @Test func theWholeUnitIsStackedAndClearedWhenAsked() {
    bench[0xe000_ef34] = 0xc400_0004
    bench.processor.controlWord = 12
    for index in 0..<32 { bench.processor.singles[index] = UInt32(0x100 + index) }
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.frame == CoreBench.stackTop - 168)
    #expect(bench.stacked(8) == 0x100)
    #expect(bench.stacked(26) == 0x110)
    #expect(bench.stacked(41) == 0x11f)
    #expect(bench.stacked(7).map { $0 >> 20 & 1 } == 1)
    #expect(bench.processor.singles.allSatisfy { $0 == 0 })
    bench.leave()
    #expect(bench.processor.singles == (0..<32).map { UInt32(0x100 + $0) })
    #expect(bench.processor.controlWord == 12)
  }

  @Test func whatNeedsTheNonSecureStateIsAFinding() {
    bench[0xe000_edd0] = 1
    bench[0xe000_e380] = 2
    bench[0xe000_ed0c] = 0x05fa_2000
    #expect(
      bench.fabric.findings.entries.map(\.kind) == Array(repeating: "non-secure-state", count: 3))
    #expect(bench[0xe000_edd0] == 1)
    #expect(bench[0xe000_e380] == 2)
    #expect(bench[0xe000_ed0c] == 0xfa05_2000)
  }

  @Test func regionsReachFromBaseToLimitAndMayNotOverlap() {
    func region(_ number: UInt32, _ base: UInt32, _ limit: UInt32) {
      bench[0xe000_ed98] = number
      bench[0xe000_ed9c] = base
      bench[0xe000_eda0] = limit
    }
    region(0, 0x2000_0040 | 2 << 1 | 1, 0x2000_0060 | 1)
    region(1, 0x2000_0800 | 1 << 1, 0x2000_0fe0 | 1)
    region(2, 0x2000_0c00 | 1 << 1, 0x2000_0fe0 | 1)
    bench[0xe000_ed94] = 5
    #expect(bench.core.permissions(at: 0x2000_003f) == 7)
    #expect(bench.core.permissions(at: 0x2000_0040) == 1)
    #expect(bench.core.permissions(at: 0x2000_007f) == 1)
    #expect(bench.core.permissions(at: 0x2000_0080) == 7)
    #expect(bench.core.permissions(at: 0x2000_0bff) == 7)
    #expect(bench.core.permissions(at: 0x2000_0c00) == 0)
    #expect(bench.core.isMixedPage(0x2000_0000))
    #expect(!bench.core.isMixedPage(0x2000_0800))
    bench.processor.controlWord = 1
    #expect(bench.core.permissions(at: 0x2000_0040) == 0)
    #expect(bench.core.permissions(at: 0x2000_0800) == 7)
  }
}
