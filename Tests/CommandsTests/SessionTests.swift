import Foundation
import Testing

/// Console sessions: `$ thumbprint ...` lines, what they print, and `[status]`.
///
/// `UPDATE_GOLDEN=1` writes what is printed now into the files.
@Suite struct SessionTests {
  static let sessions: [String] = {
    let folder = Session.folder.appending(path: "Sessions").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted()
  }()

  @Test(arguments: sessions)
  func `a session prints what it did`(name: String) throws {
    let file = Session.folder.appending(path: "Sessions/\(name)")
    let expected = try String(contentsOf: file, encoding: .utf8)
    let calls = expected.split(separator: "\n").filter { $0.hasPrefix("$ thumbprint ") }
    #expect(!calls.isEmpty)
    var found = ""
    for call in calls {
      let words = Session.words(String(call.dropFirst("$ thumbprint ".count)))
      let finished = Session.call(words.map(expanded))
      found += "\(call)\n\(masked(finished.all))[\(finished.status)]\n"
    }
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try found.write(to: file, atomically: true, encoding: .utf8)
    } else {
      let (lines, wanted) = (found.split(separator: "\n"), expected.split(separator: "\n"))
      for (line, want) in zip(lines, wanted) { #expect(line == want) }
      #expect(lines.count == wanted.count)
    }
  }

  @Test func `there are sessions`() { #expect(Self.sessions.count >= 5) }

  /// `FILES/` and `ROOT/` stand for the folders of the tests' files and of the repository.
  private func expanded(_ word: String) -> String {
    word.replacingOccurrences(of: "FILES/", with: Session.folder.path + "/Files/")
      .replacingOccurrences(of: "ROOT/", with: Session.root.path + "/")
  }

  private func masked(_ text: String) -> String {
    var text = text.replacingOccurrences(of: Session.folder.path + "/Files/", with: "FILES/")
      .replacingOccurrences(of: Session.root.path + "/", with: "ROOT/")
    for (pattern, word) in [("unicorn [0-9.]+", "unicorn VERSION"), ("faults .*", "faults ...")] {
      text = text.replacingOccurrences(of: pattern, with: word, options: .regularExpression)
    }
    return text
  }
}
