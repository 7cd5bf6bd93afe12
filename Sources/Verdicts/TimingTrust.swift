public import Boards
public import RunRecord
public import Trust

/// How well the cycles of a core on a chip are known.
///
/// The errors of the timing model are those of instruction costs and those of memory wait states; a
/// bus transfer or a timer is exact to its clock's tolerance and has no share in them.
public struct TimingTrust: Hashable, Sendable {
  /// Of what instructions and exceptions cost at zero wait states.
  public var core: Trust
  /// Of the wait states that code pays; exact when there are none.
  public var memory: Trust
  /// Why, for the report: "cortex-m4 documented", "flash wait states assumed".
  public var basis: [String]
  /// Figures of the core's timing that no source gives: "exceptions.wakeUp".
  public var assumptions: [String]

  public init(core: Trust, memory: Trust, basis: [String], assumptions: [String] = []) {
    (self.core, self.memory, self.basis) = (core, memory, basis)
    self.assumptions = assumptions
  }

  /// How far a core may be off at zero wait states, from its rows of the published error table. The
  /// Cortex-M0+ has none there; its table is the Cortex-M0's but for branches, and reproduces 21 averages
  /// measured on an LPC11U68 to 1.8 %.
  static func core(_ name: String) -> Trust {
    let plain = name.hasSuffix("f") ? String(name.dropLast()) : name
    if let rows = ValidatedBands.published.core(plain) { return Trust(.validated, band: rows.band) }
    if plain == "cortex-m0+" { return Trust(.modelled, band: Band(percent: 3)) }
    return Trust(.assumed, band: Band(percent: 10))
  }

  /// Instruction costs as far as they were held against silicon, and the board's own wait states; those
  /// of a memory beside the flash count where `record` says that code ran there.
  public static func documented(
    _ board: Board, assumptions: [String] = [], record: RunRecord? = nil
  ) -> TimingTrust {
    var memory = Trust.exact
    let name = board.chip.core.name
    let core = core(name)
    var basis = ["\(name) \(core.tier.rawValue)"]
    for region in board.chip.memories {
      guard region.isSlow, let wait = region.waitStates else { continue }
      let ran = record.map { $0.blocks.contains { region.contains($0.address) } } ?? true
      if region.kind == .rom && !ran { continue }
      let kinds = kinds(of: region, board, record)
      if kinds.isEmpty { continue }
      let marks = [
        wait.provenance.trust, region.cache?.provenance.trust, region.dataCache?.provenance.trust,
      ].compactMap(\.self)
      let nearest = kinds.compactMap { ValidatedBands.published.nearest($0, core: name) }
      // Documents give wait states; what the core makes of them is ours, held against rows at best.
      let guessesBuffer =
        region.bufferHolds == nil && kinds.contains { !$0.isCached && $0.waits > 1 }
      let isHeld = nearest.allSatisfy { $0.core == name } && !guessesBuffer
      let trust = Trust(
        max(marks.map(\.tier).max() ?? .assumed, isHeld ? .validated : .modelled),
        band: max(
          marks.map(\.band).max() ?? Band(percent: 25), nearest.map(\.band).max() ?? .exact,
          guessesBuffer ? unknownBuffer : .exact))
      memory = Trust(max(memory.tier, trust.tier), band: max(memory.band, trust.band))
      basis.append("\(region.name) wait states \(trust.tier.rawValue)")
    }
    if let record, fetchesBySystemBus(record, board) {
      memory = Trust(
        max(memory.tier, systemBusFetches.tier), band: max(memory.band, systemBusFetches.band))
      basis.append("code in RAM \(systemBusFetches.tier.rawValue)")
    }
    if let record, meetsDMA(record) {
      let marks = board.chip.memories.compactMap { $0.sharing?.provenance.trust.tier }
      let tier = max(marks.max() ?? .modelled, .modelled)
      memory.tier = max(memory.tier, tier)
      basis.append("bus contention \(tier.rawValue)")
    }
    return TimingTrust(
      core: core, memory: memory, basis: basis,
      assumptions: assumptions)
  }

  /// What kinds of waiting memory one was: as firmware set it up for a thousandth of the run or more; without a
  /// run as it is with its caches on.
  private static func kinds(
    of region: Memory, _ board: Board, _ record: RunRecord?
  ) -> [WaitingMemory] {
    if let record, let uses = record.memoryUses {
      let all = record.activeCycles &+ record.sleepCycles
      return uses.filter {
        $0.memory == region.name && $0.waitStates > 0 && $0.cycles >= all / 1_000
      }.map { WaitingMemory(waits: $0.waitStates, isCached: $0.isCached) }
    }
    let hasCoreCache = !region.isTightlyCoupled && board.chip.core.dataCache != nil
    let isCached = region.cache != nil || region.dataCache != nil || hasCoreCache
    return [WaitingMemory(waits: region.waitStates?.uncached ?? 0, isCached: isCached)]
  }

  /// Stalls of several wait states without a cache hang on what the interface does while nothing is fetched, which no
  /// document says and only the STM32F1's rows show: most of them would lie that far off, were it not known.
  private static let unknownBuffer = Band(percent: 30)

  /// Arm's document gives the rule; that data go by the same bus is left out, and no row was measured so.
  private static let systemBusFetches = Trust(.modelled, band: Band(percent: 50))

  /// Whether code waited in RAM that lets no data wait, on a core that registers its fetches.
  private static func fetchesBySystemBus(_ record: RunRecord, _ board: Board) -> Bool {
    guard ["cortex-m3", "cortex-m4"].contains(board.chip.core.name) else { return false }
    let memories = board.chip.memories.filter { $0.kind == .ram && !$0.isSlow }
    return record.blocks.contains { block in
      block.stallCycles > 0 && memories.contains { $0.contains(block.address) }
    }
  }

  /// Whether what DMA may have held the core up is a thousandth of its cycles or more.
  private static func meetsDMA(_ record: RunRecord) -> Bool {
    guard let contention = record.contention else { return false }
    return contention.words >= record.activeCycles / 1_000
  }

  /// The band of a run's active cycles: both kinds weighted by what the run spent on them, and the
  /// spread of instructions whose cost depends on their data.
  public func cycles(of record: RunRecord) -> Trust {
    let stalls = record.blocks.reduce(UInt64(0)) { $0 &+ $1.stallCycles }
    return trust(
      of: CycleShare(
        cycles: max(record.activeCycles, stalls), stalls: stalls,
        spread: max(record.cyclesBelow, record.cyclesAbove)))
  }

  /// The same of each function's own cycles, by its name: a wait for a line of text says nothing of how well
  /// a network's time is known.
  public func functions(of record: RunRecord) -> [String: Trust] {
    var shares: [String: CycleShare] = [:]
    for block in record.blocks {
      guard let function = block.function, record.functions.indices.contains(function) else {
        continue
      }
      shares[record.functions[function].name, default: CycleShare()].add(block)
    }
    return shares.filter { $0.value.cycles > 0 }.mapValues(trust)
  }

  private func trust(of share: CycleShare) -> Trust {
    // Without wait states a port or a cache may still hold the core up: no better known than its instructions.
    let stalls = Trust(max(memory.tier, core.tier), band: max(memory.band, core.band))
    var trust = Trust.sum([
      (Int64(clamping: share.cycles - min(share.stalls, share.cycles)), core),
      (Int64(clamping: share.stalls), stalls),
    ])
    if share.cycles == 0 { trust = core }
    // A cache that hides every wait state is part of the assumption too.
    if memory != .exact { trust.tier = max(trust.tier, memory.tier) }
    if share.spread > 0, share.cycles > 0 {
      let (spread, cycles) = (Int128(share.spread), Int128(share.cycles))
      trust.band = Band(
        partsPerMillion: Int64(
          clamping: Int128(trust.band.partsPerMillion)
            + (spread * 1_000_000 + cycles - 1) / cycles))
    }
    return trust
  }
}

/// Cycles of some of the code, as far as it matters to their band.
private struct CycleShare {
  var cycles: UInt64 = 0
  /// Those that it waited for memory.
  var stalls: UInt64 = 0
  /// By how many its data could have made it faster or slower.
  var spread: UInt64 = 0

  mutating func add(_ block: BlockRecord) {
    cycles &+= block.cycles
    stalls &+= block.stallCycles
    spread &+= block.spread ?? 0
  }
}
