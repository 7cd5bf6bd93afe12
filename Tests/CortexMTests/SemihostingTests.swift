import CortexM
import Simulation
import Testing
import Units

struct SemihostingTests {
  /// 4 KiB of memory at 0x20000000, files in memory, and what the calls print.
  private final class Host: SemihostingHost, SemihostingFiles {
    var memory = [UInt8](repeating: 0, count: 4096)
    var printed: [UInt8] = []
    var now = Instant.zero
    let findings = FindingLog()
    var contents: [String: [UInt8]] = [:]
    private var opened: [(name: String, position: Int)] = []
    lazy var semihosting = Semihosting(findings: findings)

    /// With files, a command line and memory for a heap.
    func allow(arguments: String = "", heap: Range<UInt32>? = nil) {
      var settings = SemihostingSettings()
      settings.files = self
      settings.commandLine = Array(arguments.utf8)
      settings.heap = heap
      semihosting = Semihosting(settings, findings: findings)
    }

    private func range(_ address: Address, _ count: Int) -> Range<Int>? {
      let offset = Int(address.value &- 0x2000_0000)
      return offset < 4096 && count <= 4096 - offset ? offset..<(offset + count) : nil
    }

    func bytes(at address: Address, count: Int) -> [UInt8]? {
      range(address, count).map { Array(memory[$0]) }
    }

    func store(_ bytes: [UInt8], at address: Address) -> Bool {
      guard let range = range(address, bytes.count) else { return false }
      memory.replaceSubrange(range, with: bytes)
      return true
    }

    func print(_ byte: UInt8) { printed.append(byte) }

    func place(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { memory[offset + index] = byte }
    }

    func text(_ offset: Int, _ count: Int) -> [UInt8] { Array(memory[offset..<(offset + count)]) }

    func word(_ offset: Int) -> UInt32 {
      text(offset, 4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The call with its block of words at offset 0.
    func call(_ operation: UInt32, _ words: UInt32...) -> Semihosting.Answer {
      for (index, word) in words.enumerated() {
        for byte in 0..<4 {
          memory[index * 4 + byte] = UInt8(truncatingIfNeeded: word >> UInt32(byte * 8))
        }
      }
      return call(operation, at: 0x2000_0000)
    }

    func call(_ operation: UInt32, at parameter: UInt32) -> Semihosting.Answer {
      semihosting.call(operation: operation, parameter: parameter, host: self)
    }

    // MARK: Files

    func open(_ path: [UInt8], _ mode: SemihostingMode) throws(SemihostingError) -> Int32 {
      let name = String(decoding: path, as: UTF8.self)
      if name.hasPrefix("/") { throw SemihostingError(number: 13, leadsOutside: true) }
      if mode.rawValue < 4, contents[name] == nil { throw SemihostingError(number: 2) }
      if mode == .write || mode == .writeUpdate || contents[name] == nil { contents[name] = [] }
      opened.append((name, 0))
      return Int32(opened.count - 1)
    }

    func close(_ file: Int32) throws(SemihostingError) {}

    func read(_ file: Int32, count: Int) throws(SemihostingError) -> [UInt8] {
      let (name, position) = opened[Int(file)]
      let bytes = Array((contents[name] ?? []).dropFirst(position).prefix(count))
      opened[Int(file)].position += bytes.count
      return bytes
    }

    func write(_ file: Int32, _ bytes: [UInt8]) throws(SemihostingError) {
      let (name, position) = opened[Int(file)]
      var content = contents[name] ?? []
      content += [UInt8](repeating: 0, count: max(0, position + bytes.count - content.count))
      content.replaceSubrange(position..<(position + bytes.count), with: bytes)
      contents[name] = content
      opened[Int(file)].position += bytes.count
    }

    func seek(_ file: Int32, to position: UInt32) throws(SemihostingError) {
      opened[Int(file)].position = Int(position)
    }

    func length(_ file: Int32) throws(SemihostingError) -> UInt64 {
      UInt64(contents[opened[Int(file)].name]?.count ?? 0)
    }

    func remove(_ path: [UInt8]) throws(SemihostingError) {
      guard contents.removeValue(forKey: String(decoding: path, as: UTF8.self)) != nil else {
        throw SemihostingError(number: 2)
      }
    }

    func rename(_ old: [UInt8], to new: [UInt8]) throws(SemihostingError) {
      let name = String(decoding: old, as: UTF8.self)
      guard let content = contents.removeValue(forKey: name) else {
        throw SemihostingError(number: 2)
      }
      contents[String(decoding: new, as: UTF8.self)] = content
    }
  }

  @Test func charactersAndStringsArePrinted() {
    let host = Host()
    host.place("hello\n", at: 64)
    #expect(host.call(0x04, at: 0x2000_0040) == .result(0))
    #expect(host.call(0x03, at: 0x2000_0040) == .result(0))
    #expect(host.printed == Array("hello\nh".utf8))
  }

  @Test func aStringThatRunsOutOfMemoryEnds() {
    let host = Host()
    host.memory = [UInt8](repeating: 0x41, count: 4096)
    _ = host.call(0x04, at: 0x2000_0f00)
    #expect(host.printed.count == 256)
  }

  @Test func theConsoleOpensForReadingAndWriting() {
    let host = Host()
    host.place(":tt", at: 64)
    #expect(host.call(0x01, 0x2000_0040, 0, 3) == .result(1))
    #expect(host.call(0x01, 0x2000_0040, 4, 3) == .result(2))
    #expect(host.call(0x01, 0x2000_0040, 8, 3) == .result(3))
    #expect(host.call(0x09, 2) == .result(1))
    host.place("abc", at: 64)
    #expect(host.call(0x05, 2, 0x2000_0040, 3) == .result(0))
    #expect(host.printed == Array("abc".utf8))
    #expect(host.call(0x05, 9, 0x2000_0040, 3) == .result(3))
    #expect(host.call(0x13, at: 0) == .result(9))
    #expect(host.call(0x06, 1, 0x2000_0040, 3) == .result(3))
    #expect(host.call(0x02, 2) == .result(0))
  }

  @Test func withoutADirectoryEveryFileIsRefused() {
    let host = Host()
    host.place("notes.txt", at: 64)
    #expect(host.call(0x01, 0x2000_0040, 4, 9) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(13))
    #expect(host.call(0x0e, 0x2000_0040, 9) == .result(0xffff_ffff))
    #expect(host.findings.entries.map(\.place) == ["SYS_OPEN", "SYS_REMOVE"])
    #expect(host.findings.entries.allSatisfy { $0.message.contains("--files") })
  }

  @Test func filesAreWrittenReadRenamedAndRemoved() {
    let host = Host()
    host.allow()
    host.place("notes", at: 64)
    host.place("moved", at: 72)
    host.place("hello, file", at: 80)
    #expect(host.call(0x01, 0x2000_0040, 6, 5) == .result(1))
    #expect(host.call(0x05, 1, 0x2000_0050, 11) == .result(0))
    #expect(host.call(0x0c, 1) == .result(11))
    #expect(host.call(0x0a, 1, 7) == .result(0))
    #expect(host.call(0x06, 1, 0x2000_0080, 8) == .result(4))
    #expect(host.text(128, 4) == Array("file".utf8))
    #expect(host.call(0x06, 1, 0x2000_0080, 8) == .result(8))
    #expect(host.call(0x09, 1) == .result(0))
    #expect(host.call(0x13, at: 0) == .result(25))
    #expect(host.call(0x02, 1) == .result(0))
    #expect(host.call(0x02, 1) == .result(0xffff_ffff))
    #expect(host.call(0x0f, 0x2000_0040, 5, 0x2000_0048, 5) == .result(0))
    #expect(host.contents == ["moved": Array("hello, file".utf8)])
    #expect(host.call(0x0e, 0x2000_0048, 5) == .result(0))
    #expect(host.call(0x0e, 0x2000_0048, 5) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(2))
    #expect(host.findings.entries.isEmpty)
  }

  @Test func aPathThatLeadsOutIsAFinding() {
    let host = Host()
    host.allow()
    host.place("/etc/passwd", at: 64)
    #expect(host.call(0x01, 0x2000_0040, 0, 11) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(13))
    #expect(host.findings.entries.map(\.kind) == ["semihosting-files"])
  }

  @Test func handlesAreReusedAndBounded() {
    let host = Host()
    host.allow()
    host.place("many", at: 64)
    for handle in 1...64 {
      #expect(host.call(0x01, 0x2000_0040, 4, 4) == .result(UInt32(handle)))
    }
    #expect(host.call(0x01, 0x2000_0040, 4, 4) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(24))
    #expect(host.call(0x02, 17) == .result(0))
    #expect(host.call(0x01, 0x2000_0040, 4, 4) == .result(17))
    #expect(host.call(0x01, 0x2000_0040, 12, 4) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(22))
  }

  @Test func theCommandLineNeedsRoomForItsEnd() {
    let host = Host()
    host.allow(arguments: "app.elf -v")
    #expect(host.call(0x15, 0x2000_0080, 10) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(7))
    #expect(host.call(0x15, 0x2000_0080, 11) == .result(0))
    #expect(host.word(4) == 10)
    #expect(host.text(128, 11) == Array("app.elf -v\0".utf8))
  }

  @Test func temporaryNamesDifferByIdentifier() {
    let host = Host()
    #expect(host.call(0x0d, 0x2000_0080, 0x1a, 12) == .result(0xffff_ffff))
    #expect(host.call(0x0d, 0x2000_0080, 0x1a, 13) == .result(0))
    #expect(host.text(128, 13) == Array("temporary-1a\0".utf8))
  }

  @Test func theHeapLiesWhereTheRunSays() {
    let host = Host()
    host.allow(heap: 0x2100_0000..<0x2200_0000)
    #expect(host.call(0x16, 0x2000_0080) == .result(0))
    #expect(
      [host.word(128), host.word(132), host.word(136), host.word(140)] == [
        0x2100_0000, 0x2200_0000, 0x2200_0000, 0x2100_0000,
      ])
    host.allow()
    #expect(host.call(0x16, 0x2000_0080) == .result(0))
    #expect(host.word(128) == 0 && host.word(136) == 0)
    #expect(host.call(0x16, 0x3000_0000) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(14))
  }

  @Test func inputIsReadLineByLine() {
    let host = Host()
    host.place(":tt", at: 64)
    #expect(host.call(0x01, 0x2000_0040, 0, 3) == .result(1))
    #expect(host.call(0x07, at: 0) == .result(0xffff_ffff))
    host.semihosting.receive(Array("ab\ncd".utf8))
    #expect(host.call(0x07, at: 0) == .result(0x61))
    #expect(host.call(0x06, 1, 0x2000_0080, 8) == .result(6))
    #expect(host.text(128, 2) == Array("b\n".utf8))
    #expect(host.call(0x06, 1, 0x2000_0080, 8) == .result(6))
    #expect(host.call(0x06, 1, 0x2000_0080, 8) == .result(8))
    #expect(host.call(0x0a, 1, 0) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(29))
  }

  @Test func aReadWaitsForWhoIsAtTheOtherEnd() {
    let host = Host()
    host.place(":tt", at: 64)
    _ = host.call(0x01, 0x2000_0040, 0, 3)
    _ = host.call(0x01, 0x2000_0040, 4, 3)
    host.semihosting.expectsInput = true
    #expect(host.call(0x07, at: 0) == .waits)
    #expect(host.call(0x06, 1, 0x2000_0080, 8) == .waits)
    #expect(host.call(0x06, 2, 0x2000_0080, 8) == .result(8))
    host.semihosting.receive([0x61])
    #expect(host.semihosting.waitingInput == 1)
    #expect(host.call(0x06, 1, 0x2000_0080, 8) == .result(7))
    host.semihosting.expectsInput = false
    #expect(host.call(0x07, at: 0) == .result(0xffff_ffff))
  }

  @Test func commandsOfTheHostAreRefused() {
    let host = Host()
    host.allow()
    host.place("true", at: 64)
    #expect(host.call(0x12, 0x2000_0040, 4) == .result(0xffff_ffff))
    #expect(host.findings.entries.map(\.kind) == ["semihosting-system"])
  }

  @Test func errorsAreNegative() {
    let host = Host()
    #expect(host.call(0x08, 0) == .result(0))
    #expect(host.call(0x08, 0xffff_ffff) == .result(1))
    #expect(host.call(0x02, at: 0x4000_0000) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(14))
  }

  @Test func theFeaturesFileSaysWhatIsThere() {
    let host = Host()
    host.place(":semihosting-features", at: 64)
    guard case .result(let handle) = host.call(0x01, 0x2000_0040, 0, 21) else {
      Issue.record("not opened")
      return
    }
    #expect(host.call(0x0c, handle) == .result(5))
    #expect(host.call(0x06, handle, 0x2000_0080, 8) == .result(3))
    #expect(host.text(128, 5) == [0x53, 0x48, 0x46, 0x42, 3])
    #expect(host.call(0x0a, handle, 4) == .result(0))
    #expect(host.call(0x06, handle, 0x2000_0090, 1) == .result(0))
    #expect(host.memory[144] == 3)
    #expect(host.call(0x0a, handle, 6) == .result(0xffff_ffff))
  }

  @Test func theClocksTellSimulatedTime() {
    let host = Host()
    host.now = Instant(picoseconds: 12_345_678_901_234)
    #expect(host.call(0x10, at: 0) == .result(1234))
    #expect(host.call(0x11, at: 0) == .result(12))
    #expect(host.call(0x31, at: 0) == .result(1_000_000_000))
    #expect(host.call(0x30, at: 0x2000_0010) == .result(0))
    #expect(UInt64(host.word(16)) | UInt64(host.word(20)) << 32 == 12_345_678_901)
    #expect(host.call(0x30, at: 0) == .result(0xffff_ffff))
  }

  @Test func exitCarriesItsStatus() {
    let host = Host()
    #expect(host.call(0x18, at: 0x20026) == .exit(code: 0))
    #expect(host.call(0x18, at: 0x20023) == .exit(code: 1))
    #expect(host.call(0x20, 0x20026, 3) == .exit(code: 3))
    #expect(host.call(0x20, 0x20026, 0xffff_ffff) == .exit(code: -1))
    #expect(host.call(0x20, 0x20024, 3) == .exit(code: 1))
  }

  @Test func anUnknownOperationIsAFinding() {
    let host = Host()
    #expect(host.call(0x77, at: 0) == .result(0xffff_ffff))
    #expect(host.findings.entries.map(\.kind) == ["unmodelled-semihosting"])
  }

  @Test(arguments: 0..<100)
  func noCallStopsTheSimulator(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let host = Host()
    host.allow()
    var answers = 0
    for _ in 0..<200 {
      let edges: [UInt32] = [0, 1, 4, 0x2000_0000, 0x2000_0ffe, 0xffff_fffe, 0xffff_ffff]
      let words = (0..<3).map { _ in edges.randomElement(using: &random)! }
      let operation = UInt32.random(in: 0..<0x34, using: &random)
      // A length of gigabytes would be printed until memory ends.
      _ = host.call(operation, words[0], words[1], words[2])
      _ = host.call(operation, at: words[0])
      answers += 2
    }
    #expect(answers == 400)
  }
}
