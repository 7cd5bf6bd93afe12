import FileSystem
import Reports
import Verdicts

#if canImport(Glibc)
  import Glibc
#endif

/// Finds the commit of a range that made a figure worse, in a work tree of its own: the user's files,
/// index and branches stay as they are.
///
/// Reference: git-bisect(1), git-worktree(1).
/// Not modelled: merges; the first parent's line is searched.
final class Bisection {
  /// A commit, built and run.
  private enum Trial {
    case side(ComparisonSide)
    /// It does not build, or does not run.
    case unusable(String)
  }

  private let commits: [String]
  private let build: String
  private let target: String
  private let arguments: Arguments
  private let terminal: Terminal
  private let root: String
  /// The directory of the own work tree.
  private let tree: String
  private var trials: [Int: Trial] = [:]

  /// `range` is GOOD..BAD; `target` a deployment or firmware inside the repository.
  init(
    _ range: String, build: String, target: String, _ arguments: Arguments, _ terminal: Terminal
  ) throws(CommandFailure) {
    (self.build, self.arguments, self.terminal) = (build, arguments, terminal)
    let here = Files.directory(of: target)
    let top = HostProgram.run(["git", "rev-parse", "--show-toplevel"], in: ".")
    if top.status == 127 {
      throw CommandFailure(.programMissing, "error: cannot find 'git'; install the package git")
    }
    guard top.status == 0 else {
      throw .usage("--bisect needs a git repository; change into yours")
    }
    root = top.line
    let inside = HostProgram.run(["git", "rev-parse", "--show-prefix"], in: here)
    let name = target.split(separator: "/").last.map(String.init) ?? target
    self.target = inside.status == 0 ? inside.line + name : target
    guard let dots = range.firstRange(of: ".."), range.startIndex < dots.lowerBound else {
      throw .usage("expected --bisect GOOD..BAD, found '\(range)'")
    }
    let good = String(range[..<dots.lowerBound])
    let bad = String(range[dots.upperBound...])
    commits = try Self.commits(from: good, to: bad.isEmpty ? "HEAD" : bad, in: root)
    tree = try Self.temporaryDirectory() + "/tree"
    let added = HostProgram.run(
      ["git", "worktree", "add", "--detach", "--force", tree, commits[0]], in: root,
      takesErrors: true)
    guard added.status == 0 else {
      throw CommandFailure(.cannotOpen, "\(tree): error: git worktree: \(added.line)")
    }
  }

  deinit {
    _ = HostProgram.run(["git", "worktree", "remove", "--force", tree], in: root)
    _ = unsafe rmdir(Files.directory(of: tree))
  }

  private static func temporaryDirectory() throws(CommandFailure) -> String {
    let base = Files.environment("TMPDIR") ?? "/tmp"
    var template = Array("\(base)/thumbprint-bisect-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw CommandFailure(.cannotOpen, "\(base): error: cannot make a directory there")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The good commit, then those up to the bad one.
  private static func commits(
    from good: String, to bad: String, in root: String
  ) throws(CommandFailure) -> [String] {
    for name in [good, bad] {
      let found = HostProgram.run(
        ["git", "rev-parse", "--verify", "--quiet", "\(name)^{commit}"], in: root)
      if found.status != 0 { throw .usage("no commit '\(name)' in \(root)") }
    }
    let list = HostProgram.run(
      ["git", "rev-list", "--reverse", "--first-parent", "\(good)..\(bad)"], in: root)
    let between = list.text.split(separator: "\n").map(String.init)
    if between.isEmpty { throw .usage("'\(bad)' is not after '\(good)'") }
    let first = HostProgram.run(["git", "rev-parse", "\(good)^{commit}"], in: root).line
    return [first] + between
  }

  struct Found {
    let commit: String
    let comparison: Comparison
    /// Names of both sides.
    let base: String
    let head: String
  }

  /// nil: nothing is worse at the end of the range.
  func run() throws(CommandFailure) -> Found? {
    let (good, bad) = (try wanted(0), try wanted(commits.count - 1))
    let whole = Comparison(base: good, head: bad)
    let row = whole.mainRow(.worse)
    if row == nil, whole.worseBudgets.isEmpty, !bad.isFailed { return nil }
    var (low, high) = (0, commits.count - 1)
    while high - low > 1 {
      guard let (index, side) = usable(between: low, high) else { break }
      if isBad(side, good, bad, row) { high = index } else { low = index }
    }
    let comparison = Comparison(base: try wanted(low), head: try wanted(high))
    return Found(
      commit: describe(high), comparison: comparison, base: String(commits[low].prefix(10)),
      head: String(commits[high].prefix(10)))
  }

  /// Nearer to the bad end than to the good one.
  private func isBad(
    _ side: ComparisonSide, _ good: ComparisonSide, _ bad: ComparisonSide, _ row: Comparison.Row?
  ) -> Bool {
    guard let row, let first = row.base, let last = row.head else {
      return side.isFailed == bad.isFailed
    }
    guard let value = side.value(row.metric) else { return true }
    let (toGood, toBad) = (Int128(value) - Int128(first), Int128(value) - Int128(last))
    return toBad.magnitude < toGood.magnitude
  }

  /// The commit nearest to the middle that builds and runs; nil: none between them does.
  private func usable(between low: Int, _ high: Int) -> (Int, ComparisonSide)? {
    let middle = (low + high) / 2
    let order = (low + 1..<high).sorted { abs($0 - middle) < abs($1 - middle) }
    for index in order {
      if case .side(let side) = trial(index) { return (index, side) }
    }
    return nil
  }

  private func wanted(_ index: Int) throws(CommandFailure) -> ComparisonSide {
    switch trial(index) {
    case .side(let side): return side
    case .unusable(let why):
      throw CommandFailure(.badInput, "\(commits[index].prefix(10)): error: \(why)")
    }
  }

  private func trial(_ index: Int) -> Trial {
    if let known = trials[index] { return known }
    let made = make(index)
    trials[index] = made
    if case .unusable(let why) = made {
      terminal.writeError("skipped \(describe(index)): \(why)\n")
    }
    return made
  }

  private func make(_ index: Int) -> Trial {
    let commit = commits[index]
    terminal.writeError("trying  \(describe(index))\n")
    let checkout = HostProgram.run(
      ["git", "checkout", "--quiet", "--detach", "--force", commit], in: tree, takesErrors: true)
    if checkout.status != 0 { return .unusable("git checkout: \(checkout.line)") }
    // What an earlier commit's build left would be taken for this one's.
    _ = HostProgram.run(["git", "clean", "-fdxq"], in: tree)
    let made = HostProgram.run(["sh", "-c", build], in: tree, takesErrors: true)
    if made.status != 0 {
      let last = made.line.split(separator: "\n").last ?? ""
      return .unusable("'\(build)' ends with \(made.status): \(last)")
    }
    do throws(CommandFailure) {
      let comparand = try Comparand("\(tree)/\(target)", settings: [], arguments)
      return .side(try comparand.side(arguments, terminal))
    } catch { return .unusable(error.message) }
  }

  /// `3f2a9c1d04 subject`.
  private func describe(_ index: Int) -> String {
    HostProgram.run(["git", "log", "-1", "--format=%h %s", commits[index]], in: root).line
  }
}
