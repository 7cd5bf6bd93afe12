/// A cache on the way from the core to memory: which lines it holds, and how often that changed.
///
/// One stands before one memory (a flash accelerator), or before several (a core's first level). Lines
/// are numbered by address.
struct CacheLevel {
  private var tags: CacheTags
  private let geometry: Engine.CacheGeometry
  let shift: UInt32
  /// Fills, reorderings and losses so far: while it stays the same, so does what would be found.
  private(set) var changes: UInt64 = 0
  /// The line that was looked up last.
  private(set) var newest = UInt32.max
  private(set) var hits: UInt64 = 0
  private(set) var misses: UInt64 = 0

  init(_ geometry: Engine.CacheGeometry) {
    self.geometry = geometry
    tags = CacheTags(geometry)
    shift = UInt32(geometry.line.trailingZeroBitCount)
  }

  /// As many lines that are used in turn stay side by side, whatever sets they fall into.
  var linesSideBySide: Int { geometry.replacement == .leastRecentlyUsed ? Int(geometry.ways) : 0 }

  /// Whether a line is there; it is afterwards.
  mutating func look(up line: UInt32) -> Bool {
    newest = line
    switch tags.access(line) {
    case .hit:
      hits &+= 1
      return true
    case .reordered:
      hits &+= 1
      changes &+= 1
      return true
    case .miss:
      misses &+= 1
      changes &+= 1
      return false
    }
  }

  /// Lines that were found without being looked for.
  mutating func note(hits count: UInt64) { hits &+= count }

  mutating func invalidate() {
    tags.invalidate()
    newest = .max
    changes &+= 1
  }

  mutating func invalidate(line: UInt32) {
    tags.invalidate(line: line)
    newest = .max
    changes &+= 1
  }

  /// By the place that a line has, as maintenance by set and way gives it.
  mutating func invalidate(set: UInt32, way: UInt32) {
    tags.invalidate(set: set, way: way)
    newest = .max
    changes &+= 1
  }

  /// Each line has one place instead of one of several ways, or again several; what it held is lost.
  mutating func set(isDirectMapped: Bool) {
    tags.destroy()
    var shape = geometry
    if isDirectMapped { shape.ways = 1 }
    tags = CacheTags(shape)
    newest = .max
    changes &+= 1
  }

  func destroy() { tags.destroy() }
}
