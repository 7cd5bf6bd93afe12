/// The way to a memory that may let the core wait: what it read last, what it reads ahead, and the
/// caches before it, as the per-block path sees them.
///
/// Fetches and data reads have their own buffers and do not disturb each other.
struct MemoryPath {
  typealias Level = UnsafeMutablePointer<CacheLevel>

  private(set) var setting: Engine.MemorySetting
  private let lineShift: UInt32
  /// What `FetchLine` stands for: a line, or a word where that matters.
  private let unitShift: UInt32
  /// Cycles without a fetch after which what was read is lost.
  private let bufferHolds: UInt64
  /// A fetch elsewhere does not wait for what is being read ahead.
  private let abandonsPrefetch: Bool
  private let port: Engine.PortTiming?
  /// What stands before this memory alone; one cache may do for fetches and data.
  private let ownInstructions: Level?
  private let ownData: Level?
  /// The caches that fetches and data reads go through just now.
  private(set) var instructions: Level?
  private(set) var data: Level?
  /// Waits of a fetch and of a data read that miss there.
  private var missWaits: UInt32 = 0
  private var dataMissWaits: UInt32 = 0
  /// Fetches and data share a cache.
  var isUnified: Bool { instructions != nil && instructions == data }
  /// The core's first-level caches, where it reaches this memory through them.
  private var core = CoreCaches()
  /// The line that was read last, held for the next fetches.
  private var bufferedLine = UInt32.max
  /// The line before it, in the buffer that what is read ahead goes to, until that is there: a short loop over two
  /// lines does not wait. Of ST's two buffers (RM0090 3.5.2) it is not told; CoreMark on an STM32F407 shows it, where
  /// prefetch leaves 0.77 of the time without: 0.76 here, 0.81 without this.
  private var keptLine = UInt32.max
  /// The line being read ahead, the cycle in which that begins unless the core asks for another by then, and the
  /// cycle from which it is there.
  private var aheadLine = UInt32.max
  private var aheadBegins: UInt64 = 0
  private var aheadReady: UInt64 = 0
  /// The cycle in which the core can ask for the line after the one it got last.
  private var nextRequest: UInt64 = 0
  /// The cycle from which the memory takes another request: what is read ahead is read to its end.
  private var freeFrom: UInt64 = 0
  /// The cycles in which the core asks for nothing.
  private var paused: (from: UInt64, to: UInt64) = (0, 0)

  init(_ memory: Engine.SlowMemory, core: CoreCaches) {
    setting = memory.setting
    lineShift = UInt32(memory.line.trailingZeroBitCount)
    unitShift = memory.bufferHolds == nil ? lineShift : 2
    bufferHolds = memory.bufferHolds.map(UInt64.init) ?? .max
    abandonsPrefetch = memory.abandonsPrefetch
    port = memory.sharedPort
    ownInstructions = memory.instructionCache.map(Self.make)
    ownData = memory.isUnified ? ownInstructions : memory.dataCache.map(Self.make)
    if !memory.isTightlyCoupled { self.core = core }
    choose()
  }

  static func make(_ geometry: Engine.CacheGeometry) -> Level {
    let level = Level.allocate(capacity: 1)
    level.initialize(to: CacheLevel(geometry))
    return level
  }

  static func free(_ level: Level?) {
    level?.pointee.destroy()
    level?.deallocate()
  }

  /// Whether no fetch, and no read of data, waits, so that nobody need ask.
  var fetchesAtOnce: Bool { setting.waits == 0 && setting.missWaits == 0 }
  var readsAtOnce: Bool {
    setting.dataWaits == 0 && setting.dataMissWaits == 0
      && (setting.dataHitAfterMiss == 0 || !setting.cachesData)
  }

  /// Bytes that one read delivers.
  var line: UInt32 { 1 << lineShift }

  /// The port that fetches and reads of data share, where no cache keeps either of them from it.
  var sharedPort: Engine.PortTiming? { instructions == nil && data == nil ? port : nil }

  /// A path that was set anew holds nothing.
  mutating func set(_ new: Engine.MemorySetting) {
    if new.cachesInstructions != setting.cachesInstructions { invalidateInstructions() }
    if new.cachesData != setting.cachesData { invalidateData() }
    if new.isDirectMapped != setting.isDirectMapped {
      ownInstructions?.pointee.set(isDirectMapped: new.isDirectMapped)
    }
    setting = new
    forget()
    choose()
  }

  /// What was read for fetches is there no longer.
  private mutating func forget() {
    bufferedLine = .max
    keptLine = .max
    aheadLine = .max
    aheadReady = 0
  }

  /// The core's caches were switched on or off.
  mutating func set(_ new: CoreCaches) {
    guard core.isBehind else { return }
    core = new
    choose()
  }

  /// The cache nearest to the core decides.
  private mutating func choose() {
    instructions = core.activeInstructions ?? (setting.cachesInstructions ? ownInstructions : nil)
    data = core.activeData ?? (setting.cachesData ? ownData : nil)
    missWaits = core.activeInstructions == nil ? setting.missWaits : setting.coreMissWaits
    dataMissWaits = core.activeData == nil ? setting.dataMissWaits : setting.coreDataMissWaits
  }

  func invalidateInstructions() { ownInstructions?.pointee.invalidate() }
  func invalidateData() { ownData?.pointee.invalidate() }

  func invalidateLine(at address: UInt32) {
    for level in [ownInstructions, ownData == ownInstructions ? nil : ownData] {
      guard let level else { continue }
      level.pointee.invalidate(line: address >> level.pointee.shift)
    }
  }

  /// Lines of this memory and of its instruction cache that a block lies in, and whether it begins
  /// inside one of the memory's.
  func linesOfCode(
    _ block: UnsafeMutablePointer<Block>
  ) -> (lines: UInt64, cacheLines: UInt64, beginsInside: Bool) {
    func count(_ shift: UInt32) -> UInt64 {
      UInt64((block.pointee.end &- 1) >> shift &- block.pointee.address >> shift) &+ 1
    }
    return (
      count(lineShift), ownInstructions.map { count($0.pointee.shift) } ?? 0,
      block.pointee.address & (1 << lineShift &- 1) != 0
    )
  }

  /// Lines of code that the memory's own cache held, and that it did not.
  var counts: (hits: UInt64, misses: UInt64) {
    (ownInstructions?.pointee.hits ?? 0, ownInstructions?.pointee.misses ?? 0)
  }

  /// Cycles that the core waits for the code of a block that it begins at cycle `start`; `source` is the block
  /// that a branch came from.
  @inline(__always)
  mutating func fetch(
    _ block: UnsafeMutablePointer<Block>, at start: UInt64,
    branchedFrom source: UnsafeMutablePointer<Block>?
  ) -> UInt64 {
    if let instructions, instructions.pointee.holds(block) { return 0 }
    return walk(block, start, source)
  }

  @inline(never)
  private mutating func walk(
    _ block: UnsafeMutablePointer<Block>, _ start: UInt64, _ source: UnsafeMutablePointer<Block>?
  ) -> UInt64 {
    guard let lines = block.pointee.lines else { return 0 }
    let first = block.pointee.address &>> unitShift
    var stall: UInt64 = 0
    var cachedLine = UInt32.max
    var cached = -1
    for index in 0..<Int(block.pointee.lineCount) {
      let line = (first &+ UInt32(index)) &>> (lineShift &- unitShift)
      let timing = lines[index]
      let need = start &+ UInt64(timing.offset) &+ stall
      var request: UInt64
      if index == 0, let source {
        request = leave(source, need, isHere: source.pointee.path == block.pointee.path)
      } else {
        let slack = source == nil ? timing.slackRunOn : timing.slack
        request = max(need &- min(need, UInt64(slack)), nextRequest)
        if request >= paused.from && request < paused.to { request = paused.to }
      }
      if request > nextRequest && request &- nextRequest >= bufferHolds { forget() }
      var isHit = false
      if let instructions {
        let looked = (line &<< lineShift) &>> instructions.pointee.shift
        isHit = looked == cachedLine
        if !isHit, let slots = block.pointee.cacheSlots {
          cached += 1
          isHit = !instructions.pointee.misses(looked, &slots[cached])
        }
        cachedLine = looked
      }
      let arrival = isHit ? request : read(line, request)
      if arrival > need { stall &+= arrival &- need }
      nextRequest = arrival &+ UInt64(timing.cycles)
      if timing.pauseCycles != 0 {
        let from = start &+ UInt64(timing.pauseOffset) &+ stall
        paused = (from, from &+ UInt64(timing.pauseCycles))
      }
    }
    block.pointee.cacheLines = UInt32(cached + 1)
    return stall
  }

  /// The cycle in which the core asks for what a branch at the end of a block leads to, and could run in cycle `need`.
  ///
  /// By then it has asked for lines behind the branch, and what a bus has begun to fetch comes before the target (AMBA
  /// 3 AHB-Lite, IHI 0033A, 3.1). It asks for none in the cycle before that: no document says so, but CoreMark takes 0.9 %
  /// more on an STM32F0, 1.3 % on an STM32F1 and 3 % on an STM32F4 without prefetch if it does, where it takes 0.0 to 0.5 %
  /// more than it should if it does not. Through a cache it is not followed: once it was asked for, a line is there.
  private mutating func leave(
    _ block: UnsafeMutablePointer<Block>, _ need: UInt64, isHere: Bool
  ) -> UInt64 {
    let target = need &- min(need, UInt64(block.pointee.description.targetLead))
    paused = (0, 0)
    guard instructions == nil, isHere else { return target }
    var linesBehind = block.pointee.description.linesBehind
    var unit = (block.pointee.end &- 1) &>> unitShift
    while linesBehind != 0 {
      let request = max(need &- min(need, UInt64(linesBehind & 0xff)), nextRequest)
      if request &+ 1 >= target { break }
      unit &+= 1
      linesBehind &>>= 8
      nextRequest = read(unit &>> (lineShift &- unitShift), request) &+ 1
    }
    return max(target, nextRequest)
  }

  /// Cycles that the core waits for a word of code that it asks for in cycle `asked`.
  mutating func fetch(_ address: UInt32, at asked: UInt64) -> UInt64 {
    if let instructions {
      var slot = UInt16.max
      if !instructions.pointee.misses(address &>> instructions.pointee.shift, &slot) { return 0 }
    }
    return read(address &>> lineShift, asked) &- asked
  }

  /// The cycle from which a line is there that was asked for in cycle `request`.
  private mutating func read(_ line: UInt32, _ request: UInt64) -> UInt64 {
    if line == bufferedLine { return request }
    if line == keptLine && request < aheadReady {
      swap(&bufferedLine, &keptLine)
      if keptLine == line &+ 1 {
        (aheadLine, aheadReady) = (keptLine, request)
      } else {
        readAhead(from: request &+ 1)
      }
      return request
    }
    let isAhead = line == aheadLine
    let waits = UInt64(instructions == nil ? setting.waits : missWaits)
    if !isAhead && (abandonsPrefetch || request <= aheadBegins) { freeFrom = request }
    let arrival = isAhead ? max(request, aheadReady) : max(request, freeFrom) &+ waits
    keptLine = bufferedLine
    bufferedLine = line
    if setting.prefetches { readAhead(from: isAhead ? arrival : arrival &+ 1) }
    return arrival
  }

  /// Reads the line after the one in use, from a cycle on in which the memory is free.
  @inline(__always)
  private mutating func readAhead(from cycle: UInt64) {
    aheadLine = bufferedLine &+ 1
    aheadBegins = max(cycle, freeFrom)
    aheadReady = aheadBegins &+ UInt64(setting.waits)
    freeFrom = aheadReady &+ 1
  }

  /// How data accesses to a part of this memory go.
  func window(_ start: UInt32, _ size: UInt32) -> DataWindow {
    // Where the default memory map has write-back, write-allocate memory (DDI 0403E, B3.1).
    let allocates = start >> 29 == 1 || start >> 29 == 3
    return DataWindow(
      start: start, size: size, level: data, waits: setting.dataWaits, missWaits: dataMissWaits,
      hitAfterMiss: core.activeData == nil ? setting.dataHitAfterMiss : 0,
      storesAllocate: core.activeData != nil && allocates)
  }

  func destroy() {
    Self.free(ownInstructions)
    if ownData != ownInstructions { Self.free(ownData) }
  }
}

/// A part of the address space, and what a data access there meets just now.
struct DataWindow {
  var start: UInt32 = 0
  var size: UInt32 = 0
  var level: MemoryPath.Level?
  /// Of a read past the caches, and of one that misses.
  var waits: UInt32 = 0
  var missWaits: UInt32 = 0
  /// Of a read that hits the caches right after one that missed another line.
  var hitAfterMiss: UInt32 = 0
  /// A store leaves its line in the cache; it goes into a buffer and lets nobody wait.
  var storesAllocate = false
}

/// The first-level caches of a core, before all memories but the tightly coupled ones.
struct CoreCaches {
  var instructions: MemoryPath.Level?
  var data: MemoryPath.Level?
  var usesInstructions = false
  var usesData = false

  /// Whether the core has any.
  var isBehind: Bool { instructions != nil || data != nil }
  var activeInstructions: MemoryPath.Level? { usesInstructions ? instructions : nil }
  var activeData: MemoryPath.Level? { usesData ? data : nil }

  func destroy() {
    MemoryPath.free(instructions)
    MemoryPath.free(data)
  }
}

/// When a block asks for one line of the memory that it lies in, or for one word where the memory's interface may lose
/// the rest of the line before that is asked for.
public struct FetchLine: Sendable, Hashable {
  /// Cycle of the block, memory at no wait, in which its first instruction needs the line.
  public var offset: UInt16
  /// Cycles by which the core asks earlier than it needs, as its buffer has room: in a block that was branched to,
  /// and in one that the code before it ran on into.
  public var slack: UInt8
  public var slackRunOn: UInt8
  /// Cycles in which the core takes it in.
  public var cycles: UInt8
  /// From which cycle of the block on it asks for nothing, once the line is there, and for how many.
  public var pauseOffset: UInt16
  public var pauseCycles: UInt8

  public init(
    offset: UInt16, slack: UInt8, slackRunOn: UInt8, cycles: UInt8, pauseOffset: UInt16 = 0,
    pauseCycles: UInt8 = 0
  ) {
    (self.offset, self.slack, self.slackRunOn) = (offset, slack, slackRunOn)
    (self.cycles, self.pauseOffset, self.pauseCycles) = (cycles, pauseOffset, pauseCycles)
  }
}
