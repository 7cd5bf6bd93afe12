public import Verdicts

/// The regression report of a board: for each deployment its latest run, what it is held against and
/// why it differs, and how its figures moved. A page that loads nothing.
public struct BoardHistoryReport: Sendable {
  public struct Deployment: Sendable {
    public var name: String
    /// What the latest run is called, and what it came to.
    public var latest: String
    public var verdict: String
    /// Against the baseline; nil: there is none.
    public var comparison: Comparison?
    public var trends: [TrendReport]

    public init(
      name: String, latest: String, verdict: String, comparison: Comparison?,
      trends: [TrendReport]
    ) {
      (self.name, self.latest, self.verdict) = (name, latest, verdict)
      (self.comparison, self.trends) = (comparison, trends)
    }
  }

  let board: String
  let deployments: [Deployment]

  public init(board: String, _ deployments: [Deployment]) {
    (self.board, self.deployments) = (board, deployments)
  }

  public var text: String {
    let head = "<header><h1>\(escaped(board))</h1><p>\(deployments.count) deployments</p></header>"
    return HTMLPage.text(
      title: "\(board): regressions",
      body: ([head] + deployments.map(section)).joined(separator: "\n")
    )
  }

  private func section(_ deployment: Deployment) -> String {
    var lines = [
      "<section>", "<h2>\(escaped(deployment.name)): \(escaped(deployment.verdict))</h2>",
    ]
    lines.append("<p>\(escaped(deployment.latest))</p>")
    if let comparison = deployment.comparison {
      let report = ComparisonReport(
        comparison, base: "baseline", head: deployment.name, ReportOptions())
      lines.append("<p><b>\(escaped(report.word))</b> \(escaped(report.sentence))</p>")
      lines += rows(comparison)
    } else {
      lines.append("<p>no baseline; 'thumbprint history set' makes one</p>")
    }
    for trend in deployment.trends {
      let value = trend.points.last.map { Figures.quantity($0.value, trend.unit) } ?? ""
      lines.append("<h3>\(escaped(trend.title)): \(escaped(value))</h3>")
      lines.append(trend.drawing)
    }
    return (lines + ["</section>"]).joined(separator: "\n")
  }

  private func rows(_ comparison: Comparison) -> [String] {
    let moved = comparison.rows.filter { $0.direction == .worse || $0.direction == .better }
    if moved.isEmpty { return [] }
    var lines = [
      "<table>", "<thead><tr><th>Figure</th><th>Baseline</th><th>Latest</th><th></th></tr></thead>",
    ]
    for row in moved.prefix(60) {
      func text(_ value: Int64?) -> String {
        value.map { Figures.quantity($0, row.metric.unit) } ?? "-"
      }
      let cells = [row.metric.name, text(row.base), text(row.head), row.direction.rawValue]
      lines.append("<tr>" + cells.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>")
    }
    return lines + ["</table>"]
  }

  private func escaped(_ text: String) -> String {
    MarkupText.escaped(TextLayout.shortened(text, to: 600))
  }
}
