import FirmwareImage
import Testing
import Units

/// Call frame information and the exception index, compared with what readelf makes of them.
@Suite(.enabled(if: Compiler.program != nil, Comment(rawValue: Compiler.missing)))
struct UnwindingTests {
  private static let source = """
    #include <stdint.h>
    extern uint32_t __StackTop;
    volatile uint32_t sink;
    volatile float level;
    __attribute__((noipa)) uint32_t leaf(uint32_t x) { return x * 3; }
    __attribute__((noipa)) uint32_t saving(uint32_t a, uint32_t b, uint32_t c) {
      volatile uint32_t room[20];
      for (uint32_t i = 0; i < 20; i++) room[i] = leaf(a + i) + leaf(b) * leaf(c);
      return room[a % 20] + leaf(c);
    }
    __attribute__((noipa)) float floating(float x) {
      float y = x * 2.0f;
      sink = leaf((uint32_t)x);
      return y + level + (float)leaf(3);
    }
    __attribute__((noipa)) uint32_t variable(uint32_t n) {
      volatile uint8_t *room = __builtin_alloca(n);
      room[0] = (uint8_t)leaf(n);
      return leaf(room[0]) + n;
    }
    __attribute__((noipa)) uint32_t early(uint32_t n) {
      if (n == 0) return 1;
      sink = leaf(n);
      if (n == 2) return leaf(4) + 2;
      return saving(n, n, n) + early(n - 1);
    }
    void Reset_Handler(void) {
      for (;;) sink = early(sink) + variable(sink) + (uint32_t)floating(2.0f);
    }
    __attribute__((section(".isr_vector"), used)) const void *const vectors[2] = {
      &__StackTop, (void *)Reset_Handler,
    };

    """

  /// `readelf`'s rows: the frame's end and where R14 is, from an address on.
  private struct Row {
    let address: UInt32
    let end: String
    let link: String
  }

  private func rows(_ path: String) throws -> [(range: Range<UInt32>, rows: [Row])] {
    var entries: [(range: Range<UInt32>, rows: [Row])] = []
    var columns: [String] = []
    for line in try Compiler.tool("readelf", ["--debug-dump=frames-interp", path])
      .split(separator: "\n")
    {
      let words = line.split(separator: " ").map(String.init)
      if let place = words.first(where: { $0.hasPrefix("pc=") }) {
        let ends = place.dropFirst(3).components("..")
        entries.append((ends[0]..<ends[1], []))
      } else if words.first == "LOC" {
        columns = words
      } else if words.count >= 2, let address = UInt32(words[0], radix: 16), !entries.isEmpty {
        let link = columns.firstIndex(of: "ra").map { $0 < words.count ? words[$0] : "u" } ?? "u"
        entries[entries.count - 1].rows.append(Row(address: address, end: words[1], link: link))
      }
    }
    return entries
  }

  @Test(arguments: ["-O0", "-O1", "-O2", "-Os"])
  func `every instruction's rule is the one that readelf prints`(level: String) throws {
    let path = try Compiler.build(
      "unwinding" + level, source: Self.source, options: [level, "-g"])
    let unwinding = Unwinding(try FirmwareImage(file: path))
    var compared = 0
    for entry in try rows(path) {
      for address in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: 2) {
        guard let row = entry.rows.last(where: { $0.address <= address }) else { continue }
        let rule = try #require(unwinding.callFrame(at: Address(address)))
        let base = rule.base == 7 ? "r7" : "r13"
        #expect("\(base)\(rule.offset < 0 ? "" : "+")\(rule.offset)" == row.end)
        switch rule.saved[14] {
        case nil: #expect(row.link == "u")
        case .atOffset(let offset): #expect(row.link == "c\(offset)")
        default: Issue.record("another rule at \(Address(address))")
        }
        compared += 1
      }
    }
    #expect(compared > 100)
  }

  @Test func `the exception index tells the same at calls`() throws {
    // Personality routines, which a C++ runtime would bring.
    let routines = "void __aeabi_unwind_cpp_pr0(void) {}\nvoid __aeabi_unwind_cpp_pr1(void) {}\n"
    let path = try Compiler.build(
      "unwinding-index", source: Self.source + routines,
      options: ["-O2", "-g", "-funwind-tables"])
    let image = try FirmwareImage(file: path)
    let unwinding = Unwinding(image)
    var compared = 0
    for function in image.functions where !["leaf", "Reset_Handler"].contains(function.name) {
      // Behind the prologue, where most calls are.
      let middle = function.address + function.size / 2 & ~1
      guard let table = unwinding.exceptionFrame(at: middle) else { continue }
      let frame = try #require(unwinding.callFrame(at: middle))
      #expect(table.source == .exceptionIndex)
      #expect(table.saved[table.returnRegister] == frame.saved[14], "\(function.name)")
      if table.base == frame.base { #expect(table.offset == frame.offset, "\(function.name)") }
      compared += 1
    }
    #expect(compared >= 2)
  }

  @Test func `functions that the linker discarded shadow nothing`() throws {
    let path = try Compiler.standard.get()
    let image = try FirmwareImage(file: path)
    let unwinding = Unwinding(image)
    #expect(unwinding.callFrame(at: Address(0)) == nil)
    let step = try #require(image.functions.first { $0.name == "step" })
    let rule = try #require(unwinding.callFrame(at: step.address))
    #expect(rule.base == 13 && rule.offset == 0)
  }

  /// Tables of any bytes end, and say something or nothing.
  @Test(arguments: 0..<40)
  func `damaged tables are harmless`(seed: Int) throws {
    var random = Generator(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1)
    let path = try Compiler.standard.get()
    let whole = try FirmwareImage(file: path)
    var bytes = whole.file
    for name in [".debug_frame", ".ARM.exidx"] {
      guard let place = offset(of: name, in: bytes) else { continue }
      for _ in 0..<max(place.size / 8, 1) {
        bytes[place.start + Int(random.next() % UInt64(place.size))] =
          UInt8(truncatingIfNeeded: random.next())
      }
    }
    guard let image = try? FirmwareImage(bytes: bytes, path: path) else { return }
    let unwinding = Unwinding(image)
    for address in stride(from: UInt32(0), to: 0x400, by: 2) {
      _ = unwinding.callFrame(at: Address(address))
      _ = unwinding.exceptionFrame(at: Address(address))
    }
  }

  private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state >> 11
    }
  }

  /// Where a section's bytes are in the file, by its header.
  private func offset(of name: String, in file: [UInt8]) -> (start: Int, size: Int)? {
    func word(_ place: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) }
    }
    func half(_ place: Int) -> Int { Int(file[place]) | Int(file[place + 1]) << 8 }
    let (headers, count, names) = (word(32), half(48), half(50))
    let strings = word(headers + names * 40 + 16)
    for index in 0..<count {
      let header = headers + index * 40
      let text = file[(strings + word(header))...].prefix { $0 != 0 }
      if String(decoding: text, as: UTF8.self) == name {
        return (word(header + 16), max(word(header + 20), 1))
      }
    }
    return nil
  }
}

extension Substring {
  /// Two hexadecimal numbers around a separator.
  fileprivate func components(_ separator: String) -> [UInt32] {
    split(separator: separator).compactMap { UInt32($0, radix: 16) }
  }
}
