#if canImport(Glibc)
  internal import Glibc
#endif

/// Which file a path names at a moment.
struct FileIdentity: Equatable {
  private let path: String
  private let device: UInt64
  private let number: UInt64

  /// nil: there is no file.
  init?(_ path: String) {
    var status = stat()
    if stat(path, &status) != 0 { return nil }
    (self.path, device, number) = (path, UInt64(status.st_dev), UInt64(status.st_ino))
  }

  /// Gives the file another name, unless another process did so first: then nil.
  func setAside() throws(HistoryError) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    // Whoever finds the same damage waits here, and then sees that the path names another file.
    flock(descriptor, LOCK_EX)
    var status = stat()
    guard fstat(descriptor, &status) == 0, UInt64(status.st_ino) == number,
      FileIdentity(path) == self
    else { return nil }
    var name = path + ".damaged"
    var count = 1
    while access(name, F_OK) == 0 {
      count += 1
      name = "\(path).damaged-\(count)"
    }
    // Its log belongs to it: left behind, it would be taken for the new file's.
    for suffix in ["-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
      rename(path + suffix, name + suffix)
    }
    if rename(path, name) != 0 {
      let reason = String(cString: strerror(errno)).lowercased()
      throw HistoryError(.cannotOpen, path, "damaged, and cannot be set aside: \(reason)")
    }
    return name
  }
}

/// Takes over into a new file what can be read of a damaged one: runs from both ends of its table up to
/// where the damage begins, and baselines.
struct Salvage {
  private(set) var count = 0

  init(_ damaged: String, into path: String) throws(HistoryError) {
    guard let old = try? Database(damaged, readOnly: true) else { return }
    let new = try Database(path)
    try new.journalAhead()
    try HistorySchema.migrate(new)
    var runs: [Int64: HistoryRun] = [:]
    let columns = HistoryRow.columns.joined(separator: ", ")
    for order in ["ASC", "DESC"] {
      try? old.each("SELECT \(columns) FROM runs NOT INDEXED ORDER BY id \(order)") { cells in
        let run = HistoryRow.run(cells)
        if run.id > 0 { runs[run.id] = run }
      }
    }
    for id in runs.keys.sorted() {
      guard var run = runs[id] else { continue }
      run.figures = (try? HistoryStore.figures(id, in: old)) ?? []
      _ = try HistoryStore.insert(run, into: new)
      count += 1
    }
    var baselines: [[Database.Value]] = []
    try? old.each("SELECT branch, board, deployment, run FROM baselines") { cells in
      baselines.append(
        (0..<3).map { .text(cells.text($0) ?? "") } + [.integer(cells.integer(3))])
    }
    for baseline in baselines {
      try new.run("INSERT OR IGNORE INTO baselines VALUES (?, ?, ?, ?)", baseline)
    }
  }
}
