import Foundation
import Testing

/// `convert` called as a shell would, in a folder of its own.
private struct Folder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent(
    "convert-\(UUID().uuidString)"
  ).path

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var text = "time,ax [g],ay [g],az [g]\n"
    for index in 0..<20 { text += "0.\(100 + index * 10),\(index).25,-0.5,1\n" }
    try text.write(toFile: path + "/walk.csv", atomically: true, encoding: .utf8)
    try
      "Time(Seconds),Length(Seconds),Label(string),Confidence(double),Comment(string)\n0.1,0.05,go,1,\n"
      .write(toFile: path + "/walk.label", atomically: true, encoding: .utf8)
  }

  /// Status and what was said, the folder's name left out.
  func convert(_ words: String...) -> (status: Int32, said: String) {
    let words = words.map { $0.contains(".") && !$0.contains("=") ? path + "/" + $0 : $0 }
    let finished = Session.call(["convert"] + words)
    return (finished.status, finished.all.replacing(path + "/", with: ""))
  }

  func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: path + "/" + name) }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct ConvertTests {
  @Test func `a recording goes through every format and comes back`() throws {
    let folder = try Folder()
    defer { folder.remove() }
    var name = "walk.csv"
    for next in ["a.data", "b.resd", "c.csv", "d.0.sds", "e.resd", "f.csv"] {
      #expect(folder.convert(name, next).status == 0)
      name = next
    }
    #expect(folder.convert(name, "g.csv", "--to-units", "g").status == 0)
    let back = String(decoding: try #require(folder.bytes("g.csv")), as: UTF8.self)
    #expect(back.hasPrefix("time,ax [g],ay [g],az [g]\n0.1,0.25,-0.5,1\n0.11,1.25,-0.5,1\n"))
    #expect(folder.bytes("d.sds.yml") != nil)
  }

  @Test func `what is lost is said and a signature is checked`() throws {
    let folder = try Folder()
    defer { folder.remove() }
    let said = folder.convert("walk.csv", "a.json", "--key", "secret")
    #expect(said.status == 0)
    #expect(said.said == "a.json: note: lost: the time of the first sample\n")
    #expect(folder.convert("a.json", "a.cbor", "--check-key", "secret").status == 0)
    #expect(folder.convert("a.json", "b.cbor", "--check-key", "other").status == 65)
    #expect(folder.bytes("b.cbor") == nil)
  }

  @Test func `labels count samples and come back`() throws {
    let folder = try Folder()
    defer { folder.remove() }
    #expect(folder.convert("walk.label", "info.labels").status == 64)
    #expect(folder.convert("walk.label", "info.labels", "--recording", "walk.csv").status == 0)
    #expect(folder.convert("info.labels", "b.label", "--recording", "walk.csv").status == 0)
    #expect(folder.bytes("b.label") == folder.bytes("walk.label"))
    #expect(folder.convert("info.labels", "b.csv").status == 64)
  }

  @Test func `what cannot be converted has a status and a way out`() throws {
    let folder = try Folder()
    defer { folder.remove() }
    #expect(folder.convert("walk.csv", "walk.csv").status == 64)
    #expect(folder.convert("none.csv", "a.wav").status == 66)
    let unknown = folder.convert("walk.csv", "a.xyz")
    #expect(unknown.status == 65)
    #expect(unknown.said.contains("give one with --to: csv, deepcraft, edge-impulse-json"))
    let column = folder.convert("walk.csv", "a.csv", "--columns", "aX")
    #expect(column.status == 65)
    #expect(column.said == "walk.csv: error: no column 'aX'; did you mean 'ax'?\n")
    #expect(folder.convert("walk.csv", "a.csv", "--rate", "119").status == 64)
    #expect(folder.convert("walk.csv", "a.csv", "--to-units", "dps").status == 65)
    try Data([0x7f, 0x45, 0x4c, 0x46]).write(to: URL(fileURLWithPath: folder.path + "/a.elf"))
    #expect(folder.convert("a.elf", "b.csv").status == 65)
  }

  @Test func `times that jump are refused, and read when asked for`() throws {
    let folder = try Folder()
    defer { folder.remove() }
    try "t,x\n0,1\n1,2\n1,3\n0,4\n".write(
      toFile: folder.path + "/odd.csv", atomically: true, encoding: .utf8)
    #expect(folder.convert("odd.csv", "a.csv").status == 65)
    let repaired = folder.convert("odd.csv", "a.csv", "--repair")
    #expect(repaired.status == 0)
    #expect(
      repaired.said
        == "a.csv: note: 1 samples of a time that was there left out\n"
        + "a.csv: note: 1 jumps back in time taken for a new part\n")
    #expect(
      folder.bytes("a.csv").map { String(decoding: $0, as: UTF8.self) }
        == "time,x\n0,1\n1,2\n\n2,4\n")
    let sheet = Session.call(["inspect", folder.path + "/odd.csv"])
    #expect(sheet.status == 0)
    #expect(sheet.output.contains("refused by run"))
    #expect(
      sheet.output.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains("/odd") })
  }
}
