import Foundation
import Testing

/// What `accuracy --format json` prints.
struct PrintedErrorTable: Decodable {
  struct Row: Decodable {
    let core: String
    let board: String
    let program: String
    let measuredCycles: UInt64
    let ourCycles: UInt64
    let error: Double
    let counted: Bool
    let timingHash: String
    let memory: String?
  }
  struct Exclusion: Decodable {
    let program: String
    let why: String
  }
  let rows: [Row]
  let excluded: [Exclusion]
  let median: Double
  let worst: Double

  /// Calls the tool, which must succeed.
  init(_ words: [String]) throws {
    let run = Session.call(words + ["--format", "json"])
    try #require(run.status == 0, "\(run.error)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Self.self, from: Data(run.output.utf8))
  }
}
