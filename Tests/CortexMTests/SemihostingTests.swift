import CortexM
import Simulation
import Testing
import Units

struct SemihostingTests {
  /// 4 KiB of memory at 0x20000000 and what the calls print.
  private final class Host {
    var semihosting = Semihosting()
    var memory = [UInt8](repeating: 0, count: 4096)
    var printed: [UInt8] = []
    var now = Instant.zero
    let findings = FindingLog()

    private func offset(_ address: Address) -> Int? {
      let offset = address.value &- 0x2000_0000
      return offset < 4096 ? Int(offset) : nil
    }

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
      semihosting.call(
        operation: operation, parameter: parameter, now: now,
        word: { address in self.offset(address).flatMap { $0 < 4093 ? self.word($0) : nil } },
        byte: { address in self.offset(address).map { self.memory[$0] } },
        setWord: { value, address in
          guard let place = self.offset(address), place < 4093 else { return false }
          for byte in 0..<4 {
            self.memory[place + byte] = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8))
          }
          return true
        },
        setByte: { value, address in
          guard let place = self.offset(address) else { return false }
          self.memory[place] = value
          return true
        },
        print: { self.printed.append($0) }, findings: findings)
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

  @Test func anyOtherFileIsRefused() {
    let host = Host()
    host.place("/etc/passwd", at: 64)
    #expect(host.call(0x01, 0x2000_0040, 0, 11) == .result(0xffff_ffff))
    #expect(host.call(0x13, at: 0) == .result(2))
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
