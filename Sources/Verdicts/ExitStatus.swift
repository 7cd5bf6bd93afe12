/// What the tool exits with; the first that applies, in the order of the cases.
public enum ExitStatus: Int32, CaseIterable, Hashable, Sendable {
  /// A fault of the tool itself.
  case internalFault = 70
  /// A file cannot be opened.
  case cannotOpen = 66
  /// An ELF, YAML, network or recording is wrong.
  case badInput = 65
  /// The command line is wrong.
  case usage = 64
  /// A program that is needed is not installed.
  case programMissing = 69
  /// The firmware crashed, locked up, exited with a code other than 0, or failed a script.
  case firmwareFailed = 3
  /// No verdict is possible: nothing to measure, a run cut short, a value too near its limit.
  case notJudged = 4
  /// A budget is missed.
  case budgetMissed = 1
  /// Worse than the baseline.
  case regression = 2
  /// Everything holds.
  case success = 0

  /// The one that a run of several exits with: success only when all are.
  public static func worst(_ statuses: some Sequence<ExitStatus>) -> ExitStatus {
    let found = Set(statuses)
    return allCases.first(where: found.contains) ?? .success
  }
}
