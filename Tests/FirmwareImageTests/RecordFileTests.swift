import FirmwareImage
import Testing
import Units

/// A record of an Intel HEX file with its count and checksum made right.
private func hex(_ type: UInt8, _ offset: UInt16, _ data: [UInt8]) -> String {
  let bytes = [UInt8(data.count), UInt8(offset >> 8), UInt8(offset & 0xff), type] + data
  return ":" + digits(bytes + [0 &- bytes.reduce(0, &+)])
}

/// The same of an S-record file; the address as that type writes it.
private func motorola(_ type: Int, _ address: [UInt8], _ data: [UInt8] = []) -> String {
  let bytes = [UInt8(address.count + data.count + 1)] + address + data
  return "S\(type)" + digits(bytes + [~bytes.reduce(0, &+)])
}

private func digits(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
}

private let end = ":00000001FF"

private func image(_ lines: [String], _ separator: String = "\n") throws -> FirmwareImage {
  try FirmwareImage(
    bytes: Array((lines.joined(separator: separator) + separator).utf8), path: "a.hex")
}

private func failure(_ lines: String...) -> String {
  do {
    _ = try image(lines)
    return "no error"
  } catch { return "\(error)" }
}

private func areas(_ image: FirmwareImage) -> [UInt32: [UInt8]] {
  Dictionary(uniqueKeysWithValues: image.segments.map { ($0.loadAddress.value, Array($0.bytes)) })
}

@Suite struct IntelHexTests {
  @Test func `records in any order become sorted areas`() throws {
    let image = try image([
      hex(4, 0, [0x10, 0x00]), hex(0, 0x10c0, [9, 8]), hex(4, 0, [0, 0]),
      hex(0, 0x0004, [5, 6]), hex(0, 0x0000, [1, 2, 3, 4]),
      hex(5, 0, [0x00, 0x01, 0xcc, 0xd9]), end,
    ])
    #expect(areas(image) == [0: [1, 2, 3, 4, 5, 6], 0x1000_10c0: [9, 8]])
    #expect(image.segments.map(\.loadAddress.value) == [0, 0x1000_10c0])
    #expect(image.entryPoint == Address(0x1ccd8))
    #expect(image.loadedBytes == 8)
    #expect(image.vectorTable == nil)
    #expect(!image.hasSymbols)
    #expect(image.contents(at: Address(2), count: 3).map { Array($0) } == [3, 4, 5])
  }

  @Test(arguments: ["\n", "\r\n", "\r", " \n\n"])
  func `any end of line will do, and lower case`(_ separator: String) throws {
    let image = try image([hex(0, 0, [0xab, 0xcd]).lowercased(), end], separator)
    #expect(areas(image) == [0: [0xab, 0xcd]])
  }

  @Test func `a segment's offsets wrap at its end`() throws {
    let image = try image([hex(2, 0, [0x10, 0x00]), hex(0, 0xfffe, [1, 2, 3]), end])
    #expect(areas(image) == [0x1fffe: [1, 2], 0x10000: [3]])
  }

  @Test func `a segmented start address is a linear one`() throws {
    let image = try image([hex(0, 0, [1]), hex(3, 0, [0x12, 0x34, 0x00, 0x11]), end])
    #expect(image.entryPoint == Address(0x12350))
  }

  @Test func `what is wrong is said with its line and column`() {
    let good = hex(0, 0, [1, 2])
    #expect(
      failure(good, ":0200020003FFF9", end)
        == "a.hex:2:14: error: expected checksum FA, found F9; "
        + "the file was cut off: build or copy it again")
    #expect(failure(good, ":02000200G3FFF9", end).hasPrefix("a.hex:2:10: error: expected a hex"))
    #expect(
      failure(good, ":0300020003FFF9", end).hasPrefix(
        "a.hex:2:1: error: expected 3 bytes of data as the record says, found 2"))
    #expect(
      failure(good, ":0000", end).hasPrefix("a.hex:2:1: error: expected a record of at least"))
    #expect(failure(good, ":00000001F", end).contains("an odd number of digits"))
    #expect(failure(good, "hello", end).hasPrefix("a.hex:2:1: error: expected a record, which"))
    #expect(failure(good).hasPrefix("a.hex:1:1: error: truncated: no end-of-file record"))
    #expect(failure(good, end, good).hasPrefix("a.hex:3:1: error: a record after the end-of-file"))
    #expect(failure(hex(6, 0, []), end).hasPrefix("a.hex:1:8: error: unknown record type 06"))
    #expect(failure(hex(0x0a, 0, [1, 2]), end).contains("Universal Hex"))
    #expect(
      failure(hex(4, 0, [1]), end).contains("expected 2 bytes of data in a record of type 04"))
    #expect(
      failure(good, hex(0, 4, [1]), hex(0, 1, [7]), end)
        == "a.hex:3:1: error: bytes at 0x00000001 are given twice: from line 1 and from line 3 on; "
        + "merge images whose addresses differ")
    #expect(
      failure(hex(4, 0, [0xff, 0xff]), hex(0, 0xffff, [1, 2]), end).hasPrefix(
        "a.hex:2:4: error: the record runs past the end of the address space"))
    #expect(failure(end).contains("no data records"))
  }

  @Test(arguments: 0..<200) func `no damage to a file crashes the reader`(_ seed: Int) throws {
    var generator = SystemGenerator(seed: seed)
    var bytes = Array(
      [hex(4, 0, [0x10, 0]), hex(0, 0, [1, 2, 3]), hex(2, 0, [1, 0]), hex(0, 8, [4]), end]
        .joined(separator: "\n").utf8)
    for _ in 0..<3 {
      bytes[Int.random(in: 1..<bytes.count, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
    }
    if let image = try? FirmwareImage(bytes: bytes, path: "a.hex") {
      #expect(image.loadedBytes <= UInt64(bytes.count))
    }
  }
}

/// A seeded generator (SplitMix64), so that a failing case can be run again.
private struct SystemGenerator: RandomNumberGenerator {
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

@Suite struct SRecordTests {
  @Test func `all three widths of addresses are read`() throws {
    let image = try image([
      motorola(0, [0, 0], Array("hi".utf8)), motorola(1, [0x01, 0x00], [1, 2]),
      motorola(2, [0x02, 0x00, 0x00], [3]), motorola(3, [0x20, 0, 0, 4], [5, 6]),
      motorola(5, [0, 3]), motorola(7, [0, 0, 0x01, 0x01]),
    ])
    #expect(areas(image) == [0x100: [1, 2], 0x20000: [3], 0x2000_0004: [5, 6]])
    #expect(image.entryPoint == Address(0x100))
  }

  @Test func `what is wrong is said with its line and column`() {
    let good = motorola(1, [0, 0], [1, 2])
    let end = motorola(9, [0, 0])
    #expect(
      failure(good, "S1040004AA00", end).hasPrefix("a.hex:2:11: error: expected checksum 4D"))
    #expect(
      failure(good, "S1050004AA00", end).contains("expected 5 bytes after the count, found 4"))
    #expect(failure(good, "S4030000FC", end).hasPrefix("a.hex:2:2: error: unknown record type"))
    #expect(failure(good).hasPrefix("a.hex:1:1: error: truncated: no termination record"))
    #expect(
      failure(good, motorola(5, [0, 2]), end).hasPrefix(
        "a.hex:2:1: error: expected 2 data records before this count, found 1"))
    #expect(failure(good, end, good).contains("a record after the termination record"))
    #expect(failure(good, motorola(1, [0, 1], [7]), end).contains("are given twice"))
  }
}

@Suite struct RawBinaryTests {
  @Test func `a raw binary goes where it is told and starts there`() throws {
    let image = try FirmwareImage(bytes: [0, 0x40, 0, 0x20], path: "a.bin", base: Address(0x8000))
    #expect(areas(image) == [0x8000: [0, 0x40, 0, 0x20]])
    #expect(image.vectorTable == Address(0x8000))
  }

  private func failure(_ bytes: [UInt8], _ base: UInt32) -> String {
    do {
      _ = try FirmwareImage(bytes: bytes, path: "a.bin", base: Address(base))
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func `a base that cannot be is refused`() {
    #expect(
      failure(Array(end.utf8), 0)
        == "a.bin: error: an Intel HEX file says its own addresses; "
        + "leave out --base, which is for raw binaries")
    #expect(failure([1, 2], 0xffff_ffff).contains("run past the end of the address space"))
    #expect(failure([], 0).contains("an empty file"))
  }
}
