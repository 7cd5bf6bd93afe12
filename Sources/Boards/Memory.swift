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
    public var provenance: Provenance

    public init(uncached: Int, miss: Int, hit: Int, provenance: Provenance) {
      self.uncached = uncached
      self.miss = miss
      self.hit = hit
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
  /// Instruction cache in front of this memory.
  public var cache: Cache?
  /// Data cache in front of this memory.
  public var dataCache: Cache?
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
    return waitStates.uncached + waitStates.miss + waitStates.hit > 0 || kind == .flash
  }

  /// Whether the address lies inside.
  public func contains(_ address: Address) -> Bool {
    address >= base && address - base < size
  }
}

/// The geometry of an instruction cache.
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
