import FileSystem
import Foundation
import Testing

/// A directory `inside` that a guest may use, beside one that it may not.
private final class Place {
  let root = FileManager.default.temporaryDirectory
    .appendingPathComponent("thumbprint-confined-\(UUID().uuidString)")
  let directory: ConfinedDirectory

  init() throws {
    for folder in ["inside/a/b", "outside"] {
      try FileManager.default.createDirectory(
        at: root.appendingPathComponent(folder), withIntermediateDirectories: true)
    }
    for (path, text) in [
      ("outside/secret", "secret"), ("inside/file", "file"), ("inside/a/b/deep", "deep"),
    ] { try Data(text.utf8).write(to: root.appendingPathComponent(path)) }
    directory = try ConfinedDirectory(root.appendingPathComponent("inside").path)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: root.appendingPathComponent("inside/\(name)").path, withDestinationPath: target)
  }

  func read(_ path: String) throws(SystemError) -> String {
    let file = try directory.open(Array(path.utf8), .init(reads: true))
    let bytes = try directory.read(file, count: 100)
    try directory.close(file)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The errno of the refusal; 0 where there was none.
  func refusal(_ path: String, writes: Bool = false) -> Int32 {
    do throws(SystemError) {
      let file = try directory.open(
        Array(path.utf8), .init(reads: true, writes: writes, creates: writes))
      try directory.close(file)
      return 0
    } catch { return error.number }
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }
}

struct ConfinedDirectoryTests {
  @Test(arguments: ["file", "./file", "a/../file", "a/b/../../file", "a//b/../b/.././../file"])
  func pathsBelowItOpen(_ path: String) throws {
    #expect(try Place().read(path) == "file")
  }

  @Test func linksThatStayBelowItAreFollowed() throws {
    let place = try Place()
    try place.link("to-file", to: "a/../file")
    try place.link("to-folder", to: "a/b")
    try place.link("a/up", to: "../file")
    try place.link("chain", to: "to-folder/../up")
    #expect(try place.read("to-file") == "file")
    #expect(try place.read("to-folder/deep") == "deep")
    #expect(try place.read("a/up") == "file")
    // `..` of a linked folder is the folder's own parent.
    #expect(try place.read("chain") == "file")
  }

  @Test(arguments: [
    "../outside/secret", "..", "../inside/file", "a/../../outside/secret", "/etc/passwd",
    "a/b/../../../outside/secret", "absolute", "escape", "folder/secret", "a/nested",
    "twice/secret",
    "root/etc/passwd", "./../outside/secret", "climb/../outside/secret",
  ])
  func nothingOutsideOpens(_ path: String) throws {
    let place = try Place()
    try place.link("absolute", to: place.root.appendingPathComponent("outside/secret").path)
    try place.link("escape", to: "../outside/secret")
    try place.link("folder", to: "../outside")
    try place.link("a/nested", to: "../../outside/secret")
    try place.link("twice", to: "folder")
    try place.link("root", to: "/")
    try place.link("climb", to: "..")
    #expect(place.refusal(path) == EACCES)
    #expect(place.refusal(path, writes: true) == EACCES)
    do throws(SystemError) {
      try place.directory.rename(Array("file".utf8), to: Array("\(path)/../stolen".utf8))
      #expect(place.exists("inside/stolen") || place.exists("inside/a/stolen"))
    } catch { #expect([EACCES, ENOTDIR, ENOENT].contains(error.number)) }
    #expect(place.exists("outside/secret"))
    #expect(!place.exists("stolen") && !place.exists("outside/stolen"))
  }

  @Test func nothingIsMadeThroughALinkThatLeadsOut() throws {
    let place = try Place()
    try place.link("new", to: "../outside/new")
    #expect(place.refusal("new", writes: true) == EACCES)
    #expect(!place.exists("outside/new"))
    #expect(place.refusal("../new", writes: true) == EACCES)
    #expect(!place.exists("new"))
  }

  /// The place that a path leads through is swapped for a link out of the directory, over and over.
  @Test func noRaceLeadsOut() async throws {
    let place = try Place()
    let inside = place.root.appendingPathComponent("inside").path
    try Data("file".utf8).write(to: URL(fileURLWithPath: inside + "/a/secret"))
    try place.link("way", to: "../outside")
    let swapping = Task.detached { () async -> Void in
      while !Task.isCancelled {
        rename(inside + "/a", inside + "/kept")
        rename(inside + "/way", inside + "/a")
        rename(inside + "/a", inside + "/way")
        rename(inside + "/kept", inside + "/a")
      }
    }
    var opened = 0
    for attempt in 0..<20_000 where attempt < 2_000 || opened == 0 {
      if let text = try? place.read("a/secret") {
        #expect(text == "file")
        opened += 1
      }
      #expect(place.refusal("a/made", writes: true) != 0 || !place.exists("outside/made"))
    }
    swapping.cancel()
    await swapping.value
    #expect(opened > 0)
    #expect(!place.exists("outside/made"))
  }

  @Test func removingALinkLeavesItsTarget() throws {
    let place = try Place()
    try place.link("escape", to: "../outside/secret")
    try place.directory.remove(Array("escape".utf8))
    #expect(place.exists("outside/secret"))
    #expect(throws: SystemError.self) {
      try place.directory.remove(Array("../outside/secret".utf8))
    }
    #expect(place.exists("outside/secret"))
    try place.directory.remove(Array("a/b/deep".utf8))
    try place.directory.remove(Array("a/b".utf8))
    #expect(!place.exists("inside/a/b"))
  }

  @Test func loopsAndDepthsEnd() throws {
    let place = try Place()
    try place.link("one", to: "two")
    try place.link("two", to: "one")
    #expect(place.refusal("one") == ELOOP)
    try place.link("a/self", to: ".")
    let long = "a" + String(repeating: "/self", count: 30) + "/b/deep"
    #expect(try place.read(long) == "deep")
    let tooLong = "a" + String(repeating: "/self", count: 60) + "/b/deep"
    #expect(place.refusal(tooLong) == ELOOP)
    #expect(place.refusal("") == ENOENT)
    #expect(place.refusal("file/x") == ENOTDIR)
    #expect(place.refusal("a") == EISDIR)
    #expect(place.refusal(".") == EISDIR)
    #expect(place.refusal("absent") == ENOENT)
  }

  @Test func pipesAreRefusedAtOnce() throws {
    let place = try Place()
    #expect(mkfifo(place.root.appendingPathComponent("inside/pipe").path, 0o600) == 0)
    #expect(place.refusal("pipe") == EACCES)
  }

  @Test func filesAreReadWrittenAndBounded() throws {
    let place = try Place()
    let file = try place.directory.open(
      Array("new".utf8), .init(reads: true, writes: true, creates: true, truncates: true))
    try place.directory.write(file, Array("hello".utf8))
    try place.directory.seek(file, to: 1)
    #expect(try place.directory.read(file, count: 3) == Array("ell".utf8))
    #expect(try place.directory.length(file) == 5)
    try place.directory.seek(file, to: ConfinedDirectory.largestFile)
    #expect(throws: SystemError.self) { try place.directory.write(file, [1]) }
    try place.directory.close(file)
    #expect(throws: SystemError.self) { try place.directory.close(file) }
    #expect(throws: SystemError.self) { try place.directory.read(0, count: 1) }
  }
}
