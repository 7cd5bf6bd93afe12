import Commands
import Foundation
import Testing

/// The tool called in this process, as a shell would call it.
enum Session {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  struct Finished {
    let status: Int32
    let output: String
    let error: String
    /// Both in the order in which they were written.
    let all: String
  }

  /// Takes what the tool writes.
  private final class Sink {
    var output: [UInt8] = []
    var error: [UInt8] = []
    var all: [UInt8] = []
  }

  /// Calls the tool with these words; its boards are the repository's.
  static func call(_ words: [String], isTerminal: Bool = false) -> Finished {
    _ = home
    let sink = Sink()
    let terminal = Terminal(
      output: {
        sink.output += $0
        sink.all += $0
        return true
      },
      error: {
        sink.error += $0
        sink.all += $0
        return true
      }, isOutputTerminal: isTerminal, isErrorTerminal: isTerminal)
    let status = main(arguments: words, terminal: terminal)
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    return Finished(
      status: status, output: text(sink.output), error: text(sink.error), all: text(sink.all))
  }

  /// Set once, before the first call: the test's own program is not in the repository.
  private static let home: Void = {
    setenv("THUMBPRINT_HOME", root.path, 1)
    unsetenv("NO_COLOR")
  }()

  /// Words of a line, single quotes taken off.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var isQuoted = false
    for character in line {
      if character == "'" {
        isQuoted.toggle()
        word = word ?? ""
      } else if character == " ", !isQuoted {
        words += [word].compactMap { $0 }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + [word].compactMap { $0 }
  }

  /// A directory that exists only meanwhile.
  static func inDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
  }
}
