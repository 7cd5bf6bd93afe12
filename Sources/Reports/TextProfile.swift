import Profiling
import RunRecord
import Units
import Verdicts

/// Where the cycles went; the rows add up to the total.
extension TextReport {
  /// The table with at most `count` rows under its head.
  func profileLines(rows count: Int) -> [String] {
    let profile = judgement.profile
    let total = Figures.grouped(profile.totalCycles)
    let table = Table(total: profile.totalCycles, isFull: options.isFull, profile.rows)
    let time = Figures.short(judgement.record.end.picoseconds, Figures.time)
    return TextLayout.section(
      "cycles", [table.head("\(total) in \(time)")] + profileRows(count).flatMap(table.lines))
  }

  /// The largest rows, one for all others, and sleep if there was any.
  private func profileRows(_ count: Int) -> [Profile.Row] {
    let rows = judgement.profile.rows
    var busy = rows.dropLast()
    if busy.last?.selfCycles == 0, !options.isFull {
      busy = busy.filter { $0.selfCycles > 0 }[...]
    }
    let sleep = rows.last.map { $0.selfCycles > 0 ? [$0] : [] } ?? []
    let room = max(1, count == .max ? .max : count - sleep.count)
    if busy.count <= room { return busy + sleep }
    let shown = busy.prefix(room - 1)
    let hidden = busy.dropFirst(room - 1)
    var others = Profile.Row(.remainder, "\(hidden.count) others")
    for row in hidden {
      others.selfCycles &+= row.selfCycles
      others.stallCycles &+= row.stallCycles
    }
    return shown + [others] + sleep
  }

  /// Columns wide enough for the total.
  private struct Table {
    let total: UInt64
    let isFull: Bool
    let number: Int
    let name: Int

    /// Names of C++ templates can be longer than any line: those stand above their figures.
    private static let widestName = 60
    /// The most cycles of a row that has a bar: all but sleep.
    let most: UInt64

    init(total: UInt64, isFull: Bool, _ rows: [Profile.Row]) {
      self.total = total
      self.isFull = isFull
      number = max(13, Figures.grouped(total).count)
      let room = TextLayout.width - TextLayout.gutter - number - 22
      most = rows.dropLast().map(\.selfCycles).max() ?? 0
      let widest = rows.map(\.name.count).max() ?? 0
      name = isFull ? max(room, min(widest, Self.widestName)) : room
    }

    func head(_ first: String) -> String {
      var line = TextLayout.left(first, name + 1) + TextLayout.right("cycles", number)
      if first.count > name + number - 7 { line = first }
      line += TextLayout.right("share", 9) + TextLayout.right("stalls", 12)
      return isFull ? line + TextLayout.right("calls", 14) + "  where" : line
    }

    func lines(_ row: Profile.Row) -> [String] {
      guard isFull, row.name.count > name else { return [line(row)] }
      var figures = row
      figures.name = ""
      return [TextLayout.printable(row.name), line(figures)]
    }

    private func line(_ row: Profile.Row) -> String {
      let stalls =
        row.stallCycles == 0
        ? "" : Figures.percent(Int128(row.stallCycles), of: Int128(row.selfCycles))
      var line = TextLayout.left(TextLayout.shortened(row.name, to: name), name + 1)
      line += TextLayout.right(Figures.grouped(row.selfCycles), number)
      line += TextLayout.right(
        Figures.percent(Int128(row.selfCycles), of: Int128(total), decimals: 2), 9)
      let bar = row.selfCycles > most ? "" : TextBars.bar(row.selfCycles, of: most, width: 5)
      line += " " + TextLayout.left(bar, 5) + TextLayout.right(stalls, 6)
      guard isFull, row.kind == .function else { return line }
      line += TextLayout.right(Figures.grouped(row.calls), 14)
      if let file = row.file { line += "  \(file):\(row.line ?? 0)" }
      return line
    }
  }

  /// The network's layers with all that they call.
  var layerLines: [String] {
    let total = judgement.profile.totalCycles
    return TextLayout.section(
      "layers",
      judgement.profile.layers.map { layer in
        let index = TextLayout.right("\(layer.index)", 3)
        var line = "\(index) " + TextLayout.left(layer.operatorName, 26)
        line += TextLayout.right(Figures.grouped(layer.cycles), 15)
        line += TextLayout.right(
          Figures.percent(Int128(layer.cycles), of: Int128(total), decimals: 2), 10)
        return line
          + TextLayout.right(
            layer.joules.map { Figures.text($0.femtojoules, Figures.energy) } ?? "", 12)
      })
  }

  var exceptionLines: [String] {
    TextLayout.section(
      "handlers",
      judgement.record.exceptions.map { exception in
        "\(exception.name): \(Figures.grouped(exception.entries)) entries, "
          + "\(Figures.grouped(exception.cycles)) cycles, latency up to "
          + "\(Figures.grouped(exception.maxLatencyCycles)) cycles, "
          + "\(Figures.grouped(exception.pendedTwice)) pended twice"
      })
  }
}
