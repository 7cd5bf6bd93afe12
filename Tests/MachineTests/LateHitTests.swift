import Testing
import Units

@testable import Engine

/// A read that a flash's data cache has, right after one that it had to fetch from a flash that never waits.
struct LateHitTests {
  /// LDR of a register from R0 and an offset in bytes, that of a line's start or four more.
  private static func load(_ register: UInt16, line: UInt16, at offset: UInt16 = 0) -> UInt16 {
    0x6800 | (line * 4 + offset / 4) << 6 | register
  }
  private static let nop: UInt16 = 0xbf00

  /// Stalls of a first run with a cache of two lines of 16 bytes.
  private static func stalls(_ code: [UInt16], hitAfterMiss: UInt32 = 1) throws -> UInt64 {
    var setting = Engine.MemorySetting()
    setting.cachesData = true
    setting.dataHitAfterMiss = hitAfterMiss
    let cache = Engine.CacheGeometry(
      size: 32, line: 16, ways: 2, replacement: .leastRecentlyUsed)
    let memory = Engine.SlowMemory(windows: [], line: 16, dataCache: cache, setting: setting)
    let bench = try CodeBench(code, memory: memory)
    try bench.run([.r0: 0x1000])
    return bench.sum(\.stallCycles)
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
