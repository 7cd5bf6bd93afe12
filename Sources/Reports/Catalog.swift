public import Verdicts

/// How a report is asked for.
public struct ReportOptions: Hashable, Sendable {
  /// Everything instead of one screen.
  public var isFull = false
  /// Escape sequences for a terminal.
  public var isColoured = false
  /// What the user typed after `thumbprint run`, for the next command; nil: the deployment's path.
  public var target: String?

  public init() {}
}

/// A form of report.
public struct ReportFormat: Sendable {
  /// What `--format` calls it.
  public var name: String
  /// What it is called in the directory of a saved run.
  public var fileName: String
  public var render: @Sendable (Judgement, ReportOptions) -> String
}

/// Every form of report, by the name that `--format` uses.
public enum ReportCatalog {
  public static let formats: [ReportFormat] = [
    ReportFormat(name: "text", fileName: "report.txt") { TextReport($0, $1).text },
    ReportFormat(name: "json", fileName: "report.json") { judgement, _ in JSONReport(judgement).text
    },
    ReportFormat(name: "junit", fileName: "junit.xml") { judgement, _ in JUnitReport(judgement).text
    },
    ReportFormat(name: "markdown", fileName: "report.md") { judgement, _ in
      MarkdownReport(judgement).text
    },
    ReportFormat(name: "html", fileName: "report.html") { judgement, _ in HTMLReport(judgement).text
    },
    ReportFormat(name: "github", fileName: "annotations.txt") { judgement, _ in
      GitHubReport(judgement).text
    },
  ]

  /// The form of that name, or nil for an unknown one.
  public static func format(_ name: String) -> ReportFormat? { formats.first { $0.name == name } }
}
