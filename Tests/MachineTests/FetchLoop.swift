import Testing
import Timing
import Units

@testable import Engine
@testable import Machine

/// A loop that is fetched from a memory of 64-bit lines and two wait states.
struct FetchLoop {
  /// Its instructions, the last of them a branch back; it counts R5 down, and R0 points to RAM.
  var code: [UInt16]
  var prefetches = false
  /// Cycles without a fetch after which the memory's interface has lost what it read.
  var bufferHolds: UInt32?

  /// Cycles that a core waits for it in each turn.
  func waits(on core: String) throws -> UInt64 {
    let timing = try #require(TimingCatalog.timing(of: core))
    let fetched: UInt32? = bufferHolds == nil ? nil : 4
    let analysis = BlockAnalysis(image: nil, timing: timing) { _ in
      CodeMemory(line: 8, fetched: fetched)
    }
    let engine = try Engine(model: .cortexM4, functionCount: 0) { analysis.describe($0, $1) }
    try engine.mapMemory(at: Address(0), size: 0x4000, isWritable: false)
    try engine.mapMemory(at: Address(0x2000_0000), size: 0x4000, isWritable: true)
    var setting = Engine.MemorySetting()
    setting.waits = 2
    setting.prefetches = prefetches
    var memory = Engine.SlowMemory(windows: [(Address(0), 0x4000)], line: 8, setting: setting)
    memory.bufferHolds = bufferHolds
    _ = engine.addSlowMemory(memory)
    let waitForInterrupt: UInt16 = 0xbf30
    let bytes = (code + [waitForInterrupt]).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    try #require(engine.store(bytes, at: Address(0x100)))
    func run(_ turns: UInt32) throws -> UInt64 {
      engine[.r0] = 0x2000_0000
      engine[.r5] = turns
      let before = engine.blockCounts().reduce(0) { $0 + $1.fetchStallCycles }
      engine.programCounter = Address(0x100)
      try #require(engine.run(until: .max) == .waitForInterrupt)
      return engine.blockCounts().reduce(0) { $0 + $1.fetchStallCycles } - before
    }
    let once = try run(10)
    return try (run(20) - once) / 10
  }
}
