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
  public var render: @Sendable (Judgement, ReportOptions) -> String
}

/// Every form of report, by the name that `--format` uses.
public enum ReportCatalog {
  public static let formats: [ReportFormat] = [
    ReportFormat(name: "text") { TextReport($0, $1).text },
    ReportFormat(name: "json") { judgement, _ in JSONReport(judgement).text },
  ]

  /// The form of that name, or nil for an unknown one.
  public static func format(_ name: String) -> ReportFormat? { formats.first { $0.name == name } }
}
