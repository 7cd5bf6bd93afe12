import Profiling
import RunRecord
import Verdicts

/// What the cycles of each function were spent on; the columns of a row add up to its cycles.
extension TextReport {
  private static let columns: [(head: String, causes: [CycleCauses.Cause])] = [
    ("issue", [.issue]), ("ld/st", [.loadStore]), ("opnds", [.operands]), ("branch", [.branch]),
    ("fetch", [.fetch]), ("data", [.data]), ("div/fp", [.divide, .float]),
    ("other", [.exception, .wakeUp, .unattributed]),
  ]
  /// Shares of the row's own cycles.
  var causeLines: [String] {
    let rows = judgement.profile.rows.dropLast().filter { $0.selfCycles > 0 }
    if rows.isEmpty { return [] }
    let width = min(rows.map(\.name.count).max() ?? 0, 40)
    func line(_ name: String, _ rest: String) -> String {
      TextLayout.left(TextLayout.shortened(name, to: width), width) + rest
    }
    let profile = judgement.profile
    let head = line("", Self.columns.map { TextLayout.right($0.head, 7) }.joined())
    let body = rows.map { line($0.name, shares($0.causes, of: $0.selfCycles)) }
    let total = line("all", shares(profile.causes, of: profile.activeCycles))
    return TextLayout.section("causes", [head] + body + [total])
  }

  private func shares(_ causes: CycleCauses, of total: UInt64) -> String {
    Self.columns.map { column in
      let cycles = column.causes.reduce(UInt64(0)) { $0 &+ causes[$1] }
      return TextLayout.right(
        cycles == 0 ? "" : Figures.percent(Int128(cycles), of: Int128(total)), 7)
    }.joined()
  }
}
