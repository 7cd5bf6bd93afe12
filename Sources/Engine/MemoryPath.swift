/// The way to a memory that may let the core wait: what it read last, what it reads ahead, and the
/// caches before it, as the per-block path sees them.
///
/// Fetches and data reads have their own buffers and caches and do not disturb each other.
struct MemoryPath {
  var setting: Engine.MemorySetting
  private let lineShift: UInt32
  /// Lines of the memory in a line of the cache, as a shift.
  private let instructionShift: UInt32
  private let dataShift: UInt32
  private var instructionTags: CacheTags?
  private var dataTags: CacheTags?
  /// The line that was read last, held for the next fetches.
  private var bufferedLine = UInt32.max
  /// The line being read ahead, and the cycle from which it is there.
  private var aheadLine = UInt32.max
  private var aheadReady: UInt64 = 0
  /// The cycle in which the core can ask for the line after the one it got last.
  private var nextRequest: UInt64 = 0
  /// The line of the data cache that was read last.
  private var newestLine = UInt32.max
  /// Fills and reorderings of the caches so far.
  private(set) var fetchChanges: UInt64 = 0
  private(set) var dataChanges: UInt64 = 0
  /// Lines of code that were found in the cache, and that were not.
  private(set) var hits: UInt64 = 0
  private(set) var misses: UInt64 = 0

  init(_ memory: Engine.SlowMemory) {
    setting = memory.setting
    lineShift = UInt32(memory.line.trailingZeroBitCount)
    func shift(_ cache: Engine.CacheGeometry?) -> UInt32 {
      UInt32((cache?.line ?? memory.line).trailingZeroBitCount)
    }
    instructionShift = shift(memory.instructionCache)
    dataShift = shift(memory.dataCache)
    instructionTags = memory.instructionCache.map { CacheTags($0) }
    dataTags = memory.dataCache.map { CacheTags($0) }
  }

  /// Whether no access waits, so that nobody need ask.
  var isImmediate: Bool {
    setting.waits == 0 && setting.missWaits == 0 && setting.dataMissWaits == 0
  }
  var cachesInstructions: Bool { setting.cachesInstructions && instructionTags != nil }
  var cachesData: Bool { setting.cachesData && dataTags != nil }

  /// A fetch path that was set anew holds nothing.
  mutating func set(_ new: Engine.MemorySetting) {
    if new.cachesInstructions != setting.cachesInstructions { invalidateInstructions() }
    if new.cachesData != setting.cachesData { invalidateData() }
    setting = new
    bufferedLine = .max
    aheadLine = .max
    fetchChanges &+= 1
    dataChanges &+= 1
  }

  mutating func invalidateInstructions() {
    instructionTags?.invalidate()
    fetchChanges &+= 1
  }

  mutating func invalidateData() {
    dataTags?.invalidate()
    newestLine = .max
    dataChanges &+= 1
  }

  /// Cycles that the core waits for the code of a block that it begins at cycle `start`.
  @inline(__always)
  mutating func fetch(
    _ block: UnsafeMutablePointer<Block>, at start: UInt64, isBranchedTo: Bool
  ) -> UInt64 {
    if block.pointee.fetchStamp == fetchChanges {
      hits &+= UInt64(block.pointee.cacheLines)
      return 0
    }
    return walk(block, start, isBranchedTo)
  }

  @inline(never)
  private mutating func walk(
    _ block: UnsafeMutablePointer<Block>, _ start: UInt64, _ isBranchedTo: Bool
  ) -> UInt64 {
    guard let lines = block.pointee.lines else { return 0 }
    let first = block.pointee.address >> lineShift
    let changes = fetchChanges
    let isCached = cachesInstructions
    var stall: UInt64 = 0
    var cachedLine = UInt32.max
    var found: UInt32 = 0
    for index in 0..<Int(block.pointee.lineCount) {
      let line = first &+ UInt32(index)
      let timing = lines[index]
      let need = start &+ UInt64(timing.offset) &+ stall
      var request = need
      if index > 0 || !isBranchedTo {
        request = max(need &- min(need, UInt64(timing.slack)), nextRequest)
      }
      var isHit = false
      if isCached {
        let looked = (line << lineShift) >> instructionShift
        isHit = looked == cachedLine || look(up: looked)
        if looked != cachedLine { found &+= isHit ? 1 : 0 }
        cachedLine = looked
      }
      let arrival = isHit ? request : read(line, request, isCached)
      if arrival > need { stall &+= arrival &- need }
      nextRequest = arrival &+ UInt64(timing.words)
    }
    hits &+= UInt64(found)
    if isCached && fetchChanges == changes {
      block.pointee.cacheLines = found
      block.pointee.fetchStamp = changes
    }
    return stall
  }

  private mutating func look(up line: UInt32) -> Bool {
    switch instructionTags?.access(line) ?? .hit {
    case .hit: return true
    case .reordered:
      fetchChanges &+= 1
      return true
    case .miss:
      fetchChanges &+= 1
      misses &+= 1
      return false
    }
  }

  /// The cycle from which a line is there that was asked for in cycle `request`.
  private mutating func read(_ line: UInt32, _ request: UInt64, _ isCached: Bool) -> UInt64 {
    if line == bufferedLine { return request }
    let waits = UInt64(isCached ? setting.missWaits : setting.waits)
    let arrival = line == aheadLine ? max(request, aheadReady) : request &+ waits
    bufferedLine = line
    if setting.prefetches {
      aheadLine = line &+ 1
      aheadReady = arrival &+ 1 &+ UInt64(setting.waits)
    }
    return arrival
  }

  /// Cycles that the core waits for `transfers` words of data from `address` on.
  @inline(__always)
  mutating func readData(at address: UInt32, transfers: UInt32) -> UInt32 {
    let last = (address &+ (transfers &- 1) &* 4) >> dataShift
    if address >> dataShift == newestLine && last == newestLine { return 0 }
    return lookUp(dataAt: address, transfers, last)
  }

  @inline(never)
  private mutating func lookUp(
    dataAt address: UInt32, _ transfers: UInt32, _ last: UInt32
  ) -> UInt32 {
    guard cachesData else { return setting.waits &* transfers }
    newestLine = last
    var waits: UInt32 = 0
    var line = address >> dataShift
    while true {
      switch dataTags?.access(line) ?? .hit {
      case .hit: break
      case .reordered: dataChanges &+= 1
      case .miss:
        dataChanges &+= 1
        waits &+= setting.dataMissWaits
      }
      if line == last { return waits }
      line &+= 1
    }
  }

  func destroy() {
    instructionTags?.destroy()
    dataTags?.destroy()
  }
}

/// When a block asks for one line of the memory that it lies in.
public struct FetchLine: Sendable, Hashable {
  /// Cycle of the block, memory at no wait, in which its first instruction needs the line.
  public var offset: UInt16
  /// Cycles by which the core asks earlier than it needs, as its buffer has room.
  public var slack: UInt8
  /// Words that the core takes from it, one a cycle.
  public var words: UInt8

  public init(offset: UInt16, slack: UInt8, words: UInt8) {
    self.offset = offset
    self.slack = slack
    self.words = words
  }
}
