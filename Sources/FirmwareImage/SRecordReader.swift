import Units

/// Motorola S-record: `S` TYPE COUNT ADDRESS DATA CHECKSUM, each record one line.
///
/// Reference: Motorola M68000 Family Programmer's Reference Manual, appendix C.
/// Not modelled: what the header record (S0) says.
struct SRecordReader {
  private var file: RecordFile
  private var dataRecords: UInt32 = 0
  private var hasEnded = false

  /// The areas of a file and where it says that execution begins.
  static func read(
    _ bytes: [UInt8], path: String
  ) throws(FirmwareError) -> (segments: [Segment], start: Address?) {
    var reader = SRecordReader(file: RecordFile(path: path))
    var last = 1
    for line in RecordFile.lines(of: bytes) {
      try reader.take(line)
      last = line.number
    }
    guard reader.hasEnded else {
      throw FirmwareError(
        .truncated, path, "truncated: no termination record (S7, S8 or S9)",
        hint: FirmwareError.copyHint, line: last, column: 1)
    }
    return (try reader.file.segments(), reader.file.start)
  }

  private init(file: RecordFile) { self.file = file }

  /// Bytes of address of each type; nil: no such type.
  private static func addressSize(_ type: UInt8) -> Int? {
    switch type {
    case UInt8(ascii: "0"), UInt8(ascii: "1"), UInt8(ascii: "5"), UInt8(ascii: "9"): 2
    case UInt8(ascii: "2"), UInt8(ascii: "6"), UInt8(ascii: "8"): 3
    case UInt8(ascii: "3"), UInt8(ascii: "7"): 4
    default: nil
    }
  }

  private mutating func take(_ line: RecordFile.Line) throws(FirmwareError) {
    guard line.text.count >= 2, line.text.first == UInt8(ascii: "S") else {
      throw file.error("expected a record, which starts with 'S' and its type", line.number)
    }
    let type = line.text[line.text.startIndex + 1]
    guard let size = Self.addressSize(type) else {
      throw file.error(
        "unknown record type", line.number, column: 2, hint: "expected S0 to S3 or S5 to S9")
    }
    if hasEnded { throw file.error("a record after the termination record", line.number) }
    let bytes = try file.decode(line, from: 2)
    guard bytes.count >= size + 2 else {
      throw file.error(
        "expected a record of at least \(size + 2) bytes, found \(bytes.count)", line.number)
    }
    guard bytes.count == Int(bytes[0]) + 1 else {
      throw file.error(
        "expected \(bytes[0]) bytes after the count, found \(bytes.count - 1)", line.number)
    }
    let checksum = ~bytes.dropLast().reduce(UInt8(0), &+)
    guard bytes[bytes.count - 1] == checksum else {
      throw file.error(
        "expected checksum \(hexadecimal(checksum)), found \(hexadecimal(bytes[bytes.count - 1]))",
        line.number, column: 2 * bytes.count + 1)
    }
    let address = bytes[1...size].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    try take(type, address, bytes[(size + 1)..<(bytes.count - 1)], line.number)
  }

  private mutating func take(
    _ type: UInt8, _ address: UInt32, _ data: ArraySlice<UInt8>, _ line: Int
  ) throws(FirmwareError) {
    switch type {
    case UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "3"):
      guard UInt64(address) + UInt64(data.count) <= 1 << 32 else {
        throw file.error("the record runs past the end of the address space", line, column: 5)
      }
      dataRecords += 1
      file.add(data, at: address, line: line)
    case UInt8(ascii: "5"), UInt8(ascii: "6"):
      let mask: UInt32 = type == UInt8(ascii: "5") ? 0xffff : 0xff_ffff
      guard address == dataRecords & mask else {
        throw file.error(
          "expected \(address) data records before this count, found \(dataRecords)", line)
      }
    case UInt8(ascii: "7"), UInt8(ascii: "8"), UInt8(ascii: "9"):
      hasEnded = true
      file.start = Address(address & ~1)
    default: break
    }
  }
}
