import CortexM
import Simulation
import Testing
import Units

struct MemoryProtectionTests {
  private static let control: UInt32 = 0xe000_ed94
  private static let number: UInt32 = 0xe000_ed98
  private static let base: UInt32 = 0xe000_ed9c
  private static let attributes: UInt32 = 0xe000_eda0

  private func region(_ bench: CoreBench, _ number: UInt32, _ base: UInt32, _ attributes: UInt32) {
    bench[Self.base] = base | 1 << 4 | number
    bench[Self.attributes] = attributes
  }

  @Test func registersReadBackByRegion() {
    let bench = CoreBench()
    #expect(bench[0xe000_ed90] == 0x800)
    region(bench, 3, 0x2000_0400, 0x1300_0013)
    region(bench, 5, 0x2000_0800, 0x0600_0013)
    bench[Self.number] = 3
    #expect(bench[Self.base] == 0x2000_0403)
    #expect(bench[Self.attributes] == 0x1300_0013)
    bench[Self.number] = 5
    #expect(bench[0xe000_edb4] == 0x2000_0805)
    #expect(!bench.processor.protects)
    bench[Self.control] = 5
    #expect(bench.processor.protects)
    bench[Self.number] = 200
    bench[Self.attributes] = 1
    #expect(bench[Self.attributes] == 0)
  }

  /// Access permission, then what privileged and unprivileged code may do.
  @Test(
    arguments: [
      (0, 0, 0), (1, 7, 0), (2, 7, 5), (3, 7, 7), (5, 5, 0), (6, 5, 5), (7, 5, 5),
    ] as [(UInt32, Int32, Int32)])
  func theAccessPermissionDecides(field: UInt32, privileged: Int32, unprivileged: Int32) {
    let bench = CoreBench()
    region(bench, 0, 0x2000_0400, field << 24 | 9 << 1 | 1)
    bench[Self.control] = 5
    #expect(bench.core.permissions(at: 0x2000_0400) == privileged)
    #expect(bench.core.permissions(at: 0x2000_07ff) == privileged)
    #expect(bench.core.permissions(at: 0x2000_0800) == 7)
    bench.processor.controlWord = 1
    #expect(bench.core.permissions(at: 0x2000_0400) == unprivileged)
    #expect(bench.core.permissions(at: 0x2000_0800) == 0)
    region(bench, 0, 0x2000_0400, 1 << 28 | field << 24 | 9 << 1 | 1)
    #expect(bench.core.permissions(at: 0x2000_0400) == unprivileged & 3)
  }

  @Test func theHighestRegionWinsAndSubregionsUncover() {
    let bench = CoreBench()
    region(bench, 1, 0, 3 << 24 | 31 << 1 | 1)
    region(bench, 4, 0x2000_0000, 1 << 8 | 12 << 1 | 1)
    bench[Self.control] = 1
    #expect(bench.core.permissions(at: 0x2000_0000) == 7)
    #expect(bench.core.permissions(at: 0x2000_0400) == 0)
    #expect(bench.core.permissions(at: 0x2000_1fff) == 0)
    #expect(bench.core.permissions(at: 0x2000_2000) == 7)
    #expect(!bench.core.isMixedPage(0x2000_0000))
    region(bench, 5, 0x2000_0100, 4 << 1 | 1)
    #expect(bench.core.permissions(at: 0x2000_00ff) == 7)
    #expect(bench.core.permissions(at: 0x2000_0100) == 0)
    #expect(bench.core.permissions(at: 0x2000_0120) == 7)
    #expect(bench.core.isMixedPage(0x2000_03ff))
    #expect(bench.core.pagePermissions(at: 0x2000_0000) == 0)
    #expect(!bench.core.isMixedPage(0x2000_2000))
    #expect(bench.core.pagePermissions(at: 0x2000_2000) == 7)
  }

  @Test func faultHandlersAreFreeUnlessAsked() {
    for isAsked in [false, true] {
      let bench = CoreBench()
      region(bench, 0, 0x2000_0000, 15 << 1 | 1)
      bench[Self.control] = isAsked ? 7 : 5
      bench.processor.mainStack = 0x2000_0100
      #expect(bench.core.permissions(at: 0x2000_0000) == 0)
      bench[0xe000_ed04] = 1 << 31
      #expect(bench.core.takePending() == 2 || isAsked)
      #expect(bench.core.permissions(at: 0x2000_0000) == (isAsked ? 0 : 7))
    }
  }

  @Test func stackingWhereNothingMayBeWrittenDerivesAMemManage() {
    let bench = CoreBench()
    bench[0xe000_ed24] = 1 << 16
    bench.enable(1)
    bench.setPriority(17, 0x80)
    region(bench, 0, 0x2000_0000, 6 << 24 | 15 << 1 | 1)
    bench[Self.control] = 5
    bench.pend(1)
    #expect(bench.core.takePending() == 4)
    #expect(bench[0xe000_ed28] == 1 << 4)
  }

  @Test func unstackingWhereNothingMayBeReadDerivesAMemManage() {
    let bench = CoreBench()
    bench[0xe000_ed24] = 1 << 16
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    region(bench, 0, 0x2000_0000, 15 << 1 | 1)
    bench[Self.control] = 5
    bench.leave()
    #expect(bench.running == 4)
    #expect(bench[0xe000_ed28] == 1 << 3)
  }
}
