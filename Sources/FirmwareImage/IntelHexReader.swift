import Units

/// Intel HEX: `:` COUNT ADDRESS TYPE DATA CHECKSUM, each record one line.
///
/// Reference: Intel, Hexadecimal Object File Format Specification, revision A (1988).
/// Not modelled: Universal Hex (record types 0A to 0E): images for several boards in one file.
struct IntelHexReader {
  private var file: RecordFile
  private var base: UInt32 = 0
  /// Offsets wrap at the end of a 64 KiB segment and not of the address space.
  private var isSegmented = false
  private var hasEnded = false

  private enum RecordType: UInt8 {
    case data = 0
    case endOfFile = 1
    case extendedSegmentAddress = 2
    case startSegmentAddress = 3
    case extendedLinearAddress = 4
    case startLinearAddress = 5

    /// Bytes of data that it must have; nil: any number.
    var size: Int? {
      switch self {
      case .data: nil
      case .endOfFile: 0
      case .extendedSegmentAddress, .extendedLinearAddress: 2
      case .startSegmentAddress, .startLinearAddress: 4
      }
    }
  }

  /// The areas of a file and where it says that execution begins.
  static func read(
    _ bytes: [UInt8], path: String
  ) throws(FirmwareError) -> (segments: [Segment], start: Address?) {
    var reader = IntelHexReader(file: RecordFile(path: path))
    var last = 1
    for line in RecordFile.lines(of: bytes) {
      try reader.take(line)
      last = line.number
    }
    guard reader.hasEnded else {
      throw FirmwareError(
        .truncated, path, "truncated: no end-of-file record (:00000001FF)",
        hint: FirmwareError.copyHint, line: last, column: 1)
    }
    return (try reader.file.segments(), reader.file.start)
  }

  private init(file: RecordFile) { self.file = file }

  private mutating func take(_ line: RecordFile.Line) throws(FirmwareError) {
    guard line.text.first == UInt8(ascii: ":") else {
      throw file.error("expected a record, which starts with ':'", line.number)
    }
    if hasEnded { throw file.error("a record after the end-of-file record", line.number) }
    let bytes = try file.decode(line, from: 1)
    guard bytes.count >= 5 else {
      throw file.error(
        "expected a record of at least 5 bytes, found \(bytes.count)", line.number)
    }
    guard bytes.count == Int(bytes[0]) + 5 else {
      throw file.error(
        "expected \(bytes[0]) bytes of data as the record says, found \(bytes.count - 5)",
        line.number)
    }
    let sum = bytes.dropLast().reduce(UInt8(0), &+)
    let checksum = 0 &- sum
    guard bytes[bytes.count - 1] == checksum else {
      throw file.error(
        "expected checksum \(hexadecimal(checksum)), found \(hexadecimal(bytes[bytes.count - 1]))",
        line.number, column: 2 * bytes.count)
    }
    try take(bytes, line.number)
  }

  private mutating func take(_ bytes: [UInt8], _ line: Int) throws(FirmwareError) {
    guard let type = RecordType(rawValue: bytes[3]) else {
      let isUniversal = (0x0a...0x0e).contains(bytes[3])
      throw file.error(
        "unknown record type \(hexadecimal(bytes[3]))", line, column: 8,
        hint: isUniversal
          ? "a Universal Hex holds images for several boards: give the one of this board"
          : "expected a type from 00 to 05")
    }
    let data = bytes[4..<(bytes.count - 1)]
    if let size = type.size, data.count != size {
      throw file.error(
        "expected \(size) bytes of data in a record of type \(hexadecimal(bytes[3])), found "
          + "\(data.count)", line, column: 2)
    }
    let value = data.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    switch type {
    case .data: try put(data, offset: UInt32(bytes[1]) << 8 | UInt32(bytes[2]), line)
    case .endOfFile: hasEnded = true
    case .extendedSegmentAddress: (base, isSegmented) = (value << 4, true)
    case .extendedLinearAddress: (base, isSegmented) = (value << 16, false)
    // CS:IP; the bit below is Thumb's.
    case .startSegmentAddress: file.start = Address(((value >> 16) << 4 &+ (value & 0xffff)) & ~1)
    case .startLinearAddress: file.start = Address(value & ~1)
    }
  }

  private mutating func put(
    _ data: ArraySlice<UInt8>, offset: UInt32, _ line: Int
  ) throws(FirmwareError) {
    let room = Int(0x1_0000 - offset)
    if isSegmented {
      file.add(data.prefix(room), at: base &+ offset, line: line)
      file.add(data.dropFirst(room), at: base, line: line)
      return
    }
    let end = UInt64(base) + UInt64(offset) + UInt64(data.count)
    guard end <= 1 << 32 else {
      throw file.error("the record runs past the end of the address space", line, column: 4)
    }
    file.add(data, at: base + offset, line: line)
  }
}

/// Two digits, as such files write a byte.
func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}
