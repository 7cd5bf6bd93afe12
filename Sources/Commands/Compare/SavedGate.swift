import Documents
import FileSystem
import Reports
import Verdicts

/// What a gate kept of its runs, each as one side of a comparison.
struct SavedGate {
  let name: String
  /// In the gate's order; of a directory in that of its names.
  let sides: [ComparisonSide]

  /// nil: there is something else at the path.
  init?(_ path: String) throws(CommandFailure) {
    name = path
    if Files.exists("\(path)/gate.json") {
      var sides: [ComparisonSide] = []
      for name in Files.names(in: path) where Files.exists("\(path)/\(name)/report.json") {
        sides.append(try SavedResult("\(path)/\(name)/report.json").sideWithLines())
      }
      self.sides = sides
      return
    }
    do throws(DocumentError) {
      guard path.hasSuffix(".json"), let runs = try Node.load(path: path)["runs"] else {
        return nil
      }
      var sides: [ComparisonSide] = []
      for run in try runs.elements() {
        if let result = run["result"], !result.isNull { sides.append(try SavedResult.side(result)) }
      }
      self.sides = sides
    } catch { throw CommandFailure(error) }
  }

  /// Each of both with its counterpart: the same deployment on the same board.
  static func pairs(_ base: SavedGate, _ head: SavedGate) -> [GateComparison.Pair] {
    func key(_ side: ComparisonSide) -> String { "\(side.name)\n\(side.board)" }
    func pair(_ base: ComparisonSide?, _ head: ComparisonSide?) -> GateComparison.Pair {
      let either = head ?? base ?? ComparisonSide()
      return GateComparison.Pair(name: either.name, board: either.board, base: base, head: head)
    }
    let pairs = head.sides.map { side in
      pair(base.sides.first { key($0) == key(side) }, side)
    }
    let gone = base.sides.filter { side in !head.sides.contains { key($0) == key(side) } }
    return pairs + gone.map { pair($0, nil) }
  }
}
