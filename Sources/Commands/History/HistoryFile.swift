import Deployments
import Documents
import FileSystem
import History
import Reports
import Units
import Verdicts

#if canImport(Glibc)
  import Glibc
#endif

/// The history that a command uses: `--history`, else `$THUMBPRINT_HISTORY`.
struct HistoryFile {
  static let option = Key.option(
    "--history", "FILE",
    "where runs are kept, in SQLite; $THUMBPRINT_HISTORY names it, too")

  let store: HistoryStore

  /// nil: nobody wants one.
  init?(_ arguments: Arguments, _ terminal: Terminal) throws(CommandFailure) {
    guard let path = try arguments[Self.option] ?? Files.environment("THUMBPRINT_HISTORY"),
      !path.isEmpty
    else { return nil }
    do throws(HistoryError) { store = try HistoryStore(path) } catch { throw CommandFailure(error) }
    for notice in store.notices { terminal.writeError(notice + "\n") }
  }

  /// What a deployment is held against on a branch: that branch's baseline, else that of main or master.
  func baseline(
    _ deployment: String, board: String, branch: String?
  ) throws(CommandFailure) -> ComparisonSide? {
    do throws(HistoryError) {
      let all = try store.baselines(HistoryFilter(deployment: deployment, board: board))
      for branch in [branch, "main", "master"].compactMap(\.self) {
        guard let found = all.first(where: { $0.branch == branch }) else { continue }
        return try Self.side(try store.run(found.run), store.path)
      }
    } catch { throw CommandFailure(error) }
    return nil
  }

  /// A kept run as one side of a comparison.
  static func side(_ run: HistoryRun, _ path: String) throws(HistoryError) -> ComparisonSide? {
    guard let root = try? Node.parse(run.result, file: "\(path) run \(run.id)") else { return nil }
    return try? SavedResult.side(root)
  }

  func keep(_ judgement: Judgement, _ git: GitState) throws(CommandFailure) {
    do throws(HistoryError) { try store.add(HistoryRun(judgement, git)) } catch {
      throw CommandFailure(error)
    }
  }
}

extension HistoryRun {
  init(_ judgement: Judgement, _ git: GitState) {
    self.init()
    let side = ComparisonSide(judgement)
    time = Int64(Glibc.time(nil))
    (deployment, board) = (side.name, side.board)
    (branch, commit, isDirty) = (git.branch, git.commit, git.isDirty)
    (firmware, firmwareHash) = (judgement.evidence.firmware.path, side.sha256)
    func setting(_ key: String) -> String { side.settings.first { $0.key == key }?.value ?? "" }
    toolchain = side.settings.filter { $0.key == "compiler" }.map(\.value).joined(separator: "\n")
    toolVersion = judgement.evidence.toolVersion
    (boardHash, timingHash) = (setting("board-files"), setting("timing-model"))
    recordings = side.settings.filter { $0.key.hasSuffix(".content") }.map { setting in
      "\(setting.key.dropLast(8))=\(setting.value)"
    }.joined(separator: "\n")
    (verdict, status) = (judgement.verdict.rawValue, judgement.status.rawValue)
    figures = side.figures.compactMap { figure in
      figure.value.map {
        Figure(name: figure.metric.name, unit: figure.metric.unit.rawValue, value: $0)
      }
    }
    result = JSONReport(judgement, listsInferences: false).text
  }
}

extension CommandFailure {
  init(_ error: HistoryError) {
    let status: ExitStatus =
      switch error.kind {
      case .cannotOpen, .absent: .cannotOpen
      case .damaged, .newer: .badInput
      }
    self.init(status, error.description)
  }
}
