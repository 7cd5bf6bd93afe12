import FileSystem

/// The records of a CSV file as mappings from the columns that its first line names.
///
/// Reference: RFC 4180.
public struct CSVRecords: Sendable {
  public private(set) var columns: [String] = []
  public private(set) var records: [Node] = []

  /// `-` is standard input.
  public init(path: String) throws(DocumentError) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path) } catch {
      throw DocumentError(
        "cannot open: \(error.reason)", at: Position(file: path), kind: .cannotOpen)
    }
    var lines = String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard let heading = lines.first else {
      throw DocumentError("expected a first line that names the columns", at: Position(file: path))
    }
    columns = Self.cells(heading)
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let place = Position(file: path, line: index + 1, column: 1)
      let cells = Self.cells(line)
      guard cells.count == columns.count else {
        throw DocumentError(
          "expected \(columns.count) columns as in the first line, found \(cells.count)", at: place)
      }
      let entries = zip(columns, cells).filter { !$0.1.isEmpty }.map { column, cell in
        Node.Entry(
          key: column, position: place,
          value: Node(.scalar(cell, quoted: false), at: place))
      }
      records.append(Node(.mapping(entries), at: place))
    }
  }

  private static func cells(_ line: Substring) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isQuoted = false
    var characters = line.makeIterator()
    var next = characters.next()
    while let character = next {
      next = characters.next()
      if isQuoted, character == "\"", next == "\"" {
        cell.append(character)
        next = characters.next()
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        cells.append(cell)
        cell = ""
      } else {
        cell.append(character)
      }
    }
    return cells + [cell]
  }
}
