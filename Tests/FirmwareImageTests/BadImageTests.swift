import FirmwareImage
import Foundation
import Testing
import Units

/// A seeded generator (SplitMix64), so that a failing case can be run again.
private struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9e37_79b9_7f4a_7c15 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

private func failure(_ bytes: [UInt8]) -> String? {
  do {
    _ = try FirmwareImage(bytes: bytes, path: "a.elf")
    return nil
  } catch { return error.description }
}

private let expected = "expected a 32-bit little-endian Arm executable (ELF) as the linker wrote it"

@Suite(.enabled(if: Compiler.program != nil, Comment(rawValue: Compiler.missing)))
struct BadImageTests {
  let good: [UInt8]

  init() throws { good = try FirmwareImage(file: Compiler.standard.get()).file }

  /// The good image with some bytes replaced.
  private func patched(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
    var image = good
    image.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    return image
  }

  private func number(_ offset: Int, _ count: Int) -> Int {
    (0..<count).reversed().reduce(0) { $0 << 8 | Int(good[offset + $1]) }
  }

  @Test func `what is no Arm executable is named for what it is`() {
    #expect(
      failure([]) == "a.elf: error: an empty file; the file was cut off: build or copy it again")
    #expect(
      failure([0, 0x80, 0, 0x20])
        == "a.elf: error: not an ELF file: starts with 00 80 00 20; "
        + "a raw binary holds no addresses: say where it goes with --base ADDRESS")
    #expect(
      failure(Array(good.prefix(40)))
        == "a.elf: error: truncated: 40 bytes, an ELF header alone takes 52; "
        + "the file was cut off: build or copy it again")
    #expect(failure(patched(4, [2])) == "a.elf: error: a 64-bit ELF file; \(expected)")
    #expect(
      failure(patched(5, [2]))
        == "a.elf: error: a big-endian ELF file; build it without -mbig-endian")
    #expect(
      failure(patched(18, [243, 0])) == "a.elf: error: built for RISC-V, not Arm; \(expected)")
    #expect(
      failure(patched(16, [1, 0]))
        == "a.elf: error: a relocatable object file, not an executable; "
        + "link it with the board's linker script")
    #expect(
      failure(patched(16, [3, 0]))
        == "a.elf: error: a shared object or position-independent executable; "
        + "link it with -no-pie and without -shared")
    #expect(
      failure(patched(44, [0, 0]))
        == "a.elf: error: no loadable segments: nothing to write into memory; "
        + "link it with the board's linker script")
  }

  @Test func `a file that was cut off says where`() throws {
    let sections = number(32, 4)
    let count = number(48, 2)
    #expect(
      failure(Array(good.prefix(sections)))
        == "a.elf: error: truncated: section headers end at byte \(sections + 40 * count), "
        + "the file has \(sections) bytes; the file was cut off: build or copy it again")
    let headers = number(28, 4)
    let place = number(headers + 4, 4)
    let size = number(headers + 16, 4)
    // Without section headers the segments themselves are what is missed.
    let cut = Array(patched(32, [0, 0, 0, 0]).prefix(place + 4))
    #expect(
      failure(cut)
        == "a.elf: error: truncated: the bytes of segment 0 at 0x00000000 end at byte "
        + "\(place + size), the file has \(place + 4) bytes; "
        + "the file was cut off: build or copy it again")
  }

  @Test func `segments that cannot be are refused`() {
    let headers = number(28, 4)
    // The second program header takes the first one's load address.
    let overlapping = failure(patched(headers + 32 + 12, [0, 0, 0, 0]))
    #expect(overlapping?.hasPrefix("a.elf: error: segments overlap: ") == true)
    #expect(
      overlapping?.hasSuffix("; check the load addresses (AT>) in the linker script") == true)
    let high = failure(patched(headers + 12, [0xff, 0xff, 0xff, 0xff]))
    #expect(
      high
        == "a.elf: error: segment 0 at 0xffffffff runs past the end of the address space; \(expected)"
    )
  }

  @Test func `a file that is not there or no file is unreadable`() {
    for path in ["/nonexistent/a.elf", NSTemporaryDirectory()] {
      do {
        _ = try FirmwareImage(file: path)
        Issue.record("opened \(path)")
      } catch { #expect(error.kind == .unreadable) }
    }
  }

  /// Everything that an image answers, asked of a damaged one.
  private func exercise(_ bytes: [UInt8]) {
    guard let image = try? FirmwareImage(bytes: bytes, path: "a.elf") else { return }
    #expect(image.loadedBytes > 0)
    #expect(image.functions.map(\.id) == Array(image.functions.indices))
    _ = image.staticRAM()
    _ = image.nearestName(to: "step")
    guard let debug = DebugInformation(image) else { return }
    _ = debug.compilationUnits
    _ = debug.inlinedCalls(named: "square")
    for function in image.functions.prefix(20) {
      _ = function.demangledName
      _ = debug.declaration(of: function)
      _ = debug.location(of: function.address + 2)
      #expect(image.functionID(at: function.address) != nil || function.size == 0)
    }
  }

  @Test(arguments: 0..<300)
  func `damaged images never crash`(seed: Int) {
    var generator = Generator(seed: seed)
    var bytes = good
    // Headers, tables and debug sections alike; a third of the cases only the first headers.
    let limit = seed % 3 == 0 ? 180 : bytes.count
    for _ in 0..<Int.random(in: 1...(seed % 5 == 0 ? 200 : 6), using: &generator) {
      let value = UInt8.random(in: 0...255, using: &generator)
      bytes[Int.random(in: 8..<limit, using: &generator)] = value
    }
    if seed % 7 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
    exercise(bytes)
  }

  @Test(arguments: 0..<100)
  func `damaged section tables never crash`(seed: Int) {
    var generator = Generator(seed: seed)
    var bytes = good
    let table = number(32, 4)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: table..<bytes.count, using: &generator)
      bytes[place] = UInt8.random(in: 0...255, using: &generator)
    }
    exercise(bytes)
  }

  @Test(arguments: 0..<50)
  func `random bytes are refused`(seed: Int) {
    var generator = Generator(seed: seed)
    let count = Int.random(in: 0..<2_000, using: &generator)
    var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    #expect(failure(bytes) != nil)
    bytes = Array(good.prefix(20)) + bytes
    exercise(bytes)
  }
}
