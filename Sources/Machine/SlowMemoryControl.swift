import Boards
import Engine
import Simulation
import Units

/// Tells the engine how a memory of the chip answers, as its interface is programmed.
struct SlowMemoryControl {
  private let memory: Memory
  private let engine: Engine
  private let number: Int

  init(_ memory: Memory, _ chip: Chip, _ engine: Engine) {
    self.memory = memory
    self.engine = engine
    let aliases = chip.memories.filter { $0.kind == .alias(of: memory.name) }
    number = engine.addSlowMemory(
      Engine.SlowMemory(
        windows: ([memory] + aliases).map { ($0.base, $0.size) },
        line: UInt32(clamping: memory.line),
        instructionCache: memory.cache.map(Self.geometry),
        dataCache: memory.dataCache.map(Self.geometry), setting: Self.initial(memory)))
  }

  private static func geometry(_ cache: Cache) -> Engine.CacheGeometry {
    Engine.CacheGeometry(
      size: UInt32(clamping: cache.size), line: UInt32(clamping: cache.line),
      ways: UInt32(clamping: cache.ways),
      replacement: cache.replacement == .leastRecentlyUsed
        ? .leastRecentlyUsed : cache.replacement == .roundRobin ? .roundRobin : .random)
  }

  /// As out of reset: caches that a register enables are off.
  private static func initial(_ memory: Memory) -> Engine.MemorySetting {
    var setting = Engine.MemorySetting()
    setting.waits = UInt32(clamping: memory.waitStates?.uncached ?? 0)
    setting.missWaits = UInt32(clamping: memory.waitStates?.miss ?? 0)
    setting.dataMissWaits = setting.waits
    addOverhead(of: memory, to: &setting)
    setting.prefetches = memory.prefetches
    setting.cachesInstructions = memory.cache.map { $0.enabledBy == nil } ?? false
    setting.cachesData = memory.dataCache.map { $0.enabledBy == nil } ?? false
    return setting
  }

  /// Memory that answers at once fills a line at once.
  private static func addOverhead(of memory: Memory, to setting: inout Engine.MemorySetting) {
    if setting.missWaits > 0 { setting.missWaits += UInt32(clamping: memory.cache?.overhead ?? 0) }
    if setting.dataMissWaits > 0 {
      setting.dataMissWaits += UInt32(clamping: memory.dataCache?.overhead ?? 0)
    }
  }

  /// From now on the device that programs the memory is heard.
  func connect(_ fabric: Fabric) {
    let timing = fabric.timing(ofMemory: memory.name)
    let (memory, engine, number, initial) = (memory, engine, number, Self.initial(memory))
    timing.onChange = { [unowned engine] new in
      var setting = initial
      if let waits = new.waitStates.map({ UInt32(clamping: $0) }) {
        (setting.waits, setting.missWaits, setting.dataMissWaits) = (waits, waits, waits)
        Self.addOverhead(of: memory, to: &setting)
      }
      setting.prefetches = new.prefetches
      setting.cachesInstructions = new.cachesInstructions
      setting.cachesData = new.cachesData
      engine.setMemory(number, setting)
    }
    timing.invalidateInstructions = { [unowned engine] in
      engine.invalidateInstructions(ofMemory: number)
    }
    timing.invalidateData = { [unowned engine] in engine.invalidateData(ofMemory: number) }
    timing.hits = { [unowned engine] in engine.cacheCounts(ofMemory: number).hits }
    timing.misses = { [unowned engine] in engine.cacheCounts(ofMemory: number).misses }
  }
}
