public import Units

/// What a person says happened in a stretch of a recording.
public struct Label: Sendable, Hashable {
  /// In the recording's own time: 0 is where its time column is 0.
  public let start: Interval
  public let length: Interval
  public let text: String
  public let confidence: Double
  public let comment: String

  public var end: Interval { start + length }

  public init(
    start: Interval, length: Interval, text: String, confidence: Double = 1, comment: String = ""
  ) {
    (self.start, self.length, self.text) = (start, length, text)
    (self.confidence, self.comment) = (confidence, comment)
  }
}

/// The labels of a recording, by start: DeepCraft Studio's label track, or Edge Impulse's `info.labels`.
///
/// Reference: DeepCraft Studio label track: CSV with the header
/// `Time(Seconds),Length(Seconds),Label(string),Confidence(double),Comment(string)`.
public struct Labels: Sendable {
  public let path: String
  public let labels: [Label]

  /// `info.labels` counts samples: it needs the recording whose labels are wanted.
  public init(file path: String, of recording: Recording? = nil) throws(StreamError) {
    try self.init(bytes: readFile(path), path: path, of: recording)
  }

  public init(
    bytes: [UInt8], path: String, of recording: Recording? = nil
  ) throws(StreamError) {
    if bytes.first == UInt8(ascii: "{") {
      self.path = path
      labels = try EdgeImpulseLabels.read(bytes, path, of: recording)
      return
    }
    var lines = TextLines(bytes, path)
    try lines.checkText()
    var labels: [Label] = []
    var columns: Columns?
    while let line = lines.next() {
      if line.isBlank || line.isComment { continue }
      let cells = try line.cells(UInt8(ascii: ","), path)
      guard let columns else {
        columns = try Columns(cells, line, path)
        continue
      }
      labels.append(try columns.label(cells, line, path))
    }
    if columns == nil {
      throw StreamError(.empty, path, "no header line", hint: "expected \(Columns.expected)")
    }
    self.path = path
    self.labels = labels.enumerated().sorted { ($0.1.start, $0.0) < ($1.1.start, $1.0) }.map(\.1)
  }

  /// The label that covers an instant of the recording's own time; of several the one that starts last.
  public func label(at time: Interval) -> Label? {
    labels.last { $0.start <= time && time < $0.end }
  }

  private struct Columns {
    static let expected =
      "Time(Seconds),Length(Seconds),Label(string),Confidence(double),Comment(string)"

    let time: Int
    let length: Int
    let label: Int
    let confidence: Int?
    let comment: Int?

    init(_ cells: [TextCell], _ line: TextLine, _ path: String) throws(StreamError) {
      let names = cells.map { cell in
        String(decoding: cell.text.prefix { $0 != UInt8(ascii: "(") }, as: UTF8.self).lowercased()
      }
      guard let time = names.firstIndex(of: "time"), let length = names.firstIndex(of: "length"),
        let label = names.firstIndex(of: "label")
      else {
        throw StreamError(
          .malformed, path, line: line.number, column: 1, "not the header of a label file",
          hint: "expected \(Self.expected)")
      }
      (self.time, self.length, self.label) = (time, length, label)
      (confidence, comment) = (names.firstIndex(of: "confidence"), names.firstIndex(of: "comment"))
    }

    func label(
      _ cells: [TextCell], _ line: TextLine, _ path: String
    ) throws(StreamError) -> Label {
      guard cells.count > max(time, length, label) else {
        throw StreamError(
          .malformed, path, line: line.number, column: line.length + 1,
          "\(cells.count) \(cells.count == 1 ? "cell" : "cells") in a label",
          hint: "expected \(Self.expected)")
      }
      func optional(_ column: Int?) -> TextCell? {
        column.flatMap { cells.indices.contains($0) ? cells[$0] : nil }
      }
      let text = cells[label]
      if text.text.isEmpty {
        throw StreamError(
          .malformed, path, line: line.number, column: text.column, "a label without a name",
          hint: "expected \(Self.expected)")
      }
      var confidence = 1.0
      if let cell = optional(self.confidence), !cell.text.isEmpty {
        guard let value = Decimal.double(cell.text) else { throw number(cell, line, path) }
        confidence = value
      }
      return Label(
        start: try seconds(cells[time], line, path), length: try seconds(cells[length], line, path),
        text: String(decoding: text.text, as: UTF8.self), confidence: confidence,
        comment: optional(comment).map { String(decoding: $0.text, as: UTF8.self) } ?? "")
    }

    /// Forty days in picoseconds.
    private var longest: Int128 { 3_456_000_000_000_000_000 }

    private func seconds(
      _ cell: TextCell, _ line: TextLine, _ path: String
    ) throws(StreamError) -> Interval {
      guard let value = Decimal.scaled(cell.text, by: 12), 0...longest ~= value
      else { throw number(cell, line, path) }
      return Interval(picoseconds: Int64(value))
    }

    private func number(_ cell: TextCell, _ line: TextLine, _ path: String) -> StreamError {
      StreamError(
        .malformed, path, line: line.number, column: cell.column,
        cell.text.isEmpty ? "a missing value" : "'\(cell.string)'",
        hint: "expected seconds from 0 on")
    }
  }
}
