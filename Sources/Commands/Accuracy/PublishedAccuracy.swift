import Boards
import Documents
import Trust

/// The published table: the suite of figures measured on silicon, and what the model gave for each when
/// it was last run.
struct PublishedAccuracy {
  let table: ErrorTable

  /// Each is a suite in YAML with its results beside it in CSV: programs at zero wait states, and those
  /// that wait for flash.
  private static let suites = ["silicon", "flash"]

  init(_ data: DataDirectory) throws(DocumentError) {
    var table = ErrorTable(rows: [])
    for name in Self.suites { try Self.add("\(data.path)/Boards/Accuracy/\(name)", to: &table) }
    self.table = table
  }

  private static func add(_ path: String, to table: inout ErrorTable) throws(DocumentError) {
    let suite = try AccuracySuite(path: path + ".yaml")
    let keys = ["program", "core", "board", "our_cycles", "timing_hash"]
    var results: [String: (core: String, ours: UInt64, hash: String)] = [:]
    for record in try CSVRecords(path: path + ".csv").records {
      let fields = try Fields(record, "a result", keys: keys)
      let name = try fields.required("program").string() + "\n" + fields.required("board").string()
      results[name] = (
        try fields.required("core").string(),
        UInt64(try fields.required("our_cycles").integer(in: 0...Int64.max)),
        try fields.required("timing_hash").string()
      )
    }
    table.excluded += suite.excluded.map { .init(program: $0.program, why: $0.why) }
    for row in suite.rows {
      guard let result = results["\(row.program)\n\(row.board)"] else {
        table.excluded.append(
          .init(program: row.program, why: "not run yet on \(row.board)"))
        continue
      }
      var known = ErrorTable.Row(
        core: result.core, board: row.board, program: row.program, measured: row.measured,
        ours: result.ours, source: row.source, timingHash: result.hash, memory: row.memory)
      known.waitingMemory = row.memory.flatMap(suite.waitingMemory)
      known.isRatio = row.reference != nil
      known.isCounted = row.isCounted
      table.rows.append(known)
    }
  }
}
