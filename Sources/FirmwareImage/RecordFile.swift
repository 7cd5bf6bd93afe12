import Units

/// What Intel HEX and S-record files have in common: lines of hexadecimal digits that put bytes at
/// addresses, in any order.
struct RecordFile {
  let path: String
  /// Where execution begins, if a record says so.
  var start: Address?
  private var chunks: [Chunk] = []

  private struct Chunk {
    var address: UInt64
    var bytes: [UInt8]
    let line: Int

    var end: UInt64 { address + UInt64(bytes.count) }
  }

  init(path: String) { self.path = path }

  /// One line of the file without its end.
  struct Line {
    let number: Int
    let text: ArraySlice<UInt8>
  }

  /// The lines that are not blank; any of LF, CR LF and CR ends a line.
  static func lines(of bytes: [UInt8]) -> [Line] {
    var lines: [Line] = []
    var number = 1
    var start = 0
    var index = 0
    func add(_ end: Int) {
      var text = bytes[start..<end]
      while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
      if !text.isEmpty { lines.append(Line(number: number, text: text)) }
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0a || byte == 0x0d {
        add(index)
        if byte == 0x0d, index + 1 < bytes.count, bytes[index + 1] == 0x0a { index += 1 }
        number += 1
        start = index + 1
      }
      index += 1
    }
    add(bytes.count)
    return lines
  }

  func error(
    _ message: String, _ line: Int, column: Int = 1,
    hint: String = FirmwareError.copyHint
  ) -> FirmwareError {
    FirmwareError(.malformed, path, message, hint: hint, line: line, column: column)
  }

  /// The bytes that pairs of digits from `offset` on stand for.
  func decode(_ line: Line, from offset: Int) throws(FirmwareError) -> [UInt8] {
    let text = line.text.dropFirst(offset)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2)
    var high: UInt8?
    for (index, character) in text.enumerated() {
      guard let digit = Self.digit(character) else {
        let scalar = Unicode.Scalar(character)
        let shown = (0x21...0x7e).contains(character) ? "'\(scalar)'" : "byte \(character)"
        throw error(
          "expected a hexadecimal digit, found \(shown)", line.number, column: offset + index + 1)
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    if high != nil {
      throw error("expected two digits a byte, found an odd number of digits", line.number)
    }
    return bytes
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x41 + 10
    case 0x61...0x66: character - 0x61 + 10
    default: nil
    }
  }

  mutating func add(_ bytes: some Sequence<UInt8>, at address: UInt32, line: Int) {
    let bytes = Array(bytes)
    guard !bytes.isEmpty else { return }
    if let last = chunks.last, last.end == UInt64(address), last.bytes.count < 1 << 16 {
      chunks[chunks.count - 1].bytes += bytes
    } else {
      chunks.append(Chunk(address: UInt64(address), bytes: bytes, line: line))
    }
  }

  /// What lies next to each other as one segment, sorted by address.
  func segments() throws(FirmwareError) -> [Segment] {
    guard !chunks.isEmpty else {
      throw FirmwareError(
        .noLoadableSegments, path, "no data records: nothing to write into memory",
        hint: FirmwareError.copyHint)
    }
    let sorted = chunks.enumerated().sorted {
      ($0.element.address, $0.offset) < ($1.element.address, $1.offset)
    }.map(\.element)
    var areas: [Chunk] = []
    // Of the chunk that ends last so far.
    var line = 0
    for chunk in sorted {
      if let area = areas.last, chunk.address < area.end {
        throw FirmwareError(
          .overlappingSegments, path,
          "bytes at \(Address(UInt32(chunk.address))) are given twice: from line "
            + "\(min(line, chunk.line)) and from line \(max(line, chunk.line)) on",
          hint: "merge images whose addresses differ", line: max(line, chunk.line), column: 1)
      }
      if let area = areas.last, chunk.address == area.end {
        areas[areas.count - 1].bytes += chunk.bytes
      } else {
        areas.append(chunk)
      }
      line = chunk.line
    }
    return areas.map {
      Segment(
        loadAddress: Address(UInt32($0.address)), address: Address(UInt32($0.address)),
        bytes: $0.bytes[...], zeroFill: 0, isWritable: false, isExecutable: true)
    }
  }
}
