import Documents
import FileSystem
import Verdicts

/// Earlier runs by deployment and board, from what `--output` or `--format json` saved.
struct Baselines {
  private var sides: [String: ComparisonSide] = [:]

  init() {}

  /// `path` is a directory that `run` or `gate` wrote with --output, or a result of either in JSON.
  init(_ path: String) throws(CommandFailure) {
    var files: [String] = []
    if SystemFile.isDirectory(path) {
      files = (["."] + Files.names(in: path)).map { "\(path)/\($0)/report.json" }
      files = files.filter(Files.exists)
      if files.isEmpty {
        throw CommandFailure(
          .cannotOpen, "\(path): error: no saved result in it; 'thumbprint gate --output DIR' saves"
        )
      }
    } else {
      files = [path]
    }
    do throws(DocumentError) {
      for file in files {
        let root = try Node.load(path: file)
        guard let runs = root["runs"] else {
          add(try SavedResult.side(root))
          continue
        }
        for run in try runs.elements() {
          if let result = run["result"], !result.isNull { add(try SavedResult.side(result)) }
        }
      }
    } catch { throw CommandFailure(error) }
  }

  private mutating func add(_ side: ComparisonSide) {
    sides[Self.key(side.name, side.board)] = side
  }

  private static func key(_ name: String, _ board: String) -> String { "\(name)\n\(board)" }

  func side(_ name: String, board: String) -> ComparisonSide? { sides[Self.key(name, board)] }
}

extension ComparisonSide {
  /// The name of the board it ran on.
  var board: String { settings.first { $0.key == "board" }?.value ?? "" }
}
