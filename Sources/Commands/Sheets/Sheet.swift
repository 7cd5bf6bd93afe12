import Units

/// Facts about one thing or a list of things, for people or as JSON.
struct Sheet: Sendable {
  /// One fact: its columns by name, the first of which says what it is about.
  struct Row: Sendable {
    let fields: [(name: String, text: String)]

    init(_ fields: [(String, String)]) { self.fields = fields.map { (name: $0.0, text: $0.1) } }

    /// A value by its key.
    static func fact(_ key: String, _ value: String, _ more: [(String, String)] = []) -> Row {
      Row([("key", key), ("value", value)] + more)
    }
  }

  struct Section: Sendable {
    /// How the rows are printed.
    enum Layout: Sendable {
      /// Columns under a heading.
      case table
      /// `KEY  VALUE (the others)`, as many lines as it takes.
      case facts
    }

    let name: String
    var layout = Layout.facts
    var rows: [Row]
  }

  var title: String?
  var sections: [Section] = []
  /// What is drawn below the sections, for people alone.
  var drawing = ""

  /// Adds a section of rows in columns, unless there are none.
  mutating func table(_ name: String, _ rows: [Row]) {
    if !rows.isEmpty { sections.append(Section(name: name, layout: .table, rows: rows)) }
  }

  /// Adds a section of single facts, unless there are none.
  mutating func facts(_ name: String, _ rows: [Row]) {
    if !rows.isEmpty { sections.append(Section(name: name, layout: .facts, rows: rows)) }
  }

  /// At most 80 columns, but for single words that are longer.
  var text: String {
    var text = title.map { $0 + "\n" } ?? ""
    for section in sections {
      if !text.isEmpty { text += "\n" }
      switch section.layout {
      case .table: text += columns(section.rows)
      case .facts: text += section.name + "\n" + lines(section.rows)
      }
    }
    return drawing.isEmpty ? text : text + "\n" + drawing
  }

  /// One object: the title and each section's rows.
  var json: String {
    var members: [(String, String)] = []
    if let title { members.append(("title", JSONText.quoted(title))) }
    for section in sections {
      let rows = section.rows.map { row in
        JSONText.object(row.fields.map { ($0.name, JSONText.quoted($0.text)) })
      }
      members.append((section.name, JSONText.array(rows, indent: "  ")))
    }
    let lines = members.map { "  \(JSONText.quoted($0.0)): \($0.1)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }

  private func lines(_ rows: [Row]) -> String {
    Help.table(
      rows.map { row in
        let texts = row.fields.map(\.text)
        let rest = texts.dropFirst(2).filter { !$0.isEmpty }.joined(separator: ", ")
        let value = texts.count > 1 ? texts[1] : ""
        return (texts[0], rest.isEmpty ? value : "\(value) (\(rest))")
      })
  }

  /// Columns as wide as they need; numbers to the right; the last may be cut off.
  private func columns(_ rows: [Row]) -> String {
    let heading = rows[0].fields.map(\.name)
    let lines = [heading] + rows.map { $0.fields.map(\.text) }
    let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let areNumbers = heading.indices.map { column in
      rows.allSatisfy { $0.fields[column].text.first.map { "-0123456789".contains($0) } ?? true }
    }
    return lines.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += column == 0 ? "" : "  "
        line += areNumbers[column] && column > 0 ? padding + cell : cell + padding
      }
      line = line.count > Help.width ? line.prefix(Help.width - 2) + ".." : line
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
