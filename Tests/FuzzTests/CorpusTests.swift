import Foundation
import Testing

/// The inputs that fuzzing kept, each read again: what has crashed, hung or swelled, and some of each
/// reader's own. `Scripts/fuzz` makes more.
@Suite struct CorpusTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Corpus")

  @Test(arguments: FuzzedReader.allCases)
  func `each reader survives its corpus`(reader: FuzzedReader) throws {
    let folder = Self.folder.appendingPathComponent(reader.rawValue)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { $0 != "README.md" }
    #expect(!files.isEmpty)
    for file in files {
      let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(file)))
      let clock = ContinuousClock()
      let time = clock.measure { reader.read(bytes) }
      // Every one takes milliseconds; a slow machine may take a hundred times as long.
      #expect(time < .seconds(5), "\(file)")
    }
  }
}
