import FileSystem
import Profiling
import RunRecord
import Units
import Verdicts

/// The profile of a saved run, from which views are made without running it again.
struct SavedView {
  let view: ViewData

  /// Whether `path` is a saved run's directory, or its profile.
  static func file(_ path: String) -> String? {
    let inside = "\(path)/\(SavedRun.profile)"
    if Files.exists(inside) { return inside }
    return path.hasSuffix("/" + SavedRun.profile) || path == SavedRun.profile ? path : nil
  }

  init(_ path: String) throws(CommandFailure) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path, limit: 1 << 30) } catch {
      throw CommandFailure(.cannotOpen, "\(path): error: cannot open: \(error.reason)")
    }
    do { view = try RecordReader.read(ViewData.self, from: bytes) } catch {
      throw CommandFailure(
        .badInput,
        "\(path): error: expected the profile of a saved run; \(RecordReader.reason(error)); "
          + "'thumbprint run --output DIR' makes it")
    }
    if let fault = view.fault {
      throw CommandFailure(.badInput, "\(path): error: not a profile: \(fault)")
    }
  }

  /// What the run spent, in short.
  var sheet: Sheet {
    var sheet = Sheet(title: view.title)
    sheet.facts(
      "run",
      [
        .fact("firmware", view.firmware), .fact("length", "\(view.end.seconds) s"),
        .fact("cycles", "\(view.total[.cycles])"),
        .fact("instructions", "\(view.total[.instructions])"),
        .fact("nanojoules", "\(view.total[.energy] / 1_000_000)"),
        .fact("call paths", "\(view.paths.count)"),
        .fact("events", "\(view.timeline.events.count)"),
      ])
    sheet.table(
      "functions",
      costs.prefix(12).map { name, cost in
        Sheet.Row([
          ("function", name), ("cycles", "\(cost[.cycles])"),
          ("instructions", "\(cost[.instructions])"),
          ("nanojoules", "\(cost[.energy] / 1_000_000)"),
        ])
      })
    return sheet
  }

  /// Most cycles first.
  private var costs: [(String, Cost)] {
    var costs = [Cost](repeating: Cost(), count: view.frames.count)
    for path in view.paths { costs[path.frame] += path.cost }
    return zip(view.frames.map(\.name), costs).filter { !$0.1.isZero }.sorted {
      ($1.1[.cycles], $0.0) < ($0.1[.cycles], $1.0)
    }
  }
}
