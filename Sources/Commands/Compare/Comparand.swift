import Deployments
import Documents
import FileSystem
import Verdicts

/// One of the two things that are compared, as the user named it.
struct Comparand {
  /// With its own settings: `app.yaml generate.run-in=main`.
  let name: String
  private let source: Source

  private enum Source {
    case planned(RunPlan)
    /// The path of a result in JSON.
    case saved(String)
  }

  /// Reads and checks it; both are before either is run. A network runs in `deployment`.
  init(
    _ path: String, settings: [String], in deployment: String? = nil, _ arguments: Arguments
  ) throws(CommandFailure) {
    name = ([path] + settings).joined(separator: " ")
    var (path, settings) = (path, settings)
    if Self.isNetwork(path) {
      guard let deployment, !Self.isNetwork(deployment) else {
        throw .usage(
          "no deployment to run '\(shortened(path))' in; give one that generates its firmware as the "
            + "other side, or --in DEPLOYMENT.yaml")
      }
      settings.insert("generate.network=\(path)", at: 0)
      path = deployment
    }
    if let result = Self.savedResult(path) {
      guard settings.isEmpty else {
        throw .usage(
          "'\(shortened(path))' is a saved result, which no setting changes; "
            + "name its deployment instead")
      }
      source = .saved(result)
    } else {
      var parts = try RunOptions.parts(arguments)
      parts.settings += settings
      source = .planned(try RunPlan(path, parts, data: try arguments[RunOptions.data]))
    }
  }

  private static func isNetwork(_ path: String) -> Bool {
    (try? FileKind.of(path)) == .network
  }

  private static func savedResult(_ path: String) -> String? {
    if path.hasSuffix(".json") { return path }
    let inside = path + "/report.json"
    return Files.exists(inside) ? inside : nil
  }

  /// Runs it where it has to be run.
  func side(_ arguments: Arguments, _ terminal: Terminal) throws(CommandFailure) -> ComparisonSide {
    switch source {
    case .saved(let path): return try SavedResult(path).sideWithLines()
    case .planned(let plan):
      let run = try JudgedRun(
        plan, terminal, console: .nowhere, showsProgress: try !arguments[RunOptions.quiet],
        reportFollows: false, isStrict: try arguments[RunOptions.strict])
      if let error = run.inputError { throw CommandFailure(error) }
      for message in run.unjudged { terminal.writeError("error: \(message)\n") }
      var side = ComparisonSide(run.judgement)
      side.lines = ComparisonSide.lines(run.view)
      return side
    }
  }
}
