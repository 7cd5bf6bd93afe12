import Verdicts

/// The difference of the active cycles by line of the source and by layer of the network.
extension ComparisonReport {
  /// Deltas that sum exactly to the whole; `count` rows and the sum.
  func sourceLines(rows count: Int) -> [String] {
    let moved = comparison.lines.filter { $0.delta != 0 }
    if moved.isEmpty { return [] }
    let shown = moved.count > count ? Array(moved.prefix(count - 1)) : moved
    var rows = shown.map { (name(of: $0), $0.delta, text(of: $0)) }
    if moved.count > shown.count {
      let hidden = moved.dropFirst(shown.count)
      rows.append(("\(hidden.count) others", hidden.reduce(0) { $0 + $1.delta }, ""))
    }
    rows.append(("active cycles", moved.reduce(0) { $0 + $1.delta }, ""))
    return table("cycles by line", rows)
  }

  var layerLines: [String] {
    if comparison.layers.allSatisfy({ $0.delta == 0 }) { return [] }
    var rows = comparison.layers.map { ($0.name, $0.delta, "") }
    rows.append(("active cycles", comparison.layers.reduce(0) { $0 + $1.delta }, ""))
    return table("cycles by layer", rows)
  }

  private func table(_ title: String, _ rows: [(String, Int128, String)]) -> [String] {
    let numbers = rows.map { ($0.1 > 0 ? "+" : "") + Figures.grouped($0.1) }
    let width = max(title.count, rows.map(\.0.count).max() ?? 0) + 2
    let column = max(5, numbers.map(\.count).max() ?? 0)
    let head = TextLayout.left(title, width) + TextLayout.right("delta", column)
    return [head]
      + zip(rows, numbers).map { row, number in
        TextLayout.left(row.0, width) + TextLayout.right(number, column)
          + (row.2.isEmpty ? "" : "  " + row.2)
      }
  }

  private func name(of line: LineDifference) -> String {
    let function = (line.head ?? line.base)?.function ?? ""
    return line.place.map { "\($0) \(function)" } ?? function
  }

  private func text(of line: LineDifference) -> String {
    let text = (line.head ?? line.base)?.text ?? ""
    let mark = line.base == nil ? "new: " : line.head == nil ? "gone: " : ""
    return text.isEmpty ? String(mark.dropLast(2)) : mark + TextLayout.shortened(text, to: 60)
  }
}
