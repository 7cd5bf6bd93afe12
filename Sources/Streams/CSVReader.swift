import Units

/// Comma-, semicolon- or tab-separated text: one column a channel, one line a sample.
///
/// The first line with a separator names the columns, a unit in brackets: `A_X [mg]`, `Timestamp(ms)`;
/// blanks part them where nothing else does. `#` opens a comment line (`# rate: 119 Hz` gives a rate),
/// cells may be quoted, blank lines part segments recorded apart, a line may use another separator
/// than the header when its cells are as many. A column named `t`, `time` or `timestamp` gives the
/// times of the samples (in seconds unless it says otherwise); steps that are equal, or that a single
/// whole rate gives when rounded to the decimals written, make a constant rate. Every other cell is a
/// finite decimal number, with a comma for its point where the separator is none.
///
/// Reference: RFC 4180; DeepCraft Studio `.data` files are the same with seconds in the first column.
/// Not modelled: line breaks inside quotes, dates.
enum CSVReader: RecordingReader {
  static let name = "CSV"
  static let extensions = ["csv", "tsv", "txt", "data"]

  static func recognizes(_ bytes: [UInt8]) -> Bool { false }

  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording] {
    var lines = TextLines(bytes, path)
    try lines.checkText()
    var comments = CommentFacts()
    let header = try CSVHeader(&lines, &comments, options)
    var table = CSVTable(header, allowsDisorder: options.allowsDisorder)
    while let line = lines.next() {
      if line.isBlank {
        table.endSegment()
      } else if !line.isComment {
        try table.append(line, path)
      }
    }
    return [try table.recording(path, options, comments.rate)]
  }
}

/// The columns of a CSV file.
struct CSVHeader {
  let separator: UInt8
  let columns: [Channel]
  /// The column of times and its unit.
  let time: TimeColumn?

  struct TimeColumn {
    let column: Int
    /// The power of ten from its unit to picoseconds.
    let scale: Int
    /// Its heading names no unit.
    let isAssumed: Bool
  }

  init(
    _ lines: inout TextLines, _ comments: inout CommentFacts, _ options: ReadingOptions
  ) throws(StreamError) {
    guard let line = try Self.headerLine(&lines, &comments) else {
      throw StreamError(
        .empty, lines.path, "no header line", hint: "expected column names such as aX,aY,aZ")
    }
    let separator =
      line.separator
      ?? (lines.continuesInWords(line.words.count) ? TextLine.blank : UInt8(ascii: ","))
    var cells = try line.cells(separator, lines.path)
    // Some tools end every line with a separator.
    if cells.count > 1, cells[cells.count - 1].text.isEmpty { cells.removeLast() }
    if cells.allSatisfy({ Decimal.double($0.text) != nil }) {
      throw StreamError(
        .malformed, lines.path, line: line.number, column: 1, "numbers instead of column names",
        hint: "add a first line such as aX,aY,aZ")
    }
    self.separator = separator
    columns = cells.map { Channel(heading: String(decoding: $0.text, as: UTF8.self)) }
    try Self.checkNames(columns, cells, line.number, lines.path)
    time = try Self.timeColumn(columns, options, lines.path)
    if time != nil && columns.count == 1 {
      throw StreamError(
        .malformed, lines.path, line: line.number, column: 1, "only a column of times",
        hint: "expected at least one column of samples")
    }
  }

  private static func headerLine(
    _ lines: inout TextLines, _ comments: inout CommentFacts
  ) throws(StreamError) -> TextLine? {
    while let line = lines.next() {
      if line.isComment { try comments.read(line, lines.path) }
      if line.isBlank || line.isComment { continue }
      // Some tools put the sensor's name above the columns' names.
      if line.separator == nil && lines.continuesWithHeader { continue }
      return line
    }
    return nil
  }

  private static func checkNames(
    _ columns: [Channel], _ cells: [TextCell], _ line: Int, _ path: String
  ) throws(StreamError) {
    var seen: Set<String> = []
    for (channel, cell) in zip(columns, cells) {
      if channel.name.isEmpty {
        throw StreamError(
          .malformed, path, line: line, column: cell.column, "a column without a name",
          hint: "expected column names such as aX,aY,aZ")
      }
      if !seen.insert(channel.name).inserted {
        throw StreamError(
          .malformed, path, line: line, column: cell.column,
          "two columns are named '\(channel.name)'", hint: "expected each name once")
      }
    }
  }

  private static func timeColumn(
    _ columns: [Channel], _ options: ReadingOptions, _ path: String
  ) throws(StreamError) -> TimeColumn? {
    if let name = options.timeColumn {
      let wanted = Channel(heading: name)
      if let index = columns.firstIndex(where: { $0.name == wanted.name }), wanted.unit != nil {
        guard let scale = timeScale(wanted) else {
          throw StreamError(
            .unknownUnit, path, "'\(name)' is in no unit of time",
            hint: "expected s, ms, us or ns in the brackets")
        }
        return TimeColumn(column: index, scale: scale, isAssumed: false)
      }
      guard let index = columns.firstIndex(where: { $0.name == name }) else {
        let hint = Spelling.nearest(to: name, among: columns.map(\.name))
        throw StreamError(
          .unknownColumn, path, "no time column '\(name)'",
          hint: hint.map { "did you mean '\($0)'?" }
            ?? "it has \(columns.map(\.name).joined(separator: ", "))")
      }
      return named(index, columns[index], path)
    }
    for (index, column) in columns.enumerated() {
      let base = column.name.lowercased().prefix { $0 != "_" && $0 != " " }
      if ["t", "time", "timestamp", "timestamps", "seconds"].contains(String(base)),
        timeScale(column) != nil
      {
        return named(index, column, path)
      }
    }
    return nil
  }

  /// DeepCraft Studio's own format has seconds.
  private static func named(_ index: Int, _ column: Channel, _ path: String) -> TimeColumn {
    let namesUnit =
      column.unit != nil || column.name.contains("_") || column.name.lowercased() == "seconds"
      || path.lowercased().hasSuffix(".data")
    return TimeColumn(column: index, scale: timeScale(column) ?? 12, isAssumed: !namesUnit)
  }

  /// The power of ten from a time column's unit to picoseconds; nil when its unit is no time.
  private static func timeScale(_ column: Channel) -> Int? {
    let name = column.name.lowercased()
    let suffix = name.firstIndex(of: "_").map { String(name[name.index(after: $0)...]) }
    switch (column.unit ?? suffix ?? "s").lowercased() {
    case "s", "sec", "seconds", "second": return 12
    case "ms", "milliseconds": return 9
    case "us", "µs", "microseconds": return 6
    case "ns", "nanoseconds": return 3
    default: return nil
    }
  }
}

extension Channel {
  /// `A_X [mg]` and `Timestamp(ms)` taken apart; `x_mg` keeps its name and shows its unit.
  public init(heading text: String) {
    func trimmed(_ text: Substring) -> String {
      var text = text.drop { $0 == " " }
      while text.last == " " { text.removeLast() }
      return String(text)
    }
    for (open, close) in [("[", "]"), ("(", ")")] as [(Character, Character)] {
      guard text.last == close, let start = text.lastIndex(of: open), start > text.startIndex
      else { continue }
      let unit = trimmed(text[text.index(after: start)...].dropLast())
      self.init(name: trimmed(text[..<start]), unit: unit.isEmpty ? nil : unit)
      return
    }
    let suffix = text.split(separator: "_").last.map(String.init) ?? ""
    let isUnit = suffix != text && nameSuffixUnits.contains(suffix)
    self.init(name: text, unit: isUnit ? suffix : nil)
  }
}
