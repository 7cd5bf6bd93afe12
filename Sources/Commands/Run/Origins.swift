import Boards
import Deployments
import FileSystem
import Timing
import Units
import Verdicts

/// What a run was made of besides its firmware, each named by its content, so that two runs tell which
/// of it differs.
struct Origins {
  private(set) var settings: [ComparisonSide.Setting] = []

  init(_ plan: RunPlan) {
    for stream in plan.deployment.streams {
      add("\(stream.sensor).content", Self.digest([stream.file]))
    }
    if let labels = plan.deployment.labels { add("labels.content", Self.digest([labels])) }
    if case .generated(let generation) = plan.deployment.firmware {
      add("network.content", Self.digest([generation.network]))
    }
    let board = plan.data.sources(of: plan.board, named: plan.deployment.board)
    add("board-files", Self.digest(board))
    let timing = TimingCatalog.timing(of: plan.board.chip.core.name)
    add("timing-model", timing.flatMap { TimingCatalog.fingerprints[$0.name] } ?? "")
    add("thumbprint", Version.number)
  }

  private mutating func add(_ key: String, _ value: String) {
    if !value.isEmpty { settings.append(.init(key, value)) }
  }

  /// The first digits of what the files hold; empty when one cannot be read.
  private static func digest(_ files: [String]) -> String {
    var digest = SHA256()
    for file in files {
      // Standard input is gone by now.
      guard file != "-", let bytes = try? Files.read(file, limit: 1 << 30) else { return "" }
      digest.update(bytes)
    }
    return String(digest.hexDigest().prefix(12))
  }
}
