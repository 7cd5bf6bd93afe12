import Boards
import Documents
import Trust

/// The published table: the suite of figures measured on silicon, and what the model gave for each when
/// it was last run.
struct PublishedAccuracy {
  let table: ErrorTable

  init(_ data: DataDirectory) throws(DocumentError) {
    let folder = data.path + "/Boards/Accuracy"
    let suite = try AccuracySuite(path: folder + "/silicon.yaml")
    let keys = ["program", "core", "board", "our_cycles", "timing_hash"]
    var results: [String: (core: String, ours: UInt64, hash: String)] = [:]
    for record in try CSVRecords(path: folder + "/silicon.csv").records {
      let fields = try Fields(record, "a result", keys: keys)
      let name = try fields.required("program").string() + "\n" + fields.required("board").string()
      results[name] = (
        try fields.required("core").string(),
        UInt64(try fields.required("our_cycles").integer(in: 0...Int64.max)),
        try fields.required("timing_hash").string()
      )
    }
    var table = ErrorTable(
      rows: [], excluded: suite.excluded.map { .init(program: $0.program, why: $0.why) })
    for row in suite.rows {
      guard let result = results["\(row.program)\n\(row.board)"] else {
        table.excluded.append(
          .init(program: row.program, why: "not run yet on \(row.board)"))
        continue
      }
      table.rows.append(
        ErrorTable.Row(
          core: result.core, board: row.board, program: row.program, measured: row.measured,
          ours: result.ours, source: row.source, timingHash: result.hash))
    }
    self.table = table
  }
}
