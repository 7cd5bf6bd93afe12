/// One cell of a line.
struct TextCell {
  /// Without surrounding blanks and quotes.
  let text: ArraySlice<UInt8>
  /// Where it starts, in bytes from 1.
  let column: Int

  /// For messages: shortened.
  var string: String {
    text.count <= 40
      ? String(decoding: text, as: UTF8.self)
      : String(decoding: text.prefix(40), as: UTF8.self) + "..."
  }
}

/// One line of a text file.
struct TextLine {
  let bytes: ArraySlice<UInt8>
  let number: Int

  var length: Int { bytes.count }
  var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
  var isComment: Bool { bytes.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "#") }

  /// The separator that occurs most outside quotes; of equals tab, then semicolon, then comma.
  var separator: UInt8? {
    let candidates = [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ",")]
    var counts = [0, 0, 0]
    var isQuoted = false
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
    }
    guard let most = counts.max(), most > 0, let index = counts.firstIndex(of: most) else {
      return nil
    }
    return candidates[index]
  }

  /// Stands for any run of blanks as the separator.
  static let blank = UInt8(ascii: " ")

  /// What blanks part.
  var words: [TextCell] {
    bytes.split { $0 == 0x20 || $0 == 0x09 }
      .map { TextCell(text: $0, column: $0.startIndex - bytes.startIndex + 1) }
  }

  func cells(_ separator: UInt8, _ path: String) throws(StreamError) -> [TextCell] {
    if separator == Self.blank { return words }
    var cells: [TextCell] = []
    var start = bytes.startIndex
    while true {
      let (cell, end) = try cell(from: start, separator, path)
      cells.append(cell)
      guard let end else { return cells }
      start = end + 1
    }
  }

  /// The cell that starts at `start`, and the separator that ends it.
  private func cell(
    from start: Int, _ separator: UInt8, _ path: String
  ) throws(StreamError) -> (TextCell, Int?) {
    var first = start
    while first < bytes.endIndex, isBlank(bytes[first], separator) { first += 1 }
    let column = first - bytes.startIndex + 1
    if first < bytes.endIndex, bytes[first] == UInt8(ascii: "\"") {
      return try quoted(from: first, column, separator, path)
    }
    let end = bytes[first...].firstIndex(of: separator)
    var last = end ?? bytes.endIndex
    while last > first, isBlank(bytes[last - 1], separator) { last -= 1 }
    return (TextCell(text: bytes[first..<last], column: column), end)
  }

  private func quoted(
    from first: Int, _ column: Int, _ separator: UInt8, _ path: String
  ) throws(StreamError) -> (TextCell, Int?) {
    var text: [UInt8] = []
    var next = first + 1
    while true {
      guard let quote = bytes[next...].firstIndex(of: UInt8(ascii: "\"")) else {
        throw StreamError(
          .malformed, path, line: number, column: column, "a quote that does not close",
          hint: "expected '\"' on the same line")
      }
      text += bytes[next..<quote]
      next = quote + 1
      guard next < bytes.endIndex, bytes[next] == UInt8(ascii: "\"") else { break }
      text.append(UInt8(ascii: "\""))
      next += 1
    }
    while next < bytes.endIndex, isBlank(bytes[next], separator) { next += 1 }
    if next < bytes.endIndex, bytes[next] != separator {
      throw StreamError(
        .malformed, path, line: number, column: next - bytes.startIndex + 1,
        "text after a closing quote", hint: "expected a separator")
    }
    return (TextCell(text: text[...], column: column), next < bytes.endIndex ? next : nil)
  }

  private func isBlank(_ byte: UInt8, _ separator: UInt8) -> Bool {
    (byte == 0x20 || byte == 0x09) && byte != separator
  }
}

/// The lines of a text file, ended by LF or CR LF, after a UTF-8 byte order mark.
struct TextLines {
  let path: String
  private let bytes: [UInt8]
  private var position: Int
  private var number = 0

  init(_ bytes: [UInt8], _ path: String) {
    (self.bytes, self.path) = (bytes, path)
    position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  /// Throws for files that are no text, before their bytes turn into odd messages.
  func checkText() throws(StreamError) {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw StreamError(.malformed, path, "UTF-16 text", hint: "save it as UTF-8")
    }
    if let place = bytes.firstIndex(of: 0) {
      throw StreamError(
        .malformed, path, "not a text file: a zero byte at \(place)", hint: "expected CSV")
    }
  }

  mutating func next() -> TextLine? {
    guard position < bytes.count else { return nil }
    let end = bytes[position...].firstIndex(of: 0x0a) ?? bytes.count
    var last = end
    if last > position, bytes[last - 1] == 0x0d { last -= 1 }
    number += 1
    defer { position = end + 1 }
    return TextLine(bytes: bytes[position..<last], number: number)
  }

  /// Whether the next line of samples is so many numbers, more than one, parted by blanks.
  func continuesInWords(_ count: Int) -> Bool {
    var ahead = self
    while let line = ahead.next() {
      if line.isBlank || line.isComment { continue }
      let words = line.words
      return count > 1 && words.count == count && line.separator == nil
        && words.allSatisfy { Decimal.double($0.text) != nil }
    }
    return false
  }

  /// Whether one of the next lines names several columns, before any numbers.
  var continuesWithHeader: Bool {
    var ahead = self
    var looked = 0
    while looked < 8, let line = ahead.next() {
      if line.isBlank || line.isComment { continue }
      looked += 1
      let separator = line.separator
      guard let cells = try? line.cells(separator ?? UInt8(ascii: ","), path) else { return false }
      if Decimal.double(cells[0].text) != nil { return false }
      if separator != nil { return true }
    }
    return false
  }
}
