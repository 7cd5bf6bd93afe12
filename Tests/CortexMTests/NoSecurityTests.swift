import CortexM
import Simulation
import Testing
import Units

/// Armv8-M without the Security Extension: STM32 with TZEN 0. Reference: Arm DDI 0553B, B3.18, D1.2.
@Suite struct NoSecurityTests {
  private let bench = CoreBench(architecture: .v8M, securityExtension: false)

  @Test func theLinkRegisterOfAHandlerHasNeitherSNorES() {
    bench.enable(1, 2)
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor[.lr] == 0xffff_ffb8)
    bench.leave()
    bench.processor.controlWord |= 2
    bench.pend(2)
    _ = bench.core.takePending()
    #expect(bench.processor[.lr] == 0xffff_ffbc)
  }

  /// FreeRTOS starts its tasks by 0xFFFFFFBC, others by 0xFFFFFFFD.
  @Test(arguments: [0xffff_ffbc, 0xffff_fffd] as [UInt32]) func aThreadIsLeftToByEitherForm(
    target: UInt32
  ) {
    bench.enable(1)
    bench.processor.controlWord |= 2
    bench.pend(1)
    _ = bench.core.takePending()
    bench.core.exceptionReturn(target | 1)
    #expect(bench.processor[.xpsr] & 0x1ff == 0)
    #expect(bench[0xe000_ed28] == 0)
    #expect(bench.processor[.psp] == CoreBench.processTop)
  }

  @Test func theRegistersOfTheExtensionReadZeroAndTakeNothing() {
    for address: UInt32 in [0xe000_edd0, 0xe000_edd4, 0xe000_ede4, 0xe000_ed8c, 0xe000_e380] {
      bench[address] = 0xffff_ffff
      #expect(bench[address] == 0)
    }
    bench[0xe000_edc0] = 0x1234_5678
    #expect(bench[0xe000_edc0] == 0x1234_5678, "MAIR0 is the MPU's")
    #expect(bench[0xe000_ef34] & 4 == 0)
    #expect(bench.fabric.findings.entries.isEmpty)
  }
}
