public import Trust

/// How far the published error table lets the model be off: for each core where memory does not wait, and for
/// the cycles that kinds of memory wait.
///
/// A band is the worst row's distance from our figure, with a tenth more for programs that are not among
/// the rows, up to the next half percent. Of a row that waits, what its core's band does not cover is laid on
/// the cycles that it waited; rows that waited less than a twentieth of their time say nothing of these.
public struct ValidatedBands: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public var core: String
    /// Nil: no wait states.
    public var memory: WaitingMemory?
    public var rows: Int
    public var band: Band

    public init(_ core: String, _ memory: WaitingMemory? = nil, rows: Int, band: Band) {
      (self.core, self.memory, self.rows, self.band) = (core, memory, rows, band)
    }
  }

  public var entries: [Entry]

  public init(entries: [Entry]) { self.entries = entries }

  /// What stalls are trusted to at least, however well the rows meet: a row or two are no proof.
  static let narrowestStalls = Band(percent: 10)

  /// Cores whose instructions go through one pipeline and cost the same but for a few: none is trusted beyond
  /// the worst row of them all, whose programs one of them may lack.
  private static let alike = [["cortex-m3", "cortex-m4"]]

  /// What the published rows give; a test holds it against them.
  public static let published = ValidatedBands(entries: [
    Entry("cortex-m0", rows: 26, band: Band(partsPerMillion: 10_000)),
    Entry("cortex-m3", rows: 21, band: Band(partsPerMillion: 20_000)),
    Entry("cortex-m4", rows: 32, band: Band(partsPerMillion: 20_000)),
    Entry("cortex-m7", rows: 18, band: Band(partsPerMillion: 50_000)),
    Entry("cortex-m33", rows: 14, band: Band(partsPerMillion: 55_000)),
    Entry(
      "cortex-m0", WaitingMemory(waits: 1, isCached: false), rows: 13,
      band: Band(partsPerMillion: 100_000)),
    Entry(
      "cortex-m3", WaitingMemory(waits: 1, isCached: false), rows: 1,
      band: Band(partsPerMillion: 100_000)),
    Entry(
      "cortex-m3", WaitingMemory(waits: 2, isCached: false), rows: 13,
      band: Band(partsPerMillion: 100_000)),
    Entry(
      "cortex-m4", WaitingMemory(waits: 3, isCached: true), rows: 1,
      band: Band(partsPerMillion: 100_000)),
    Entry(
      "cortex-m4", WaitingMemory(waits: 5, isCached: true), rows: 6,
      band: Band(partsPerMillion: 100_000)),
    Entry(
      "cortex-m4", WaitingMemory(waits: 5, isCached: false), rows: 3,
      band: Band(partsPerMillion: 100_000)),
    Entry(
      "cortex-m0+", WaitingMemory(waits: 2, isCached: true), rows: 1,
      band: Band(partsPerMillion: 100_000)),
  ])

  /// A core's own rows; nil where it has none.
  public func core(_ name: String) -> Entry? {
    entries.first { $0.memory == nil && $0.core == name }
  }

  /// The rows nearest to a memory that waits: of its kind before others, then of the core, then of the wait
  /// states; nil where none waits.
  public func nearest(_ memory: WaitingMemory, core: String) -> Entry? {
    func distance(_ entry: Entry, _ other: WaitingMemory) -> [Int] {
      [
        other.isCached == memory.isCached ? 0 : 1, entry.core == core ? 0 : 1,
        abs(other.waits - memory.waits), -other.waits,
      ]
    }
    let waiting = entries.compactMap { entry in entry.memory.map { (entry, $0) } }
    return waiting.min { distance($0.0, $0.1).lexicographicallyPrecedes(distance($1.0, $1.1)) }?.0
  }
}

extension ValidatedBands {
  /// What the measured rows of a table give.
  public init(_ table: ErrorTable) {
    entries = []
    let table = ErrorTable(rows: table.rows.filter { !$0.isCounted })
    for core in table.cores {
      func rows(_ core: String) -> [ErrorTable.Row] {
        table.rows(of: core).rows.filter { $0.waitingMemory == nil && !$0.isRatio }
      }
      let likewise = Self.alike.first { $0.contains(core) } ?? [core]
      guard !rows(core).isEmpty,
        let worst = likewise.flatMap(rows).map(\.distancePartsPerMillion).max()
      else { continue }
      entries.append(Entry(core, rows: rows(core).count, band: Self.roomy(worst)))
    }
    for core in table.cores {
      let own = table.rows(of: core).rows
      let kinds = own.compactMap(\.waitingMemory).reduce(into: [WaitingMemory]()) {
        if !$0.contains($1) { $0.append($1) }
      }
      for kind in kinds.sorted(by: { $0.waits < $1.waits }) {
        let rows = own.filter { $0.waitingMemory == kind }
        let worst = rows.compactMap { uncovered($0, in: table) }.max() ?? 0
        entries.append(
          Entry(
            core, kind, rows: rows.count, band: max(Self.narrowestStalls, Self.roomy(worst))))
      }
    }
  }

  private static func roomy(_ partsPerMillion: Int64) -> Band {
    let withRoom = partsPerMillion + (partsPerMillion + 9) / 10
    return Band(partsPerMillion: (withRoom + 4_999) / 5_000 * 5_000)
  }

  /// By how much the stalls of a row must be off for what its core's band does not cover.
  private func uncovered(_ row: ErrorTable.Row, in table: ErrorTable) -> Int64? {
    guard let rest = table.oursWithoutWaiting(row), rest < row.ours else { return nil }
    let stalls = Int128(row.ours - rest)
    guard stalls * 20 >= Int128(row.ours) else { return nil }
    let band = core(row.core)?.band ?? TimingTrust.core(row.core).band
    let covered = Int128(band.partsPerMillion) * Int128(rest)
    let missing = Int128(row.distancePartsPerMillion) * Int128(row.ours) - covered
    return Int64(clamping: (max(missing, 0) + stalls - 1) / stalls)
  }
}

extension ValidatedBands {
  /// How far a run like that of a row is trusted, by what it waited.
  public func trust(of row: ErrorTable.Row, in table: ErrorTable) -> Trust {
    let core = TimingTrust.core(row.core)
    guard let memory = row.waitingMemory, let stalls = nearest(memory, core: row.core)?.band,
      let rest = table.oursWithoutWaiting(row), rest < row.ours
    else { return core }
    return Trust.sum([
      (Int64(clamping: rest), core),
      (Int64(clamping: row.ours - rest), Trust(.validated, band: stalls)),
    ])
  }
}

extension ErrorTable.Row {
  /// How far the truth lies from our figure, in millionths of that.
  fileprivate var distancePartsPerMillion: Int64 {
    let difference = ours > measured ? ours - measured : measured - ours
    return Int64(
      clamping: (Int128(difference) * 1_000_000 + Int128(ours) - 1) / Int128(max(ours, 1)))
  }
}

extension ErrorTable {
  /// What the model gives for a row where memory never waits: 1 as a ratio, or the row of that program.
  fileprivate func oursWithoutWaiting(_ row: Row) -> UInt64? {
    if row.isRatio { return 1_000_000 }
    guard let memory = row.memory else { return row.ours }
    return rows.first {
      $0.core == row.core && $0.memory == nil && "\($0.program), \(memory)" == row.program
    }?.ours
  }
}
