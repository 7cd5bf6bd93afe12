import Units

/// The numbers of a CSV file, column by column, checked cell by cell.
struct CSVTable {
  private let header: CSVHeader
  private var columns: [[Double]]
  private var times: CSVTimes
  private var segments: [Range<Int>] = []
  private var segmentStart = 0
  private var rows = 0
  /// What stands before a fraction, once a number has shown it.
  private var point: UInt8?

  init(_ header: CSVHeader, allowsDisorder: Bool) {
    self.header = header
    columns = Array(repeating: [], count: header.columns.count)
    times = CSVTimes(scale: header.time?.scale ?? 0, allowsDisorder: allowsDisorder)
  }

  mutating func endSegment() {
    if rows > segmentStart { segments.append(segmentStart..<rows) }
    segmentStart = rows
  }

  mutating func append(_ line: TextLine, _ path: String) throws(StreamError) {
    let cells = try cells(line, path)
    if let column = header.time?.column {
      let place = place(cells[column], line, path)
      switch try times.append(try decimal(cells[column]), place) {
      case nil: throw place.notANumber(header.columns[column].name, header.separator)
      case .kept: break
      case .restarted: endSegment()
      case .dropped: return
      }
    }
    for (index, cell) in cells.enumerated() where index != header.time?.column {
      guard let value = Decimal.double(try decimal(cell)) else {
        throw place(cell, line, path).notANumber(header.columns[index].name, header.separator)
      }
      columns[index].append(value)
    }
    rows += 1

    /// The cell with a point where it has a decimal comma.
    func decimal(_ cell: TextCell) throws(StreamError) -> ArraySlice<UInt8> {
      let comma = UInt8(ascii: ",")
      guard header.separator != comma,
        let mark = cell.text.firstIndex(where: { $0 == comma || $0 == UInt8(ascii: ".") })
      else { return cell.text }
      let found = cell.text[mark]
      if found == comma, cell.text[(mark + 1)...].contains(where: { !(0x30...0x39 ~= $0) }) {
        return cell.text
      }
      if let point, point != found {
        throw place(cell, line, path).error(
          "'\(cell.string)' after numbers with '\(Unicode.Scalar(point))'",
          hint: "expected one sign for decimals in all of the file")
      }
      point = found
      var text = cell.text
      text[mark] = UInt8(ascii: ".")
      return text
    }
  }

  private func place(_ cell: TextCell, _ line: TextLine, _ path: String) -> CellPlace {
    CellPlace(cell: cell, line: line.number, path: path)
  }

  private func cells(_ line: TextLine, _ path: String) throws(StreamError) -> [TextCell] {
    var cells = try line.cells(header.separator, path)
    // Some tools end every line with a separator.
    if cells.count == columns.count + 1, cells[cells.count - 1].text.isEmpty { cells.removeLast() }
    if cells.count == columns.count { return cells }
    // Others name the columns in another way than they write them.
    for separator in [line.separator, TextLine.blank] where separator != header.separator {
      guard let separator, var other = try? line.cells(separator, path) else { continue }
      if other.count == columns.count + 1, other[other.count - 1].text.isEmpty {
        other.removeLast()
      }
      if other.count == columns.count { return other }
    }
    let column = cells.count > columns.count ? cells[columns.count].column : line.length + 1
    throw StreamError(
      .malformed, path, line: line.number, column: column,
      "\(cells.count) \(cells.count == 1 ? "cell" : "cells"), the header has \(columns.count)",
      hint: "expected one number for each column")
  }

  /// The recording; its rate is the options', else the time column's or a comment's.
  mutating func recording(
    _ path: String, _ options: ReadingOptions, _ noted: Hertz?
  ) throws(StreamError) -> Recording {
    endSegment()
    if rows == 0 {
      throw StreamError(
        .empty, path, "a header but no samples", hint: "expected a line of numbers for each sample")
    }
    let timing: Recording.Timing
    if let rate = options.rate {
      timing = .rate(rate)
    } else if header.time != nil {
      timing = try times.timing(path)
    } else if let noted {
      timing = .rate(noted)
    } else {
      throw StreamError(
        .malformed, path, "no time column and no rate",
        hint: "give the stream's rate, such as `rate: 119 Hz`")
    }
    let kept = columns.indices.filter { $0 != header.time?.column }
    var recording = Recording(
      path: path, channels: kept.map { header.columns[$0] }, samples: kept.map { columns[$0] },
      timing: timing, start: times.start, segments: segments)
    recording.repairs = times.repairs
    if let time = header.time, time.isAssumed, options.rate == nil {
      recording.assumptions = [
        "column '\(header.columns[time.column].name)' names no unit: taken as seconds"
      ]
    }
    return recording
  }
}

/// Where a cell stands, for messages.
struct CellPlace {
  let cell: TextCell
  let line: Int
  let path: String

  func error(_ message: String, hint: String) -> StreamError {
    StreamError(.malformed, path, line: line, column: cell.column, message, hint: hint)
  }

  func notANumber(_ column: String, _ separator: UInt8) -> StreamError {
    let found = cell.text.isEmpty ? "a missing value" : "'\(cell.string)'"
    let hasComma = cell.text.contains(UInt8(ascii: ","))
    return error(
      "\(found) in column '\(column)'",
      hint: hasComma && separator == UInt8(ascii: ",")
        ? "expected a decimal point, not a comma" : "expected a finite number")
  }
}
