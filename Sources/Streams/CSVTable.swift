import Units

/// The numbers of a CSV file, column by column, checked cell by cell.
struct CSVTable {
  private let header: CSVHeader
  private var columns: [[Double]]
  /// Picoseconds since the first sample.
  private var times: [Int64] = []
  private var start: Int128?
  private var segments: [Range<Int>] = []
  private var segmentStart = 0
  private var rows = 0

  init(_ header: CSVHeader) {
    self.header = header
    columns = Array(repeating: [], count: header.columns.count)
  }

  mutating func endSegment() {
    if rows > segmentStart { segments.append(segmentStart..<rows) }
    segmentStart = rows
  }

  mutating func append(_ line: TextLine, _ path: String) throws(StreamError) {
    var cells = try line.cells(header.separator, path)
    if cells.count == columns.count + 1, cells[cells.count - 1].text.isEmpty { cells.removeLast() }
    guard cells.count == columns.count else {
      let column = cells.count > columns.count ? cells[columns.count].column : line.length + 1
      throw StreamError(
        .malformed, path, line: line.number, column: column,
        "\(cells.count) \(cells.count == 1 ? "cell" : "cells"), the header has \(columns.count)",
        hint: "expected one number for each column")
    }
    for (index, cell) in cells.enumerated() {
      if index == header.time?.column {
        try appendTime(cell, line, path)
      } else if let value = Decimal.double(cell.text) {
        columns[index].append(value)
      } else {
        throw notANumber(cell, header.columns[index].name, line, path)
      }
    }
    rows += 1
  }

  private mutating func appendTime(
    _ cell: TextCell, _ line: TextLine, _ path: String
  ) throws(StreamError) {
    guard let time = header.time, let instant = Decimal.scaled(cell.text, by: time.scale)
    else { throw notANumber(cell, header.columns[header.time?.column ?? 0].name, line, path) }
    start = start ?? instant
    // Relative to the first: clocks that count from 1970 exceed 63 bits of picoseconds.
    let elapsed = instant - (start ?? instant)
    guard elapsed > Int128(times.last ?? -1) else {
      throw StreamError(
        .malformed, path, line: line.number, column: cell.column,
        "time does not increase: \(cell.string)", hint: "expected later than the line before")
    }
    guard elapsed <= Self.longest else {
      throw StreamError(
        .malformed, path, line: line.number, column: cell.column,
        "\(cell.string) is more than 40 days after the first sample",
        hint: "check the unit of column '\(header.columns[time.column].name)'")
    }
    times.append(Int64(elapsed))
  }

  /// Forty days in picoseconds: twice that fits 63 bits.
  private static let longest: Int128 = 3_456_000_000_000_000_000

  private func notANumber(
    _ cell: TextCell, _ column: String, _ line: TextLine, _ path: String
  ) -> StreamError {
    let found = cell.text.isEmpty ? "a missing value" : "'\(cell.string)'"
    let hasComma = cell.text.contains(UInt8(ascii: ","))
    return StreamError(
      .malformed, path, line: line.number, column: cell.column,
      "\(found) in column '\(column)'",
      hint: hasComma ? "expected a decimal point, not a comma" : "expected a finite number")
  }

  /// The recording; its rate is the options', else the time column's.
  mutating func recording(_ path: String, _ options: ReadingOptions) throws(StreamError)
    -> Recording
  {
    endSegment()
    if rows == 0 {
      throw StreamError(
        .empty, path, "a header but no samples", hint: "expected a line of numbers for each sample")
    }
    let timing = try timing(path, options)
    let kept = columns.indices.filter { $0 != header.time?.column }
    return Recording(
      path: path, channels: kept.map { header.columns[$0] }, samples: kept.map { columns[$0] },
      timing: timing, start: Interval(picoseconds: Int64(exactly: start ?? 0) ?? 0),
      segments: segments)
  }

  private func timing(
    _ path: String, _ options: ReadingOptions
  ) throws(StreamError) -> Recording.Timing {
    if let rate = options.rate { return .rate(rate) }
    guard !times.isEmpty else {
      throw StreamError(
        .malformed, path, "no time column and no rate",
        hint: "give the stream's rate, such as `rate: 119 Hz`")
    }
    guard rows > 1 else {
      throw StreamError(
        .tooShort, path, "too short: one sample has no rate",
        hint: "expected at least two samples, or the stream's `rate:`")
    }
    let step = times[1]
    if (1..<rows).allSatisfy({ times[$0] - times[$0 - 1] == step }) {
      return .rate(Hertz(1_000_000_000_000, per: UInt64(step)))
    }
    return .timestamps(times.map(Interval.init(picoseconds:)))
  }
}
