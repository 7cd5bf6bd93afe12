import Testing
import Timing
import Units

@testable import Engine
@testable import Machine

/// A read that a flash's data cache has, right after one that it had to fetch from a flash that never waits.
struct LateHitTests {
  /// LDR of a register from R0 and an offset in bytes, that of a line's start or four more.
  private static func load(_ register: UInt16, line: UInt16, at offset: UInt16 = 0) -> UInt16 {
    0x6800 | (line * 4 + offset / 4) << 6 | register
  }
  private static let nop: UInt16 = 0xbf00

  /// Stalls of a first run with a cache of two lines of 16 bytes.
  private static func stalls(_ code: [UInt16], hitAfterMiss: UInt32 = 1) throws -> UInt64 {
    let timing = try #require(TimingCatalog.timing(of: "cortex-m4"))
    let analysis = BlockAnalysis(image: nil, timing: timing) { _ in CodeMemory(line: 16) }
    let engine = try Engine(model: .cortexM4, functionCount: 0) { analysis.describe($0, $1) }
    try engine.mapMemory(at: Address(0), size: 0x4000, isWritable: false)
    var setting = Engine.MemorySetting()
    setting.cachesData = true
    setting.dataHitAfterMiss = hitAfterMiss
    let cache = Engine.CacheGeometry(
      size: 32, line: 16, ways: 2, replacement: .leastRecentlyUsed)
    _ = engine.addSlowMemory(
      Engine.SlowMemory(
        windows: [(Address(0), 0x4000)], line: 16, dataCache: cache, setting: setting))
    let wait: [UInt16] = [0xbf30]
    let bytes = (code + wait).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    try #require(engine.store(bytes, at: Address(0x100)))
    engine[.r0] = 0x1000
    engine.programCounter = Address(0x100)
    try #require(engine.run(until: .max) == .waitForInterrupt)
    return engine.blockCounts().reduce(0) { $0 + $1.stallCycles }
  }

  @Test func aHitIsLateRightAfterAMissOfAnotherLine() throws {
    let first = [Self.load(1, line: 0), Self.nop]
    let second = Self.load(2, line: 1)
    let hit = Self.load(3, line: 0, at: 8)
    #expect(try Self.stalls(first + [second, hit]) == 1)
    #expect(try Self.stalls(first + [second, hit], hitAfterMiss: 0) == 0)
    // Not of the line that was just read, not later, not after a hit, and no miss is late.
    #expect(try Self.stalls(first + [second, Self.load(3, line: 1, at: 8)]) == 0)
    #expect(try Self.stalls(first + [second, Self.nop, hit]) == 0)
    #expect(try Self.stalls(first + [second, Self.nop, Self.load(3, line: 1), hit]) == 0)
    #expect(try Self.stalls(first + [second, Self.load(3, line: 2)]) == 0)
    // Three loads in a row: each hit is late after its miss alone.
    #expect(try Self.stalls(first + [second, hit, Self.load(4, line: 1)]) == 1)
    #expect(try Self.stalls(first + [second, hit, Self.load(4, line: 2), hit]) == 2)
  }
}
