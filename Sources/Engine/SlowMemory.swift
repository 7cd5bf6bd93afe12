public import Units

extension Engine {
  /// Geometry of a cache. Lengths in bytes; all but `ways` powers of two.
  public struct CacheGeometry: Sendable, Hashable {
    public enum Replacement: Sendable, Hashable { case leastRecentlyUsed, roundRobin, random }

    public var size: UInt32
    public var line: UInt32
    public var ways: UInt32
    public var replacement: Replacement

    public init(size: UInt32, line: UInt32, ways: UInt32, replacement: Replacement) {
      self.size = size
      self.line = line
      self.ways = ways
      self.replacement = replacement
    }
  }

  /// How a slow memory answers just now, in core cycles beyond the first.
  public struct MemorySetting: Sendable, Hashable {
    /// Of a fetch past the caches, and of a data read past them.
    public var waits: UInt32 = 0
    public var dataWaits: UInt32 = 0
    /// Of a fetch that misses the memory's instruction cache while that is on.
    public var missWaits: UInt32 = 0
    /// Of a data read that misses its data cache while that is on.
    public var dataMissWaits: UInt32 = 0
    /// Of a data read that hits right after one that missed another line.
    public var dataHitAfterMiss: UInt32 = 0
    /// Of a fetch and a data read that miss the core's caches while those are on.
    public var coreMissWaits: UInt32 = 0
    public var coreDataMissWaits: UInt32 = 0
    /// The line after the one that was read is read ahead.
    public var prefetches = false
    public var cachesInstructions = false
    public var cachesData = false
    /// The instruction cache has one way instead of several.
    public var isDirectMapped = false

    public init() {}
  }

  public var unalignedLoads: UnalignedLoads {
    get { state.pointee.unaligned }
    set { state.pointee.unaligned = newValue }
  }

  /// A memory whose accesses may wait, and what stands before it.
  public struct SlowMemory: Sendable {
    /// Where the core sees it; the first is its own place, others are aliases.
    public var windows: [(start: Address, size: UInt32)]
    /// Bytes that one access to the memory delivers.
    public var line: UInt32
    public var instructionCache: CacheGeometry?
    public var dataCache: CacheGeometry?
    /// Cycles without a fetch after which its interface has lost what it read; nil: it never does. Code in it is
    /// asked for by words then, not by lines.
    public var bufferHolds: UInt32?
    /// A fetch elsewhere does not wait for what its interface is reading ahead.
    public var abandonsPrefetch = false
    /// The instruction cache serves data reads, too.
    public var isUnified = false
    /// The core reaches it past its own caches.
    public var isTightlyCoupled = false
    /// Fetches and reads of data take turns at it; nil: they do not, or the core makes them by one bus.
    public var sharedPort: PortTiming?
    public var setting: MemorySetting

    public init(
      windows: [(start: Address, size: UInt32)], line: UInt32,
      instructionCache: CacheGeometry? = nil, dataCache: CacheGeometry? = nil,
      setting: MemorySetting
    ) {
      self.windows = windows
      self.line = line
      self.instructionCache = instructionCache
      self.dataCache = dataCache
      self.setting = setting
    }
  }

  /// How a core fetches from a memory whose port it shares with its reads of data.
  public struct PortTiming: Sendable, Hashable {
    /// Cycles from a fetch's address to the cycle in which its instruction can run.
    public var fetchLead: UInt32
    /// Words of code that it holds ahead of those that it runs.
    public var bufferWords: UInt32

    public init(fetchLead: UInt32, bufferWords: UInt32) {
      self.fetchLead = fetchLead
      self.bufferWords = bufferWords
    }
  }

  /// Gives the core first-level caches, off for now. Call it before any slow memory is added.
  public func addCoreCaches(instructions: CacheGeometry?, data: CacheGeometry?) {
    state.pointee.paths.core = CoreCaches(
      instructions: instructions.map(MemoryPath.make), data: data.map(MemoryPath.make))
  }

  /// Switches the core's first-level caches on or off, from the next block on; what they hold stays.
  public func useCoreCaches(instructions: Bool, data: Bool) {
    let core = state.pointee.paths.core
    guard core.usesInstructions != instructions || core.usesData != data else { return }
    state.pointee.paths.useCore(instructions: instructions, data: data)
    adjustBlocks()
  }

  /// Which accesses go through a first-level cache of the core.
  public var coreCachesInUse: (instructions: Bool, data: Bool) {
    let core = state.pointee.paths.core
    return (core.activeInstructions != nil, core.activeData != nil)
  }

  /// What maintenance of the core's first-level caches takes out.
  public enum CacheLines: Sendable {
    case all
    case containing(Address)
    case place(set: UInt32, way: UInt32)
  }

  public func invalidateCoreInstructions(_ lines: CacheLines) {
    invalidate(lines, state.pointee.paths.core.instructions)
  }

  public func invalidateCoreData(_ lines: CacheLines) {
    invalidate(lines, state.pointee.paths.core.data)
  }

  private func invalidate(_ lines: CacheLines, _ level: MemoryPath.Level?) {
    guard let level else { return }
    endCalm()
    switch lines {
    case .all: level.pointee.invalidate()
    case .containing(let address):
      level.pointee.invalidate(line: address.value >> level.pointee.shift)
    case .place(let set, let way): level.pointee.invalidate(set: set, way: way)
    }
  }

  /// Look-ups of the core's first-level caches that found their line, and that did not.
  public var coreCacheCounts:
    (instructions: (hits: UInt64, misses: UInt64), data: (hits: UInt64, misses: UInt64))
  {
    func counts(_ level: MemoryPath.Level?) -> (UInt64, UInt64) {
      (level?.pointee.hits ?? 0, level?.pointee.misses ?? 0)
    }
    let core = state.pointee.paths.core
    return (counts(core.instructions), counts(core.data))
  }

  /// Makes a memory slow; its number, for `setMemory`. Call it before anything runs.
  public func addSlowMemory(_ memory: SlowMemory) -> Int {
    let number = state.pointee.paths.items.count
    state.pointee.paths.add(memory)
    return number
  }

  /// Gives a slow memory another setting from the next block on.
  public func setMemory(_ number: Int, _ setting: MemorySetting) {
    let path = state.pointee.paths.items[number]
    guard path.pointee.setting != setting else { return }
    state.pointee.paths.set(path, setting)
    adjustBlocks()
  }

  public func invalidateInstructions(ofMemory number: Int) {
    endCalm()
    state.pointee.paths.items[number].pointee.invalidateInstructions()
  }

  public func invalidateData(ofMemory number: Int) {
    endCalm()
    state.pointee.paths.items[number].pointee.invalidateData()
  }

  /// Takes the line that holds an address out of the caches of a memory.
  public func invalidateLine(ofMemory number: Int, at address: Address) {
    endCalm()
    state.pointee.paths.items[number].pointee.invalidateLine(at: address.value)
  }

  /// How often lines of a memory were read for code, and how many of its instruction cache's lines were
  /// looked up for that where it was on all the time: from the counts of the blocks.
  ///
  /// A block that runs on in the middle of a line has it from the block before.
  public func codeReads(ofMemory number: Int) -> (reads: UInt64, lookUps: UInt64) {
    let path = state.pointee.paths.items[number]
    var (reads, lookUps): (UInt64, UInt64) = (0, 0)
    state.pointee.table.visitAll { block in
      guard block.pointee.path == path else { return }
      let count = path.pointee.linesOfCode(block)
      reads &+= block.pointee.executions &* count.lines
      if count.beginsInside {
        reads &-= block.pointee.executions &- block.pointee.branchedEntries
      }
      lookUps &+= block.pointee.executions &* count.cacheLines
    }
    return (reads, lookUps)
  }

  /// Cycles that the core waits for a word of code which it asks for so many cycles from now, outside of any
  /// block.
  public func waitsForCode(at address: Address, after cycles: UInt32) -> UInt32 {
    guard let path = state.pointee.paths.path(of: address.value), !path.pointee.fetchesAtOnce else {
      return 0
    }
    endCalm()
    let asked = state.pointee.cycles &+ UInt64(cycles)
    return UInt32(clamping: path.pointee.fetch(address.value, at: asked))
  }

  /// How many data reads of the block under way, all of which are looked at when it begins, missed the data
  /// cache of a memory.
  public func dataMissesOfCurrentBlock(ofMemory number: Int) -> UInt32 {
    let waits = state.pointee.paths.items[number].pointee.setting.dataMissWaits
    guard state.pointee.waitedAt == state.pointee.blockStart, waits > 0 else { return 0 }
    return state.pointee.waitedFor / waits
  }

  /// Lines that the instruction cache of a memory held, and that it did not.
  public func cacheCounts(ofMemory number: Int) -> (hits: UInt64, misses: UInt64) {
    endCalm()
    return state.pointee.paths.items[number].pointee.counts
  }

  private func adjustBlocks() {
    endCalm()
    state.pointee.table.visitAll { adjust($0) }
  }

  /// The loop under way asks again before its next turn.
  func endCalm() {
    MemoryQuestions.settle(state)
    state.pointee.previous.pointee.calmTurns = 0
    state.pointee.evaluated = nil
  }

  /// What a block must ask its memory, as that is set now.
  func adjust(_ block: UnsafeMutablePointer<Block>) {
    block.pointee.codeLevel?.pointee.settleUses()
    block.pointee.cacheLines = 0
    block.pointee.fetchStamp = .max
    block.pointee.orderStamp = .max
    block.pointee.calmTurns = 0
    block.pointee.fixedWaits = 0
    let paths = state.pointee.paths
    var asks = false
    if let path = paths.path(of: block.pointee.address), block.pointee.lines != nil {
      block.pointee.path = path
      block.pointee.codeLevel = path.pointee.instructions
      asks = !path.pointee.fetchesAtOnce
    }
    block.pointee.accesses?.pointee.forget()
    setTrait(.fetchesSlowly, asks, block)
    let accesses = block.pointee.accesses.map { !$0.pointee.isEmpty } ?? false
    let costs = paths.dataCanWait || state.pointee.unaligned.costs
    setTrait(.samplesLoads, costs && accesses || SharedPort.isUsed(by: block), block)
    setTrait(.readsSlowly, false, block)
  }

  func setTrait(
    _ trait: BlockTraits, _ isSet: Bool, _ block: UnsafeMutablePointer<Block>
  ) {
    if isSet {
      block.pointee.traits |= trait.rawValue
    } else {
      block.pointee.traits &= ~trait.rawValue
    }
  }
}
