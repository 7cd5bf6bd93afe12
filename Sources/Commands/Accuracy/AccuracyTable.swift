import Trust
import Units
import Verdicts

/// An error table as text and as JSON.
struct AccuracyTable {
  let table: ErrorTable

  /// A block for each core and memory: its rows, then the median and the worst.
  var text: String {
    var text = ""
    var summaries = ""
    for core in table.cores {
      for memory in table.memories(of: core) {
        let rows = table.rows(of: core, memory: memory)
        let name = memory.map { "\(core), \($0)" } ?? core
        var sheet = Sheet()
        sheet.table(name, rows.rows.map(Self.row))
        text += name + "\n" + sheet.text + "\n"
        summaries += summary(name, rows)
      }
    }
    text += summaries
    text += summary("all", table)
    if !table.excluded.isEmpty {
      text += "\nexcluded\n"
      text += Help.table(table.excluded.map { ($0.program, $0.why) })
    }
    return text
  }

  /// The memory stands in the block's title; no figure is cut off for a long name.
  private static func row(_ row: ErrorTable.Row) -> Sheet.Row {
    let program = row.memory.map { row.program.replacing(", \($0)", with: "") } ?? row.program
    return Sheet.Row([
      ("program", Self.shortened(program)),
      (row.isCounted ? "counted" : "measured", "\(row.measured)"),
      ("ours", "\(row.ours)"),
      ("error", percent(row.errorPartsPerMillion)),
    ])
  }

  private static func shortened(_ program: String) -> String {
    let room = 44
    return program.count <= room ? program : program.prefix(room - 2) + ".."
  }

  private func summary(_ name: String, _ table: ErrorTable) -> String {
    guard let median = table.medianPartsPerMillion, let worst = table.worstPartsPerMillion else {
      return "\(name): no rows\n"
    }
    let count = table.rows.count == 1 ? "1 row" : "\(table.rows.count) rows"
    return "\(name): \(count), median \(Self.percent(median, isSigned: false)), worst "
      + "\(Self.percent(worst))\n"
  }

  /// `-3.84 %`.
  static func percent(_ partsPerMillion: Int64, isSigned: Bool = true) -> String {
    let hundredths = (abs(partsPerMillion) + 50) / 100
    let fraction = hundredths % 100
    let sign = partsPerMillion < 0 ? "-" : isSigned ? "+" : ""
    return "\(sign)\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
  }

  var json: String {
    let rows = table.rows.map { row in
      JSONText.object([
        ("core", JSONText.quoted(row.core)), ("board", JSONText.quoted(row.board)),
        ("program", JSONText.quoted(row.program)), ("measured_cycles", "\(row.measured)"),
        ("our_cycles", "\(row.ours)"), ("error", Self.fraction(row.errorPartsPerMillion)),
        ("counted", "\(row.isCounted)"), ("source", JSONText.quoted(row.source)),
        ("timing_hash", JSONText.quoted(row.timingHash)),
        ("memory", row.memory.map(JSONText.quoted) ?? "null"),
        (
          "band",
          Self.fraction(ValidatedBands.published.trust(of: row, in: table).band.partsPerMillion)
        ),
      ])
    }
    let excluded = table.excluded.map { exclusion in
      JSONText.object([
        ("program", JSONText.quoted(exclusion.program)), ("why", JSONText.quoted(exclusion.why)),
      ])
    }
    let members = [
      ("rows", JSONText.array(rows, indent: "  ")),
      ("excluded", JSONText.array(excluded, indent: "  ")),
      ("median", table.medianPartsPerMillion.map(Self.fraction) ?? "null"),
      ("worst", table.worstPartsPerMillion.map(Self.fraction) ?? "null"),
    ]
    return "{\n" + members.map { "  \"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n}\n"
  }

  /// Millionths as a decimal number.
  private static func fraction(_ partsPerMillion: Int64) -> String {
    let digits = String(partsPerMillion.magnitude % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - digits.count)
    return (partsPerMillion < 0 ? "-" : "") + "\(partsPerMillion.magnitude / 1_000_000)."
      + zeros + digits
  }

  /// What `PublishedAccuracy` reads again.
  var results: String {
    "program,core,board,our_cycles,timing_hash\n"
      + table.rows.map {
        "\"\($0.program)\",\($0.core),\($0.board),\($0.ours),\($0.timingHash)\n"
      }.joined()
  }
}
