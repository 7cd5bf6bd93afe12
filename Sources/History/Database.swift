import CSQLite

#if canImport(Glibc)
  internal import Glibc
#endif

/// An open SQLite file; closed when it goes away. One thread uses it.
///
/// Reference: SQLite, "C-language Interface Specification"; "Write-Ahead Logging".
final class Database {
  enum Value {
    case null
    case integer(Int64)
    case text(String)
  }

  let path: String
  private let handle: OpaquePointer

  /// How long another writer may hold the file.
  private static let busyMilliseconds: Int32 = 60_000

  init(_ path: String, readOnly: Bool = false) throws(HistoryError) {
    self.path = path
    var opened: OpaquePointer?
    let flags = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let status = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard status == SQLITE_OK, let opened else {
      let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close(opened)
      throw HistoryError(.cannotOpen, path, "cannot open: \(reason)")
    }
    handle = opened
    sqlite3_busy_timeout(handle, Self.busyMilliseconds)
    sqlite3_extended_result_codes(handle, 1)
  }

  deinit { sqlite3_close_v2(handle) }

  /// Lets readers and a writer use the file at once, from now on and in every process.
  ///
  /// SQLite does not wait by itself for a writer who is just making the file: the statement holds a read lock by
  /// then, and two who wait so for each other would wait for ever. It lets go of the lock when it fails.
  func journalAhead() throws(HistoryError) {
    let pause = 5
    for _ in 0..<Int(Self.busyMilliseconds) / pause {
      let status = sqlite3_exec(handle, "PRAGMA journal_mode = WAL", nil, nil, nil)
      if status == SQLITE_OK { return }
      if status & 0xFF != SQLITE_BUSY { break }
      usleep(UInt32(pause) * 1_000)
    }
    throw failure()
  }

  /// Runs statements that return nothing.
  func execute(_ sql: String) throws(HistoryError) {
    if sqlite3_exec(handle, sql, nil, nil, nil) != SQLITE_OK { throw failure() }
  }

  /// Runs one statement and reads each of its rows.
  @discardableResult func query<Row>(
    _ sql: String, _ values: [Value] = [], _ read: (Cells) -> Row
  ) throws(HistoryError) -> [Row] {
    var rows: [Row] = []
    try each(sql, values) { rows.append(read($0)) }
    return rows
  }

  /// The same, row by row: what was read before the file turns out damaged is not lost.
  func each(
    _ sql: String, _ values: [Value] = [], _ take: (Cells) -> Void
  ) throws(HistoryError) {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw failure()
    }
    defer { sqlite3_finalize(statement) }
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      let status =
        switch value {
        case .null: sqlite3_bind_null(statement, place)
        case .integer(let number): sqlite3_bind_int64(statement, place, number)
        case .text(let text): bind_text_copy(statement, place, text, Int32(text.utf8.count))
        }
      if status != SQLITE_OK { throw failure() }
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: take(Cells(statement: statement))
      case SQLITE_DONE: return
      default: throw failure()
      }
    }
  }

  func run(_ sql: String, _ values: [Value] = []) throws(HistoryError) {
    try each(sql, values) { _ in }
  }

  var lastRowID: Int64 { sqlite3_last_insert_rowid(handle) }

  /// All of it or nothing.
  func transaction<Result>(
    _ body: () throws(HistoryError) -> Result
  ) throws(HistoryError) -> Result {
    try execute("BEGIN IMMEDIATE")
    do throws(HistoryError) {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      _ = sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
      throw error
    }
  }

  private func failure() -> HistoryError {
    let code = sqlite3_errcode(handle) & 0xFF
    let reason = String(cString: sqlite3_errmsg(handle))
    let isDamage = code == SQLITE_CORRUPT || code == SQLITE_NOTADB
    return HistoryError(isDamage ? .damaged : .cannotOpen, path, reason)
  }
}

/// The cells of a row that is being read.
struct Cells {
  fileprivate let statement: OpaquePointer

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  func text(_ column: Int32) -> String? {
    guard let bytes = sqlite3_column_text(statement, column) else { return nil }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
