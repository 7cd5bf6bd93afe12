import Boards
import CortexM
import Engine
import Simulation
import Timing
import Units

/// Tells the engine how a memory of the chip answers, as its interface is programmed.
struct SlowMemoryControl {
  private let memory: Memory
  private let chip: Chip
  private let engine: Engine
  private let number: Int

  /// Every memory that may let the core wait, and the core's own caches.
  static func connectAll(_ chip: Chip, _ bus: SystemBus, _ core: CortexM, _ fabric: Fabric) {
    let engine = bus.engine
    engine.addCoreCaches(
      instructions: chip.core.instructionCache.map(geometry),
      data: chip.core.dataCache.map(geometry))
    let uses = fabric.service { _ in MemoryUses() }
    core.cacheMaintenance = { [unowned engine] operation in
      apply(operation, engine)
      if case .enable(let instructions, let data) = operation {
        uses.setCoreCaches(instructions: instructions, data: data, at: engine.cycles)
      }
    }
    for memory in chip.memories where memory.isSlow {
      SlowMemoryControl(memory, chip, bus.analysis.timing, engine).connect(fabric, bus)
    }
  }

  private init(_ memory: Memory, _ chip: Chip, _ timing: any CoreTiming, _ engine: Engine) {
    (self.memory, self.chip, self.engine) = (memory, chip, engine)
    let aliases = chip.memories.filter { !$0.isPort && $0.kind == .alias(of: memory.name) }
    var slow = Engine.SlowMemory(
      windows: ([memory] + aliases).map { ($0.base, $0.size) },
      line: UInt32(clamping: memory.line), instructionCache: memory.cache.map(Self.geometry),
      dataCache: memory.dataCache.map(Self.geometry), setting: Self.initial(memory, chip.core))
    slow.bufferHolds = memory.bufferHolds.map { UInt32($0) }
    slow.abandonsPrefetch = memory.abandonsPrefetch
    slow.isUnified = memory.cache?.isUnified ?? false
    slow.isTightlyCoupled = memory.isTightlyCoupled
    if memory.sharesPort && timing.hasOwnDataBus {
      slow.sharedPort = Engine.PortTiming(
        fetchLead: UInt32(timing.fetch.lead), bufferWords: UInt32(timing.fetch.bufferWords))
    }
    number = engine.addSlowMemory(slow)
  }

  private static func geometry(_ cache: Cache) -> Engine.CacheGeometry {
    Engine.CacheGeometry(
      size: UInt32(clamping: cache.size), line: UInt32(clamping: cache.line),
      ways: UInt32(clamping: cache.ways),
      replacement: cache.replacement == .leastRecentlyUsed
        ? .leastRecentlyUsed : cache.replacement == .roundRobin ? .roundRobin : .random)
  }

  /// As out of reset: caches that a register enables are off.
  private static func initial(_ memory: Memory, _ core: Core) -> Engine.MemorySetting {
    var setting = Engine.MemorySetting()
    setWaits(
      uncached: memory.waitStates?.uncached ?? 0, miss: memory.waitStates?.miss ?? 0, memory, core,
      &setting)
    setting.prefetches = memory.prefetches
    setting.cachesInstructions = memory.cache.map { $0.enabledBy == nil } ?? false
    setting.cachesData =
      memory.cache?.isUnified == true
      ? setting.cachesInstructions : memory.dataCache.map { $0.enabledBy == nil } ?? false
    return setting
  }

  /// What the memory itself takes, and the way to it; a cache may take more to fill a line. Memory that
  /// answers at once fills a line at once.
  private static func setWaits(
    uncached: Int, miss: Int, _ memory: Memory, _ core: Core,
    _ setting: inout Engine.MemorySetting
  ) {
    let bus = memory.waitStates?.bus ?? 0
    func filling(_ waits: Int, _ cache: Cache?) -> UInt32 {
      waits + bus > 0 ? UInt32(clamping: waits + bus + (cache?.overhead ?? 0)) : 0
    }
    setting.waits = UInt32(clamping: uncached + bus)
    setting.dataWaits = setting.waits
    setting.missWaits = filling(miss, memory.cache)
    setting.dataMissWaits =
      memory.cache?.isUnified == true
      ? setting.missWaits : filling(uncached, memory.dataCache)
    setting.dataHitAfterMiss = UInt32(clamping: memory.dataCache?.hitAfterMiss ?? 0)
    setting.coreMissWaits = filling(miss, core.instructionCache)
    setting.coreDataMissWaits = filling(miss, core.dataCache)
  }

  /// From now on the device that programs the memory is heard.
  private func connect(_ fabric: Fabric, _ bus: SystemBus) {
    let timing = fabric.timing(ofMemory: memory.cells)
    let (memory, core, engine, number) = (memory, chip.core, engine, number)
    let initial = Self.initial(memory, core)
    let uses = fabric.service { _ in MemoryUses() }
    uses.begin(memory, initial)
    timing.observe { [unowned engine] new in
      var setting = initial
      if let waits = new.waitStates {
        Self.setWaits(
          uncached: waits, miss: new.fillWaitStates ?? waits, memory, core, &setting)
      }
      setting.prefetches = new.prefetches && memory.canPrefetch
      setting.cachesInstructions = new.cachesInstructions
      setting.cachesData =
        memory.cache?.isUnified == true ? new.cachesInstructions : new.cachesData
      setting.isDirectMapped = new.isDirectMapped
      engine.setMemory(number, setting)
      uses.set(memory, setting, at: engine.cycles)
    }
    timing.observeInvalidation(
      instructions: { [unowned engine] in engine.invalidateInstructions(ofMemory: number) },
      data: { [unowned engine] in engine.invalidateData(ofMemory: number) })
    timing.observeLineInvalidation { [unowned engine] in
      engine.invalidateLine(ofMemory: number, at: memory.base + $0)
    }
    guard memory.name == memory.cells else { return }
    let control = fabric.service(FlashControl.init)
    timing.readsAhead = { [unowned engine, unowned bus] in
      ReadsAhead(
        engine: engine, analysis: bus.analysis, memory: memory, number: number,
        origin: { bus.origin ?? control.storing }
      ).count()
    }
    timing.codeReads = { [unowned engine] in engine.codeReads(ofMemory: number) }
    timing.hits = { [unowned engine] in engine.cacheCounts(ofMemory: number).hits }
    timing.misses = { [unowned engine] in engine.cacheCounts(ofMemory: number).misses }
  }

  private static func apply(_ operation: CacheMaintenance, _ engine: Engine) {
    switch operation {
    case .enable(let instructions, let data):
      engine.useCoreCaches(instructions: instructions, data: data)
    case .invalidateInstructions: engine.invalidateCoreInstructions(.all)
    case .invalidateInstructionsAt(let address):
      engine.invalidateCoreInstructions(.containing(address))
    case .invalidateDataAt(let address): engine.invalidateCoreData(.containing(address))
    case .invalidateDataPlace(let set, let way):
      engine.invalidateCoreData(.place(set: set, way: way))
    }
  }
}
