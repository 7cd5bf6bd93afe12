/// What is kept of a block's accesses to data memory, where it costs the per-block path no reference.
struct BlockAccesses {
  /// An access as the path evaluates it.
  struct Entry {
    var program: AccessProgram
    /// How much its address grows when the block runs again right away.
    var stride: Int32
    /// Its logarithm, where that is whole; else 255.
    var strideShift: UInt8
    /// What it reached last.
    var window = DataWindow()
    /// Where a cache last held its line.
    var slot: UInt16 = 0
  }

  // What every evaluation touches comes first.
  /// The programs that were seen to reach slow memory, neighbours joined; `activeCount` of them.
  let active: UnsafeMutableBufferPointer<Entry>
  private(set) var activeCount = 0
  /// What they need, and what all programs together do.
  private(set) var plan: ValuePlan
  /// How many further turns of the loop touch only the lines of the last one, and what each of them
  /// waits.
  var quietTurns: UInt32 = 0
  var quietWaits: UInt32 = 0
  /// All that the addresses need grows by constants, and the block branches to itself.
  private(set) var isInductive = false
  let programs: UnsafeMutableBufferPointer<Entry>
  let derived: UnsafeMutableBufferPointer<DerivedValue>
  let stores: UnsafeMutableBufferPointer<StoreProgram>
  /// Which programs were seen to reach slow memory.
  private let isSlow: UnsafeMutableBufferPointer<Bool>
  /// What is added to each of them when the block runs again right away.
  let growth: UnsafeMutableBufferPointer<UInt32>
  var derivesValues: Bool { plan.neededCount > 0 }
  private(set) var divisions: BlockDivisions
  var overlaps: BlockOverlaps
  private let isLoop: Bool
  private let changes: UnsafeMutableBufferPointer<UInt32?>
  /// How often it was looked at; it waited differently from one time to another.
  var samples: UInt32 = 0
  var isMixed = false
  /// A read was seen to run under one before it where a cache makes hits late after misses.
  var hasLateHits = false
  /// What its data waited each time so far.
  var fixedWaits: UInt32 = 0
  /// Which of its reads met its fetches at a port that they share when that was last worked out, a bit each,
  /// and what it waited for that.
  var portReads: UInt64 = 0
  var portWaits: UInt32 = 0

  /// Accesses no memory that could wait.
  var isEmpty: Bool { programs.isEmpty }

  init(_ source: BlockAccessPrograms) {
    programs = Self.copy(
      source.accesses.map {
        let stride = Self.stride($0, source.changes)
        let isPower = stride > 0 && stride.nonzeroBitCount == 1
        return Entry(
          program: $0, stride: stride,
          strideShift: isPower ? UInt8(stride.trailingZeroBitCount) : .max)
      })
    derived = Self.copy(source.derived)
    plan = ValuePlan(derivedCount: source.derived.count)
    divisions = BlockDivisions(source, derived: derived)
    overlaps = BlockOverlaps(source, derived: derived)
    stores = Self.copy(source.stores)
    changes = Self.copy(source.changes)
    isLoop = source.isLoop
    isSlow = .allocate(capacity: programs.count)
    isSlow.initialize(repeating: false)
    active = .allocate(capacity: programs.count)
    growth = .allocate(capacity: 15)
  }

  static func copy<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = memory.initialize(from: elements)
    return memory
  }

  private static func stride(_ program: AccessProgram, _ changes: [UInt32?]) -> Int32 {
    func change(_ number: UInt8) -> UInt32 {
      number < RegisterSum.none ? changes[Int(number)] ?? 0 : 0
    }
    let address = program.address
    return Int32(
      bitPattern: change(address.base) &+ change(address.index) << UInt32(address.shift))
  }

  /// Nothing is known any more of where it reads.
  mutating func forget() {
    isSlow.update(repeating: false)
    activeCount = 0
    samples = 0
    isMixed = false
    hasLateHits = false
    portReads = 0
    quietTurns = 0
  }

  /// Marks a program as one that reaches slow memory.
  func mark(_ index: Int) { isSlow[index] = true }

  /// Chooses the registers of all programs, to look at each once.
  mutating func prepareAll(_ values: UnsafeMutablePointer<UInt32>) {
    chooseRegisters(programs[...], values, always: true)
  }

  /// Makes `active` of the programs that are marked.
  mutating func activate(_ values: UnsafeMutablePointer<UInt32>) {
    activeCount = 0
    for index in programs.indices where isSlow[index] {
      var entry = programs[index]
      if index == 0 || !isSlow[index - 1] { entry.program.followsLoad = false }
      append(entry)
    }
    chooseRegisters(active[..<activeCount], values, always: false)
    quietTurns = 0
  }

  /// Reads that go on where the one before ended are one.
  private mutating func append(_ entry: Entry) {
    if activeCount > 0 {
      let last = active[activeCount - 1].program
      let (from, to) = (last.address, entry.program.address)
      if from.base == to.base && from.index == to.index && from.shift == to.shift
        && last.isStore == entry.program.isStore
        && last.alignmentMask == entry.program.alignmentMask
        && from.offset &+ UInt32(last.bytes) == to.offset
        && last.bytes < 256
      {
        active[activeCount - 1].program.bytes += entry.program.bytes
        active[activeCount - 1].program.transfers += entry.program.transfers
        return
      }
    }
    active[activeCount] = entry
    activeCount += 1
  }

  private mutating func chooseRegisters(
    _ entries: Slice<UnsafeMutableBufferPointer<Entry>>, _ values: UnsafeMutablePointer<UInt32>,
    always: Bool
  ) {
    plan.choose(entries.lazy.map(\.program.address), derived, stores, values)
    isInductive = isLoop && !always
    var count = 0
    for number in 0..<15 where plan.mask & 1 << UInt16(number) != 0 {
      growth[count] = changes[number] ?? 0
      if changes[number] == nil { isInductive = false }
      count += 1
    }
  }

  /// Chooses what the divisions and the overlaps need.
  mutating func prepareScratch(_ values: UnsafeMutablePointer<UInt32>) {
    divisions.plan.choose(
      divisions.programs.lazy.map(\.dividend) + divisions.programs.lazy.map(\.divisor), derived,
      stores, values)
    overlaps.plan.choose(
      overlaps.pairs.lazy.map(\.first) + overlaps.pairs.lazy.map(\.second), derived, stores,
      values)
  }

  func destroy() {
    programs.deallocate()
    derived.deallocate()
    divisions.destroy()
    overlaps.destroy()
    plan.destroy()
    stores.deallocate()
    changes.deallocate()
    isSlow.deallocate()
    active.deallocate()
    growth.deallocate()
  }
}
