import Documents
import FileSystem
import Verdicts

/// Finds the deployments that a command's words name: files as they are, directories searched.
///
/// In a directory and all below it, a deployment is a `.yaml` or `.yml` file that is called
/// `deployment`, or in which a line begins with `board:` and another with `firmware:` or `generate:`.
/// That is asked of the text, so that a deployment with a mistake is found, and fails, and does not
/// vanish. Names that begin with a dot, and links to directories, are passed over.
struct DeploymentSearch {
  /// In the order of the words, those of a directory sorted by path; each once.
  private(set) var paths: [String] = []

  /// Deeper directories than a source tree has.
  private static let deepest = 32
  /// A deployment is not larger.
  private static let largest = 1 << 20

  init(_ words: [String]) throws(CommandFailure) {
    var seen: Set<String> = []
    for word in words {
      var found = [word]
      if word != "-", SystemFile.isDirectory(word) {
        found = []
        try search(Self.withoutSlash(word), depth: 0, &found)
        if found.isEmpty {
          throw CommandFailure(
            .cannotOpen,
            "\(word): error: no deployment below this directory; one is a YAML file with 'board:' "
              + "and 'firmware:' or 'generate:', see 'thumbprint new'")
        }
      }
      paths += found.filter { seen.insert($0).inserted }
    }
  }

  private static func withoutSlash(_ path: String) -> String {
    var path = path
    while path.count > 1, path.last == "/" { path.removeLast() }
    return path
  }

  private func search(
    _ directory: String, depth: Int, _ found: inout [String]
  ) throws(CommandFailure) {
    if depth > Self.deepest { return }
    for name in Files.names(in: directory) where name.first != "." {
      let path = directory == "." ? name : directory == "/" ? "/" + name : "\(directory)/\(name)"
      if SystemFile.isDirectory(path, followsLinks: false) {
        try search(path, depth: depth + 1, &found)
      } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
        if name.hasPrefix("deployment.") || Self.isDeployment(path) { found.append(path) }
      }
    }
  }

  private static func isDeployment(_ path: String) -> Bool {
    guard let bytes = try? Files.read(path, limit: largest) else { return false }
    var keys: Set<String> = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      for key in ["board:", "firmware:", "generate:"] where line.starts(with: key.utf8) {
        keys.insert(key)
      }
    }
    return keys.contains("board:") && keys.count > 1
  }
}
