import Boards
import Deployments
import Documents
import RunRecord
import Verdicts

/// A gate for the machines that show it beside a change.
extension GateReport {
  /// JUnit XML: a suite for each deployment, a case for each budget, one for the baseline.
  var junit: String {
    let suites = result.runs.map(JUnitSuite.init)
    let counts = JUnitSuite.counts(suites.flatMap(\.cases))
    return
      (["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"thumbprint\" \(counts)>"]
      + suites.flatMap(\.lines) + ["</testsuites>", ""]).joined(separator: "\n")
  }

  /// Annotations for GitHub Actions, at the deployments' lines.
  var github: String {
    result.runs.map { run in
      var text = run.judgement.map { GitHubReport($0).text } ?? ""
      if run.judgement == nil || run.baseline?.status ?? .success != .success {
        text += GitHubReport.annotation(
          run.reasons.joined(separator: "\n"), path: run.path,
          title: "\(run.name): \(run.word.lowercased())")
      }
      return text
    }.joined()
  }

  /// What GitHub takes for a job's summary.
  private static let markdownLimit = 1 << 20

  /// A table of all, then what is wrong, then each run whole while there is room.
  var markdown: String {
    var text = "## \(word): \(counts)\n\n"
    text += "| Verdict | Deployment | Board | Tightest budget |\n| --- | --- | --- | --- |\n"
    for run in result.runs.prefix(2_000) {
      let cells = [run.word, run.name, run.board, run.tightest].map(cell)
      text += "| " + cells.joined(separator: " | ") + " |\n"
    }
    if result.runs.count > 2_000 { text += "\nand \(result.runs.count - 2_000) others\n" }
    text += "\n"
    // Failing runs first: they must not be cut.
    let ordered =
      result.runs.filter { $0.status != .success } + result.runs.filter { $0.status == .success }
    var left = 0
    for run in ordered {
      let section = details(run)
      let room = Self.markdownLimit - 200
      if left > 0 || text.utf8.count + section.utf8.count > room {
        left += 1
      } else {
        text += section
      }
    }
    if left > 0 { text += "\nand \(left) more runs that do not fit\n" }
    return text
  }

  private func details(_ run: GateResult.Run) -> String {
    var text = "<details><summary>\(MarkupText.escaped(cut(run.name, 200))): "
    text += "\(run.word)</summary>\n\n"
    text += run.reasons.prefix(50).map { "- \(cell($0))\n" }.joined()
    if let judgement = run.judgement { text += "\n" + MarkdownReport(judgement).text }
    return text + "\n</details>\n\n"
  }

  private func cell(_ text: String) -> String { MarkupText.cell(cut(text, 300)) }

  private func cut(_ text: String, _ length: Int) -> String {
    TextLayout.shortened(text, to: length)
  }

  /// A page that loads nothing: the table, and why some fail.
  var html: String {
    let rows = result.runs.map { run in
      let cells = [run.word, run.name, run.board, run.tightest].map { "<td>\(escaped($0))</td>" }
      let reasons = run.reasons.prefix(20).map { "<li>\(escaped($0))</li>" }.joined()
      let list =
        reasons.isEmpty ? "" : "\n<tr><td></td><td colspan=\"3\"><ul>\(reasons)</ul></td></tr>"
      return "<tr>\(cells.joined())</tr>" + list
    }
    return HTMLPage.text(
      title: "\(word): \(counts)",
      body: """
        <header><h1>\(escaped(word))</h1><p>\(escaped(counts))</p></header>
        <section>
        <table>
        <thead><tr><th>Verdict</th><th>Deployment</th><th>Board</th><th>Tightest budget</th></tr>
        </thead>
        <tbody>
        \(rows.joined(separator: "\n"))
        </tbody>
        </table>
        </section>
        """)
  }

  private func escaped(_ text: String) -> String { MarkupText.escaped(cut(text, 600)) }
}

/// Frame of a page that loads nothing.
enum HTMLPage {
  static func text(title: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(MarkupText.escaped(title))</title>
    <style>
    \(HTMLStyle.text)
    </style>
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
  }
}
