#if canImport(Glibc)
  internal import Glibc
#endif

/// The runs that were kept, in one SQLite file that several processes may write at once.
///
/// A file that is damaged is set aside under another name, what can still be read of it is taken over,
/// and `notices` says so. One thread uses a store.
public final class HistoryStore {
  public let path: String
  /// What happened to the file, in the printed form; empty: nothing.
  public private(set) var notices: [String] = []
  private var database: Database

  public init(_ path: String) throws(HistoryError) {
    self.path = path
    (database, notices) = try Self.open(path)
  }

  private static func open(_ path: String) throws(HistoryError) -> (Database, [String]) {
    var notices: [String] = []
    // Each turn sets one damaged file aside.
    for _ in 0..<3 {
      let identity = FileIdentity(path)
      do throws(HistoryError) { return (try sound(path), notices) } catch {
        guard error.kind == .damaged else { throw error }
        guard let aside = try identity?.setAside() else { continue }
        let kept = try Salvage(aside, into: path).count
        notices.append(
          "\(path): warning: damaged (\(error.reason)); set aside as '\(aside)', "
            + "\(kept) of its runs could be taken over")
      }
    }
    throw HistoryError(.damaged, path, "damaged again and again; is the disk sound?")
  }

  private static func sound(_ path: String) throws(HistoryError) -> Database {
    let database = try Database(path)
    try database.journalAhead()
    let check = try database.query("PRAGMA quick_check(1)") { $0.text(0) ?? "" }.first ?? "ok"
    if check != "ok" { throw HistoryError(.damaged, path, check) }
    try HistorySchema.migrate(database)
    return database
  }

  /// Keeps a run and returns its number.
  @discardableResult public func add(_ run: HistoryRun) throws(HistoryError) -> Int64 {
    // Twice: when meanwhile another process set the file aside, the run belongs into the new one.
    for _ in 0..<3 {
      let before = FileIdentity(path)
      do throws(HistoryError) {
        let id = try Self.insert(run, into: database)
        if before == FileIdentity(path), before != nil { return id }
      } catch {
        guard error.kind == .damaged else { throw error }
      }
      let (reopened, found) = try Self.open(path)
      database = reopened
      notices += found
    }
    throw HistoryError(.cannotOpen, path, "cannot keep a run: the file is replaced all the time")
  }

  static func insert(_ run: HistoryRun, into database: Database) throws(HistoryError) -> Int64 {
    try database.transaction { () throws(HistoryError) in
      let columns = HistoryRow.columns.dropFirst(run.id == 0 ? 1 : 0)
      let values = HistoryRow.values(run).dropFirst(run.id == 0 ? 1 : 0)
      let places = columns.map { _ in "?" }.joined(separator: ", ")
      try database.run(
        "INSERT OR IGNORE INTO runs (\(columns.joined(separator: ", "))) VALUES (\(places))",
        Array(values))
      let id = run.id == 0 ? database.lastRowID : run.id
      for figure in run.figures {
        try database.run(
          "INSERT OR REPLACE INTO figures VALUES (?, ?, ?, ?)",
          [.integer(id), .text(figure.name), .text(figure.unit), .integer(figure.value)])
      }
      return id
    }
  }

  /// The newest runs that fit, oldest of them first, without their results in JSON.
  public func runs(
    _ filter: HistoryFilter = HistoryFilter(), limit: Int = .max
  ) throws(HistoryError) -> [HistoryRun] {
    let (condition, values) = Self.condition(filter)
    var runs =
      try database.query(
        "SELECT \(HistoryRow.columns.joined(separator: ", ")) FROM runs \(condition) "
          + "ORDER BY id DESC LIMIT ?", values + [.integer(Int64(limit))], HistoryRow.run
      ).reversed() as [HistoryRun]
    for index in runs.indices {
      runs[index].figures = try Self.figures(runs[index].id, in: database)
    }
    return runs
  }

  public func run(_ id: Int64) throws(HistoryError) -> HistoryRun {
    let found = try database.query(
      "SELECT \(HistoryRow.columns.joined(separator: ", ")) FROM runs WHERE id = ?",
      [.integer(id)], HistoryRow.run)
    guard var run = found.first else {
      throw HistoryError(.absent, path, "no run \(id); see 'thumbprint history list'")
    }
    run.figures = try Self.figures(id, in: database)
    return run
  }

  static func figures(
    _ run: Int64, in database: Database
  ) throws(HistoryError) -> [HistoryRun.Figure] {
    try database.query("SELECT name, unit, value FROM figures WHERE run = ?", [.integer(run)]) {
      HistoryRun.Figure(name: $0.text(0) ?? "", unit: $0.text(1) ?? "", value: $0.integer(2))
    }
  }

  private static func condition(_ filter: HistoryFilter) -> (String, [Database.Value]) {
    let wanted = [
      ("deployment", filter.deployment), ("board", filter.board), ("branch", filter.branch),
    ].compactMap { column, value in value.map { (column, $0) } }
    if wanted.isEmpty { return ("", []) }
    return (
      "WHERE " + wanted.map { "\($0.0) = ?" }.joined(separator: " AND "),
      wanted.map { .text($0.1) }
    )
  }
}

extension HistoryStore {
  /// Of all branches and boards, or of some.
  public func baselines(_ filter: HistoryFilter) throws(HistoryError) -> [HistoryBaseline] {
    let (condition, values) = Self.condition(filter)
    return try database.query(
      "SELECT branch, board, deployment, run FROM baselines \(condition) "
        + "ORDER BY branch, board, deployment", values
    ) {
      HistoryBaseline(
        branch: $0.text(0) ?? "", board: $0.text(1) ?? "", deployment: $0.text(2) ?? "",
        run: $0.integer(3))
    }
  }

  /// Holds later runs of its deployment and board on `branch` against this run.
  public func setBaseline(_ run: HistoryRun, branch: String) throws(HistoryError) {
    try database.run(
      "INSERT OR REPLACE INTO baselines VALUES (?, ?, ?, ?)",
      [.text(branch), .text(run.board), .text(run.deployment), .integer(run.id)])
  }

  /// Returns how many there were.
  public func clearBaselines(_ filter: HistoryFilter) throws(HistoryError) -> Int {
    let count = try baselines(filter).count
    let (condition, values) = Self.condition(filter)
    try database.run("DELETE FROM baselines \(condition)", values)
    return count
  }
}

extension HistoryError {
  /// Without the path and `error:`.
  fileprivate var reason: String {
    guard let colon = description.firstRange(of: "error: ") else { return description }
    return String(description[colon.upperBound...].prefix { !$0.isNewline }.prefix(120))
  }
}
