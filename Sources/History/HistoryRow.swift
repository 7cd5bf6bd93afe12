/// A run as the columns of its row.
enum HistoryRow {
  static let columns = [
    "id", "time", "deployment", "board", "branch", "git_commit", "dirty", "firmware",
    "firmware_sha256", "toolchain", "tool", "board_hash", "timing_hash", "recordings", "verdict",
    "status", "result",
  ]

  static func values(_ run: HistoryRun) -> [Database.Value] {
    func optional(_ text: String?) -> Database.Value { text.map { .text($0) } ?? .null }
    return [
      .integer(run.id), .integer(run.time), .text(run.deployment), .text(run.board),
      optional(run.branch), optional(run.commit), .integer(run.isDirty ? 1 : 0),
      .text(run.firmware), .text(run.firmwareHash), .text(run.toolchain), .text(run.toolVersion),
      .text(run.boardHash), .text(run.timingHash), .text(run.recordings), .text(run.verdict),
      .integer(Int64(run.status)), .text(run.result),
    ]
  }

  static func run(_ cells: Cells) -> HistoryRun {
    var run = HistoryRun()
    (run.id, run.time) = (cells.integer(0), cells.integer(1))
    (run.deployment, run.board) = (cells.text(2) ?? "", cells.text(3) ?? "")
    (run.branch, run.commit) = (cells.text(4), cells.text(5))
    run.isDirty = cells.integer(6) != 0
    (run.firmware, run.firmwareHash) = (cells.text(7) ?? "", cells.text(8) ?? "")
    (run.toolchain, run.toolVersion) = (cells.text(9) ?? "", cells.text(10) ?? "")
    (run.boardHash, run.timingHash) = (cells.text(11) ?? "", cells.text(12) ?? "")
    (run.recordings, run.verdict) = (cells.text(13) ?? "", cells.text(14) ?? "")
    run.status = Int32(clamping: cells.integer(15))
    run.result = cells.text(16) ?? ""
    return run
  }
}
