/// A memory whose accesses wait, as far as its kind decides how well that is known.
public struct WaitingMemory: Hashable, Sendable {
  /// Wait states of an access.
  public var waits: Int
  /// A cache stands before it: an accelerator's or the core's own.
  public var isCached: Bool

  public init(waits: Int, isCached: Bool) { (self.waits, self.isCached) = (waits, isCached) }
}

/// What silicon was measured to take against what the model says: rows of one figure each.
public struct ErrorTable: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    public var core: String
    public var board: String
    public var program: String
    /// Core cycles.
    public var measured: UInt64
    /// They were not measured, but counted by hand from documents.
    public var isCounted = false
    public var ours: UInt64
    public var source: String
    /// The memory that the program ran from, by its name in the suite; nil: no wait states.
    public var memory: String?
    /// What kind that is.
    public var waitingMemory: WaitingMemory?
    /// Both figures are times in millionths of that without wait states.
    public var isRatio = false
    /// Fingerprint of the timing model that gave `ours`.
    public var timingHash: String

    /// Precondition: `measured` is above zero.
    public init(
      core: String, board: String, program: String, measured: UInt64, ours: UInt64, source: String,
      timingHash: String, memory: String? = nil
    ) {
      precondition(measured > 0, "a measured figure is above zero")
      (self.core, self.board, self.program) = (core, board, program)
      (self.measured, self.ours) = (measured, ours)
      (self.source, self.timingHash) = (source, timingHash)
      self.memory = memory
    }

    /// How far the model is off, in millionths of the measured figure; too low is negative.
    public var errorPartsPerMillion: Int64 {
      let difference = Int128(ours) - Int128(measured)
      let scaled = difference * 2_000_000 + (difference < 0 ? -1 : 1) * Int128(measured)
      return Int64(clamping: scaled / (2 * Int128(measured)))
    }
  }

  public struct Exclusion: Hashable, Sendable {
    public var program: String
    public var why: String

    public init(program: String, why: String) { (self.program, self.why) = (program, why) }
  }

  public var rows: [Row]
  public var excluded: [Exclusion]

  public init(rows: [Row], excluded: [Exclusion] = []) {
    (self.rows, self.excluded) = (rows, excluded)
  }

  /// The middle of the errors' magnitudes, the lower of two; nil without rows.
  public var medianPartsPerMillion: Int64? {
    let magnitudes = rows.map { abs($0.errorPartsPerMillion) }.sorted()
    return magnitudes.isEmpty ? nil : magnitudes[(magnitudes.count - 1) / 2]
  }

  /// The error with the largest magnitude, signed; nil without rows.
  public var worstPartsPerMillion: Int64? {
    rows.map(\.errorPartsPerMillion).max { abs($0) < abs($1) }
  }

  /// The rows of one core.
  public func rows(of core: String) -> ErrorTable {
    ErrorTable(rows: rows.filter { $0.core == core })
  }

  /// The rows of one core from one memory.
  public func rows(of core: String, memory: String?) -> ErrorTable {
    ErrorTable(rows: rows.filter { $0.core == core && $0.memory == memory })
  }

  /// What the rows of a core ran from, in the order in which it first appears.
  public func memories(of core: String) -> [String?] {
    rows(of: core).rows.reduce(into: []) {
      if !$0.contains($1.memory) { $0.append($1.memory) }
    }
  }

  /// The cores in the order in which they first appear.
  public var cores: [String] {
    rows.reduce(into: []) { if !$0.contains($1.core) { $0.append($1.core) } }
  }
}
