/// Which commit a directory is at; empty outside of a git repository, or without git.
struct GitState: Sendable {
  var branch: String?
  var commit: String?
  /// Whether files that git tracks differ from the commit.
  var isDirty = false

  /// Of no repository.
  init() {}

  init(of directory: String) {
    // Reference: git-status(1), "Porcelain Format Version 2".
    let status = HostProgram.run(
      ["git", "status", "--porcelain=v2", "--branch", "--untracked-files=no"], in: directory)
    if status.status != 0 { return }
    for line in status.text.split(separator: "\n") {
      if line.hasPrefix("# branch.oid ") {
        commit = String(line.dropFirst(13))
      } else if line.hasPrefix("# branch.head ") {
        branch = String(line.dropFirst(14))
      } else if !line.hasPrefix("#") {
        isDirty = true
      }
    }
    if commit == "(initial)" { commit = nil }
    if branch == "(detached)" { branch = nil }
  }
}
