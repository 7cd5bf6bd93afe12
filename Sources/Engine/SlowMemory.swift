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
    /// Of an access past the caches.
    public var waits: UInt32 = 0
    /// Of a fetch that misses the instruction cache while that is on.
    public var missWaits: UInt32 = 0
    /// Of a data read that misses the data cache while that is on.
    public var dataMissWaits: UInt32 = 0
    /// The line after the one that was read is read ahead.
    public var prefetches = false
    public var cachesInstructions = false
    public var cachesData = false

    public init() {}
  }

  /// A memory whose accesses may wait, and what stands before it.
  public struct SlowMemory: Sendable {
    /// Where the core sees it; the first is its own place, others are aliases.
    public var windows: [(start: Address, size: UInt32)]
    /// Bytes that one access to the memory delivers.
    public var line: UInt32
    public var instructionCache: CacheGeometry?
    public var dataCache: CacheGeometry?
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

  /// Makes a memory slow; its number, for `setMemory`. Call it before anything runs.
  public func addSlowMemory(_ memory: SlowMemory) -> Int {
    let number = Int(state.pointee.paths.count)
    state.pointee.paths.add(MemoryPath(memory))
    for window in memory.windows {
      state.pointee.paths.addWindow(window.start.value, window.size, path: UInt8(number))
    }
    return number
  }

  /// Gives a slow memory another setting from the next block on.
  public func setMemory(_ number: Int, _ setting: MemorySetting) {
    let path = state.pointee.paths.items + number
    guard path.pointee.setting != setting else { return }
    path.pointee.set(setting)
    state.pointee.table.visitAll { adjust($0) }
  }

  public func invalidateInstructions(ofMemory number: Int) {
    state.pointee.paths.items[number].invalidateInstructions()
  }

  public func invalidateData(ofMemory number: Int) {
    state.pointee.paths.items[number].invalidateData()
  }

  /// Lines of code that the cache of a memory held, and that it did not.
  public func cacheCounts(ofMemory number: Int) -> (hits: UInt64, misses: UInt64) {
    let path = state.pointee.paths.items[number]
    return (path.hits, path.misses)
  }

  /// What a block must ask its memory, as that is set now.
  func adjust(_ block: UnsafeMutablePointer<Block>) {
    block.pointee.fetchStamp = .max
    block.pointee.dataStamp = .max
    block.pointee.slowLoads = 0
    block.pointee.samples = 0
    block.pointee.fixedWaits = 0
    block.pointee.isMixed = false
    let paths = state.pointee.paths
    var asks = false
    if let path = paths.path(of: block.pointee.address), block.pointee.lines != nil {
      block.pointee.path = path
      asks = !paths.items[Int(path)].isImmediate
    }
    // One stamp stands for all constants: they must lie where the code does.
    let home = paths.path(of: block.pointee.address)
    block.pointee.readsConstants = block.pointee.description.loads.allSatisfy {
      $0.base == LoadProgram.none && $0.index == LoadProgram.none
        && paths.path(of: $0.offset) == home
    }
    setTrait(.fetchesSlowly, asks, block)
    setTrait(
      .samplesLoads, paths.canWait && !block.pointee.description.loads.isEmpty, block)
    setTrait(.readsSlowly, false, block)
  }

  private func setTrait(
    _ trait: BlockTraits, _ isSet: Bool, _ block: UnsafeMutablePointer<Block>
  ) {
    if isSet {
      block.pointee.traits |= trait.rawValue
    } else {
      block.pointee.traits &= ~trait.rawValue
    }
  }
}

/// Every slow memory, and where the core sees it.
struct MemoryPaths {
  struct Window {
    let start: UInt32
    let size: UInt32
    let path: UInt8
  }

  static let capacity = 8
  let items: UnsafeMutablePointer<MemoryPath> = .allocate(capacity: capacity)
  private let windows: UnsafeMutablePointer<Window> = .allocate(capacity: 2 * capacity)
  private(set) var count: UInt8 = 0
  private var windowCount = 0

  mutating func add(_ path: MemoryPath) {
    precondition(Int(count) < Self.capacity, "too many slow memories")
    (items + Int(count)).initialize(to: path)
    count += 1
  }

  mutating func addWindow(_ start: UInt32, _ size: UInt32, path: UInt8) {
    precondition(windowCount < 2 * Self.capacity, "too many aliases of slow memories")
    (windows + windowCount).initialize(to: Window(start: start, size: size, path: path))
    windowCount += 1
  }

  /// Some memory lets the core wait, as it is set now.
  var canWait: Bool { (0..<Int(count)).contains { !items[$0].isImmediate } }

  @inline(__always)
  func path(of address: UInt32) -> UInt8? {
    var index = 0
    while index < windowCount {
      if address &- windows[index].start < windows[index].size { return windows[index].path }
      index += 1
    }
    return nil
  }

  func destroy() {
    for index in 0..<Int(count) { items[index].destroy() }
    items.deallocate()
    windows.deallocate()
  }
}
