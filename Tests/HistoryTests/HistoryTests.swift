import Foundation
import Testing

@testable import History

@Suite struct HistoryTests {
  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private func inFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.appending(path: "history.sqlite").path)
  }

  private func run(_ deployment: String, _ value: Int64, branch: String? = "main") -> HistoryRun {
    var run = HistoryRun()
    (run.deployment, run.board, run.branch) = (deployment, "a-board", branch)
    run.figures = [.init(name: "latency.max", unit: "s", value: value)]
    run.result = "{}"
    return run
  }

  @Test func `runs come back as they were kept, newest last`() throws {
    try inFile { path in
      let store = try HistoryStore(path)
      for value in 1...5 { try store.add(run("a", Int64(value))) }
      try store.add(run("b", 9, branch: nil))
      let again = try HistoryStore(path)
      let runs = try again.runs(HistoryFilter(deployment: "a"), limit: 3)
      #expect(runs.map(\.id) == [3, 4, 5])
      #expect(runs.map { $0.figure("latency.max") } == [3, 4, 5])
      #expect(try again.run(6).branch == nil)
      #expect(throws: HistoryError.self) { try again.run(7) }
    }
  }

  @Test func `a baseline is one of a branch, board and deployment`() throws {
    try inFile { path in
      let store = try HistoryStore(path)
      let first = try store.run(try store.add(run("a", 1)))
      let second = try store.run(try store.add(run("a", 2)))
      try store.setBaseline(first, branch: "main")
      try store.setBaseline(second, branch: "main")
      try store.setBaseline(first, branch: "other")
      #expect(try store.baselines(HistoryFilter()).map(\.run) == [2, 1])
      #expect(try store.clearBaselines(HistoryFilter(branch: "main")) == 1)
      #expect(try store.baselines(HistoryFilter()).map(\.branch) == ["other"])
    }
  }

  @Test func `a file of an earlier version is brought up, a later one refused`() throws {
    try inFile { path in
      let old = try Database(path)
      try old.execute(HistorySchema.steps[0])
      try old.execute("PRAGMA user_version = 1")
      try old.execute(
        "INSERT INTO runs VALUES (1, 0, 'a', 'b', NULL, NULL, 0, 'f', 'h', '', '', 'met', 0, '{}')")
      let store = try HistoryStore(path)
      #expect(store.notices.isEmpty)
      #expect(try store.run(1).boardHash == "")
      try store.add(run("a", 1))
      try old.execute("PRAGMA user_version = 99")
      let error = #expect(throws: HistoryError.self) { try HistoryStore(path) }
      #expect(error?.kind == .newer)
    }
  }

  @Test func `a damaged file is set aside and what can be read is kept`() throws {
    try inFile { path in
      do {
        let store = try HistoryStore(path)
        for value in 1...200 {
          var run = run("a", Int64(value))
          run.result = String(repeating: "x", count: 2_000)
          try store.add(run)
        }
      }
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      // A page of the table in the middle of the file.
      let middle = bytes.count / 2 / 4096 * 4096
      bytes.replaceSubrange(middle..<middle + 8192, with: Data(repeating: 0xA5, count: 8192))
      try bytes.write(to: URL(fileURLWithPath: path))
      let store = try HistoryStore(path)
      #expect(store.notices.count == 1, "\(store.notices)")
      #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
      let kept = try store.runs()
      #expect(kept.count > 150 && kept.count < 200, "\(kept.count)")
      #expect(kept.first?.id == 1 && kept.last?.id == 200)
      #expect(try store.add(run("a", 0)) == 201)
      #expect(try HistoryStore(path).notices.isEmpty)
    }
  }

  @Test func `what is no database is set aside`() throws {
    try inFile { path in
      try Data("not a database, but long enough to look like something".utf8)
        .write(to: URL(fileURLWithPath: path))
      let store = try HistoryStore(path)
      #expect(store.notices.first?.contains("set aside as '\(path).damaged'") == true)
      #expect(try store.add(run("a", 1)) == 1)
    }
  }

  private static func write(_ count: Int64, as deployment: String, to path: String) throws {
    for value in 0..<count {
      var run = HistoryRun()
      run.deployment = deployment
      run.figures = [.init(name: "v", unit: "", value: value)]
      try HistoryStore(path).add(run)
    }
  }

  /// SQLite calls a file busy at once, without waiting, when it is to change how the file is journalled.
  @Test func `who opens a file that another is just making waits for it`() async throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "history.sqlite").path
    let maker = try Database(path)
    try maker.execute("BEGIN IMMEDIATE")
    async let opened = HistoryStore(path).runs()
    try await Task.sleep(for: .milliseconds(200))
    try maker.execute(HistorySchema.steps[0])
    try maker.execute("PRAGMA user_version = 1")
    try maker.execute("COMMIT")
    #expect(try await opened.isEmpty)
  }

  /// Threads with a store of their own are to SQLite what processes are.
  @Test func `eight writers at once lose nothing`() async throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "history.sqlite").path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          // A task would share a few threads with all others, and hardly ever meet another writer.
          try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
              continuation.resume(with: Result { try Self.write(10, as: "w\(writer)", to: path) })
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let runs = try HistoryStore(path).runs()
    #expect(runs.count == 80)
    #expect(Set(runs.map(\.id)).count == 80)
  }
}
