import Units

@testable import Engine

/// A loop that is fetched from a memory of 64-bit lines and two wait states.
struct FetchLoop {
  /// Its instructions, the last of them a branch back; it counts R5 down, and R0 points to RAM.
  var code: [UInt16]
  var prefetches = false
  /// Cycles without a fetch after which the memory's interface has lost what it read.
  var bufferHolds: UInt32?

  /// Cycles that a core waits for it in each turn.
  func waits(on core: String) throws -> UInt64 {
    var setting = Engine.MemorySetting()
    setting.waits = 2
    setting.prefetches = prefetches
    var memory = Engine.SlowMemory(windows: [], line: 8, setting: setting)
    memory.bufferHolds = bufferHolds
    let bench = try CodeBench(
      code, on: core, memory: memory, fetched: bufferHolds == nil ? nil : 4)
    func run(_ turns: UInt32) throws -> UInt64 {
      let before = bench.sum(\.fetchStallCycles)
      try bench.run([.r0: 0x2000_0000, .r5: turns])
      return bench.sum(\.fetchStallCycles) - before
    }
    let once = try run(10)
    return try (run(20) - once) / 10
  }
}
