import Boards
import Deployments
import RunRecord
import Trust
import Verdicts

/// What only `--full` tells.
extension TextReport {
  var budgetDetails: [String] {
    TextLayout.section(
      "",
      judgement.budgets.map { budget in
        var line = TextLayout.left(budget.verdict.rawValue, 8) + TextLayout.left(budget.name, 28)
        line += budget.budget.isMinimum ? "at least " : "at most "
        line += TextLayout.left("\(budget.budget.limit)", 12)
        if let value = budget.value {
          line += Figures.quantity(value.value, budget.unit)
          line += " (\(Figures.quantity(value.low, budget.unit)) to "
          line += "\(Figures.quantity(value.high, budget.unit)), \(value.trust.tier.rawValue))"
        }
        return line + (budget.reason.map { ": \($0)" } ?? "")
      })
  }

  var labelDetails: [String] {
    guard case .success(let accuracy)? = judgement.labelAccuracy else { return [] }
    var lines = accuracy.rows.map { row in
      TextLayout.left(row.label, 20) + TextLayout.right(Figures.grouped(row.correct), 8)
        + " of " + TextLayout.left(Figures.grouped(row.judged), 10)
        + Figures.percent(Int128(row.correct), of: Int128(row.judged), decimals: 1)
    }
    lines.append(
      "\(Figures.grouped(accuracy.undecided)) without a decision, "
        + "\(Figures.grouped(accuracy.unlabelled)) in no label")
    return TextLayout.section("labels", lines)
  }

  /// Where the board's figures come from.
  var sourceLines: [String] {
    let board = judgement.board
    var lines: [String] = []
    for memory in board.chip.memories {
      guard let wait = memory.waitStates else { continue }
      lines.append(
        "\(memory.name): \(wait.uncached) wait states, cache \(wait.miss) on a miss and "
          + "\(wait.hit) on a hit; " + text(wait.provenance))
    }
    if let power = board.power {
      lines.append("supply: " + text(power.supply.provenance))
    }
    lines += board.sources.map { "\($0.key): \($0.title), \($0.location)" }
    if !judgement.record.delivery.isEmpty {
      lines.append("interrupts are delivered \(judgement.record.delivery)")
    }
    return TextLayout.section("sources", lines)
  }

  private func text(_ provenance: Provenance) -> String {
    let trust = "\(provenance.trust.tier.rawValue) \(Figures.band(provenance.trust.band))"
    return "\(trust), \(provenance.source.title)" + (provenance.note.map { "; \($0)" } ?? "")
  }

  var findingDetails: [String] {
    TextLayout.section(
      "findings",
      judgement.findings.map { finding in
        "\(Figures.grouped(finding.count))x \(finding.kind) \(finding.place): \(finding.message)"
      })
  }
}
