public import Units

/// A range of the address space that holds code or data.
public struct Memory: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case flash
    case ram
    case rom
    /// The same cells as another memory, from their start.
    case alias(of: String)
  }

  /// Cycles beyond the first that an access takes at the core clock.
  public struct WaitStates: Hashable, Sendable {
    /// With the cache off, or where there is none.
    public var uncached: Int
    /// With the cache on, when it has to fetch.
    public var miss: Int
    /// With the cache on, when it has the line.
    public var hit: Int
    /// Of the way to the memory and back, in each access that reaches it, whatever a register says of
    /// the memory's own.
    public var bus = 0
    public var provenance: Provenance

    public init(uncached: Int, miss: Int, hit: Int, provenance: Provenance) {
      self.uncached = uncached
      self.miss = miss
      self.hit = hit
      self.provenance = provenance
    }
  }

  /// What other bus masters may hold up when they access it.
  public struct Sharing: Hashable, Sendable {
    /// The core is served before any other master: it never waits for one.
    public var isCoreFirst: Bool
    /// Bytes of the parts that answer independently, in the order of their addresses; empty: it is one.
    public var slaves: [UInt32]
    /// Banks of the first of them, which its words lie in by turns.
    public var banks: Int
    public var provenance: Provenance

    public init(
      isCoreFirst: Bool = false, slaves: [UInt32] = [], banks: Int = 1, provenance: Provenance
    ) {
      (self.isCoreFirst, self.slaves, self.banks) = (isCoreFirst, slaves, banks)
      self.provenance = provenance
    }
  }

  public var name: String
  public var kind: Kind
  public var base: Address
  public var size: UInt32
  /// nil: none.
  public var waitStates: WaitStates?
  /// Bytes that one access delivers: the width of a flash's read.
  public var line = 4
  /// The line after the one in use is read ahead, unless a register says otherwise.
  public var prefetches = false
  /// Whether a register can make it read ahead.
  public var canPrefetch = true
  /// Cycles without a fetch after which its interface has lost what it read; nil: it never does.
  public var bufferHolds: Int?
  /// A fetch elsewhere does not wait for what its interface is reading ahead.
  public var abandonsPrefetch = false
  /// Instruction cache in front of this memory.
  public var cache: Cache?
  /// Data cache in front of this memory.
  public var dataCache: Cache?
  /// It answers fetches and reads of data one at a time, data first.
  public var sharesPort = false
  /// The core reaches it past its own caches.
  public var isTightlyCoupled = false
  /// No other bus master reaches it: DMA does not.
  public var isCoreOnly = false
  /// How the bus masters share it; nil: it answers one access at a time, whoever asks.
  public var sharing: Sharing?
  /// The file of what a ROM holds: Intel HEX.
  public var contents: String?
  public var provenance: Provenance

  public init(
    name: String, kind: Kind, base: Address, size: UInt32, waitStates: WaitStates? = nil,
    cache: Cache? = nil, provenance: Provenance
  ) {
    self.name = name
    self.kind = kind
    self.base = base
    self.size = size
    self.waitStates = waitStates
    self.cache = cache
    self.provenance = provenance
  }

  /// An access may wait: by the chip's description, or once the firmware has programmed its flash
  /// interface.
  public var isSlow: Bool {
    guard let waitStates else { return false }
    let sum = waitStates.uncached + waitStates.miss + waitStates.hit + waitStates.bus
    return sum > 0 || kind == .flash || isPort
  }

  /// An alias with wait states of its own: another way to the same cells, with other caches before it.
  public var isPort: Bool {
    if case .alias = kind { waitStates != nil } else { false }
  }

  /// The memory whose cells and whose interface it shares.
  public var cells: String {
    if case .alias(let name) = kind { name } else { name }
  }

  /// Whether the address lies inside.
  public func contains(_ address: Address) -> Bool {
    address >= base && address - base < size
  }
}

/// The geometry of a cache.
public struct Cache: Hashable, Sendable {
  public enum Replacement: String, CaseIterable, Hashable, Sendable {
    case leastRecentlyUsed = "lru"
    case roundRobin = "round-robin"
    case random
  }

  /// Bytes.
  public var size: Int
  /// Bytes of a line.
  public var line: Int
  public var ways: Int
  public var replacement: Replacement
  /// Cycles that filling a line costs beyond the memory's wait states, where it has any.
  public var overhead = 0
  /// Cycles by which a read that hits is late right after one that missed another line.
  public var hitAfterMiss = 0
  /// It serves data reads as well as fetches.
  public var isUnified = false
  /// The register bit that switches it on; nil: always on.
  public var enabledBy: RegisterBit?
  public var provenance: Provenance

  public init(
    size: Int, line: Int, ways: Int, replacement: Replacement, enabledBy: RegisterBit? = nil,
    provenance: Provenance
  ) {
    self.size = size
    self.line = line
    self.ways = ways
    self.replacement = replacement
    self.enabledBy = enabledBy
    self.provenance = provenance
  }
}

/// One bit of a register: `NVMC.ICACHECNF.0`.
public struct RegisterBit: Hashable, Sendable {
  public var block: String
  public var register: String
  public var bit: Int
}
