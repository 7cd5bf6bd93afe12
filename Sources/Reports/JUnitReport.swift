import Boards
import Deployments
import Documents
import Energy
import RunRecord
import Units
public import Verdicts

/// A judged run as JUnit XML: a test case for each budget, the figures as properties.
///
/// A missed budget is a failure; one that could not be judged, and a run that broke off, an error.
/// Reference: the schema that Jenkins' xUnit plug-in publishes (junit-10.xsd).
public struct JUnitReport: Sendable {
  let judgement: Judgement

  public init(_ judgement: Judgement) { self.judgement = judgement }

  public var text: String {
    let suite = JUnitSuite(judgement)
    return
      ([
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<testsuites name=\"thumbprint\" \(JUnitSuite.counts(suite.cases))>",
      ] + suite.lines + ["</testsuites>", ""]).joined(separator: "\n")
  }
}

/// The test suite that one run is.
struct JUnitSuite {
  private let name: String
  private let seconds: String
  private var properties: [(String, String)] = []
  private(set) var cases: [JUnitCase] = []

  private init(name: String, seconds: String) { (self.name, self.seconds) = (name, seconds) }

  init(_ judgement: Judgement) {
    self.init(
      name: judgement.deployment.name,
      seconds: exactDecimal(Int128(judgement.record.end.picoseconds), 12))
    properties = Self.properties(judgement)
    cases = Self.cases(judgement)
  }

  /// A run of a gate, with a case for its baseline where it has one.
  init(_ run: GateResult.Run) {
    if let judgement = run.judgement {
      self.init(judgement)
    } else {
      self.init(name: run.name, seconds: "0")
      cases = [
        JUnitCase(name: "run", outcome: .error, message: run.failure ?? "", details: run.path)
      ]
    }
    guard let baseline = run.baseline else { return }
    let outcome: JUnitCase.Outcome =
      switch baseline.status {
      case .success: .success
      case .regression: .failure
      default: .error
      }
    let figures = (baseline.vanished + baseline.regressions).map(\.metric.name)
    cases.append(
      JUnitCase(
        name: "baseline", outcome: outcome,
        message: outcome == .success ? "not worse" : run.reasons.last ?? "",
        details: figures.joined(separator: ", ")))
  }

  static func counts(_ cases: [JUnitCase]) -> String {
    let failures = cases.filter { $0.outcome == .failure }.count
    let errors = cases.filter { $0.outcome == .error }.count
    return "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
  }

  var lines: [String] {
    let name = MarkupText.escaped(name)
    let counts = Self.counts(cases)
    var lines = ["  <testsuite name=\"\(name)\" \(counts) skipped=\"0\" time=\"\(seconds)\">"]
    lines.append("    <properties>")
    for (key, value) in properties {
      let (key, value) = (MarkupText.escaped(key), MarkupText.escaped(value))
      lines.append("      <property name=\"\(key)\" value=\"\(value)\"/>")
    }
    lines.append("    </properties>")
    for testCase in cases { lines += testCase.lines(of: name) }
    return lines + ["  </testsuite>"]
  }

  /// What the run was made with and what it came to, in base units.
  private static func properties(_ judgement: Judgement) -> [(String, String)] {
    let side = ComparisonSide(judgement)
    let settings = side.settings.filter { !$0.key.hasPrefix("budgets.") && $0.key != "compiler" }
    return settings.map { ($0.key, $0.value) } + [("firmware.sha256", side.sha256)]
      + side.figures.compactMap { figure in
        figure.value.map { value in
          (figure.metric.name, exactDecimal(Int128(value), figure.metric.unit.digits))
        }
      }
  }

  private static func cases(_ judgement: Judgement) -> [JUnitCase] {
    let budgets = judgement.budgets.map { budget in
      let outcome: JUnitCase.Outcome =
        switch budget.verdict {
        case .met: .success
        case .missed: .failure
        case .unknown: .error
        }
      let place = budget.budget.position
      return JUnitCase(
        name: budget.name, outcome: outcome, message: budget.sentence,
        details: place.line > 0 ? "\(place)" : "")
    }
    let why = judgement.incomplete
    let run = JUnitCase(
      name: "run", outcome: why == nil ? .success : .error,
      message: why ?? "ran \(Figures.short(judgement.record.end.picoseconds, Figures.time))",
      details: TextReport(judgement, ReportOptions()).dumpSummary.joined(separator: "\n"))
    return [run] + budgets
  }
}

/// One test case of a suite.
struct JUnitCase {
  enum Outcome { case success, failure, error }
  let name: String
  let outcome: Outcome
  let message: String
  let details: String

  func lines(of suite: String) -> [String] {
    let head =
      "    <testcase classname=\"\(suite)\" name=\"\(MarkupText.escaped(name))\" time=\"0\""
    let message = MarkupText.escaped(message)
    if outcome == .success {
      return [head + ">", "      <system-out>\(message)</system-out>", "    </testcase>"]
    }
    let tag = outcome == .failure ? "failure" : "error"
    let body = MarkupText.escaped(details)
    return [
      head + ">", "      <\(tag) type=\"budget\" message=\"\(message)\">\(body)</\(tag)>",
      "    </testcase>",
    ]
  }
}

extension JudgedBudget {
  /// `response.max 766 us, limit 1 ms: 23 % to spare`.
  var sentence: String {
    guard let value else { return "\(name): \(reason ?? "not measured")" }
    let bound = budget.isMinimum ? "at least" : "at most"
    var text = "\(name) \(Figures.quantity(value.value, unit)), \(bound) \(budget.limit)"
    if let reason { return text + ": \(reason)" }
    if let margin {
      let share = Figures.percent(Int128(margin.magnitude), of: 1_000_000, decimals: 1)
      text += margin < 0 ? ": \(share) too much" : ": \(share) to spare"
      if margin < 0, budget.isMinimum { text = text.replacing("too much", with: "too little") }
    }
    return text
  }
}
