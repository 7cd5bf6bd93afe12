import Documents
import Trust

/// Figures measured on silicon, each with the firmware that gave it: what the model is held against.
///
/// YAML with `rows`, the `sources`, `memories` and `builds` that they name, and `excluded`, or CSV of rows whose first
/// line names the columns.
struct AccuracySuite {
  struct Row {
    var program: String
    var core: String
    var board: String
    /// The builds of the program; the figure of several is their median.
    var builds: [Build]
    var figure: Figure
    /// Core cycles on silicon.
    var measured: UInt64
    /// They were not measured, but counted by hand from documents.
    var isCounted: Bool
    var source: String
    /// What it runs from, a key of `memories`; nil: memory that never waits.
    var memory: String?
    /// The memory whose time its own is divided by: `measured` is a ratio in millionths.
    var reference: String?
    var position: Position
  }

  struct Build {
    /// The ELF, relative to the suite's folder or to `--elfs`.
    var firmware: String
    /// Of the ELF that is meant; nil: whichever is there.
    var sha256: String?
  }

  /// Which memory stands before the core: `--set board.` for each line.
  var memories: [String: [Override]] = [:]

  /// What kind of memory a name stands for; nil: none that waits.
  func waitingMemory(_ name: String) -> WaitingMemory? {
    let lines = memories[name] ?? []
    let waits = lines.first { $0.path.last == "wait-states" }.flatMap { Int($0.value) } ?? 0
    guard waits > 0 else { return nil }
    return WaitingMemory(waits: waits, isCached: lines.contains { $0.path.last == "cache" })
  }

  /// Which number of a run stands against the measured one.
  enum Figure: Hashable {
    /// Core clocks of a function with what it calls, a call; divided by `per`.
    case symbol(String, per: UInt64)
    /// The number behind a word at the start of a line that the firmware prints.
    case printed(String)
  }

  var rows: [Row] = []
  var excluded: [(program: String, why: String)] = []

  private static let rowKeys = [
    "program", "core", "board", "firmware", "sha256", "builds", "symbol", "per", "printed",
    "measured", "counted", "source", "built", "repository", "commit", "memory", "relative-to",
  ]

  /// Reads a suite from a YAML file, or from a CSV file of rows.
  init(path: String) throws(DocumentError) {
    if path.hasSuffix(".csv") {
      for record in try CSVRecords(path: path).records {
        rows.append(try Self.row(Fields(record, "a row", keys: Self.rowKeys)))
      }
      return
    }
    let suite = try Fields(
      try Node.load(path: path), "a suite",
      keys: ["title", "sources", "memories", "builds", "rows", "excluded"])
    for entry in try suite.optional("memories")?.entries("memories") ?? [] {
      var overrides: [Override] = []
      for line in try entry.value.elements() { overrides.append(try Override(line.string())) }
      memories[entry.key] = overrides
    }
    let (sources, builds) = (suite.optional("sources"), suite.optional("builds"))
    for node in try suite.required("rows").elements() {
      let row = try Self.row(
        Fields(node, "a row", keys: Self.rowKeys), sources: sources, builds: builds)
      for name in [row.memory, row.reference].compactMap(\.self) where memories[name] == nil {
        throw node.error(
          "unknown memory '\(shortened(name))'" + hint(for: name, in: memories.keys.sorted()))
      }
      rows.append(row)
    }
    for node in try suite.optional("excluded")?.elements() ?? [] {
      let fields = try Fields(node, "an exclusion", keys: ["program", "why"])
      excluded.append(
        (try fields.required("program").string(), try fields.required("why").string()))
    }
  }

  private static func row(
    _ fields: Fields, sources: Node? = nil, builds: Node? = nil
  ) throws(DocumentError) -> Row {
    let (cycles, isCounted) = try cycles(fields)
    return Row(
      program: try fields.required("program").string(),
      core: try fields.optional("core")?.string() ?? "",
      board: try fields.required("board").string(),
      builds: try Self.builds(fields, builds), figure: try figure(fields),
      measured: UInt64(try cycles.integer(in: 1...Int64.max)), isCounted: isCounted,
      source: try source(fields.required("source"), sources),
      memory: try fields.optional("memory")?.string(),
      reference: try fields.optional("relative-to")?.string(), position: fields.node.position)
  }

  /// One build as `firmware` and `sha256`, or the name of a list of them.
  private static func builds(_ fields: Fields, _ lists: Node?) throws(DocumentError) -> [Build] {
    guard let name = fields.optional("builds") else { return [try build(fields)] }
    if let firmware = fields.optional("firmware") {
      throw firmware.error("expected either 'firmware' or 'builds' in a row")
    }
    let key = try name.string()
    guard let list = lists?[key] else {
      throw name.error(
        "unknown builds '\(shortened(key))'"
          + hint(for: key, in: try lists?.entries("builds").map(\.key) ?? []))
    }
    var builds: [Build] = []
    for node in try list.elements() {
      builds.append(try build(Fields(node, "a build", keys: ["firmware", "sha256", "built"])))
    }
    if builds.isEmpty { throw list.error("expected a build or more, found none") }
    return builds
  }

  private static func build(_ fields: Fields) throws(DocumentError) -> Build {
    Build(
      firmware: try fields.required("firmware").string(),
      sha256: try fields.optional("sha256")?.string())
  }

  private static func cycles(
    _ fields: Fields
  ) throws(DocumentError) -> (Node, isCounted: Bool) {
    guard let counted = fields.optional("counted") else {
      return (try fields.required("measured"), false)
    }
    if let measured = fields.optional("measured") {
      throw measured.error("expected either 'measured' or 'counted' in a row")
    }
    return (counted, true)
  }

  private static func figure(_ fields: Fields) throws(DocumentError) -> Figure {
    let per = UInt64(try fields.optional("per")?.integer(in: 1...1_000_000_000) ?? 1)
    switch (fields.optional("symbol"), fields.optional("printed")) {
    case (let symbol?, nil): return .symbol(try symbol.string(), per: per)
    case (nil, let printed?): return .printed(try printed.string())
    default:
      throw fields.node.error("expected either 'symbol' or 'printed' in a row")
    }
  }

  private static func source(_ node: Node, _ sources: Node?) throws(DocumentError) -> String {
    let key = try node.string()
    guard let sources else { return key }
    guard let text = sources[key] else {
      throw node.error(
        "unknown source '\(shortened(key))'"
          + hint(for: key, in: try sources.entries("sources").map(\.key)))
    }
    return try text.string()
  }
}
