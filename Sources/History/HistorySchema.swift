/// The tables of a history, as steps from one version of the file to the next.
enum HistorySchema {
  /// Step N makes version N + 1 of version N; steps are added, never changed.
  static let steps = [
    """
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, deployment TEXT NOT NULL,
      board TEXT NOT NULL, branch TEXT, git_commit TEXT, dirty INTEGER NOT NULL,
      firmware TEXT NOT NULL, firmware_sha256 TEXT NOT NULL, toolchain TEXT NOT NULL,
      tool TEXT NOT NULL, verdict TEXT NOT NULL, status INTEGER NOT NULL, result TEXT NOT NULL);
    CREATE TABLE figures (
      run INTEGER NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL, value INTEGER NOT NULL,
      PRIMARY KEY (run, name)) WITHOUT ROWID;
    CREATE INDEX runs_by_deployment ON runs (deployment, board, id);
    """,
    """
    ALTER TABLE runs ADD COLUMN board_hash TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN timing_hash TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN recordings TEXT NOT NULL DEFAULT '';
    CREATE TABLE baselines (
      branch TEXT NOT NULL, board TEXT NOT NULL, deployment TEXT NOT NULL, run INTEGER NOT NULL,
      PRIMARY KEY (branch, board, deployment)) WITHOUT ROWID;
    """,
  ]

  static var version: Int { steps.count }

  static func version(of database: Database) throws(HistoryError) -> Int {
    Int(try database.query("PRAGMA user_version") { $0.integer(0) }.first ?? 0)
  }

  /// Brings a file of any earlier version to this one.
  static func migrate(_ database: Database) throws(HistoryError) {
    if try version(of: database) == version { return }
    try database.transaction { () throws(HistoryError) in
      // Another process may have been first.
      let found = try version(of: database)
      if found > version {
        throw HistoryError(
          .newer, database.path,
          "written by a newer thumbprint (version \(found) of the file, this one knows \(version))")
      }
      for step in steps[found...] { try database.execute(step) }
      try database.execute("PRAGMA user_version = \(version)")
    }
  }
}
