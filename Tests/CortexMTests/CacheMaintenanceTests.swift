import CortexM
import Simulation
import Testing
import Units

/// The Cortex-M7's cache registers, as CMSIS uses them.
struct CacheMaintenanceTests {
  private func bench(caches: Bool = true) -> CoreBench {
    CoreBench { features in
      features.hasMemorySystem = true
      guard caches else { return }
      features.instructionCache = CacheShape(size: 4096, line: 32, ways: 2)
      features.dataCache = CacheShape(size: 4096, line: 32, ways: 4)
    }
  }

  /// Reference: DDI 0489F, table 3-7: 4 KB caches.
  @Test func theShapeReadsAsTheManualEncodesIt() {
    let bench = bench()
    #expect(bench[0xe000_ed78] == 0x0900_0003)
    bench[0xe000_ed84] = 0
    #expect(bench[0xe000_ed80] == 0xf003_e019)
    bench[0xe000_ed84] = 1
    #expect(bench[0xe000_ed80] == 0xf007_e009)
    bench[0xe000_ed84] = 2
    #expect(bench[0xe000_ed80] == 0)
  }

  @Test func withoutCachesNothingIsThereAndSwitchingThemOnIsAFinding() {
    let bench = bench(caches: false)
    #expect(bench[0xe000_ed78] == 0)
    #expect(bench[0xe000_ed80] == 0)
    bench[0xe000_ed14] = 0x3_0200
    #expect(bench.fabric.findings.entries.contains { $0.kind == "unmodelled-cache" })
  }

  @Test func whatSoftwareDoesReachesTheCaches() {
    let bench = bench()
    var seen: [CacheMaintenance] = []
    bench.core.cacheMaintenance = { seen.append($0) }
    bench[0xe000_ef50] = 0
    bench[0xe000_ed14] = 0x2_0200
    bench[0xe000_ed14] = 0x3_0200
    // DCISW of way 2, set 5; DCCISW of way 3, set 31; DCCIMVAC; DCCMVAC only cleans.
    bench[0xe000_ef60] = 2 << 30 | 5 << 5
    bench[0xe000_ef74] = 3 << 30 | 31 << 5
    bench[0xe000_ef70] = 0x2001_0044
    bench[0xe000_ef68] = 0x2001_0044
    #expect(
      seen == [
        .invalidateInstructions, .enable(instructions: true, data: false),
        .enable(instructions: true, data: true), .invalidateDataPlace(set: 5, way: 2),
        .invalidateDataPlace(set: 31, way: 3), .invalidateDataAt(Address(0x2001_0044)),
      ])
    #expect(bench.fabric.findings.entries.isEmpty)
  }
}
