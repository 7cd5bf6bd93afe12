import Boards
import Deployments
import Documents
import Machine
import Verdicts

/// What is to be run where, read and checked.
struct RunPlan: Sendable {
  let data: DataDirectory
  var deployment: Deployment
  let board: Board

  /// `explicit` is what --data gives.
  init(_ target: String, _ parts: DeploymentParts, data explicit: String?) throws(CommandFailure) {
    deployment = try Self.deployment(target, parts)
    let loaded: Board
    do throws(BoardError) {
      data = try DataDirectory(explicit: explicit)
      loaded = try deployment.loadBoard(from: data)
    } catch { throw CommandFailure(error) }
    do throws(MachineError) { board = try loaded.withSensorDefaults() } catch {
      throw CommandFailure(error)
    }
    try board.checkModels()
    do throws(DocumentError) { try deployment.check(against: board) } catch {
      throw CommandFailure(error)
    }
  }

  private static func deployment(
    _ target: String, _ parts: DeploymentParts
  ) throws(CommandFailure) -> Deployment {
    var parts = parts
    switch try target == "-" ? .yaml : FileKind.of(target) {
    case .yaml, .unknown:
      do throws(DocumentError) { return try Deployment.load(path: target, parts: parts) } catch {
        throw CommandFailure(error)
      }
    case .elf:
      if parts.board == nil, !parts.settings.contains(where: { $0.hasPrefix("board=") }) {
        throw .usage(
          "no board for '\(target)'; give --board NAME, 'thumbprint boards' lists them")
      }
      parts.firmware = target
      do throws(DocumentError) { return try Deployment.make(parts: parts) } catch {
        throw CommandFailure(error)
      }
    case .network, .recording, .labels:
      throw CommandFailure(
        .badInput,
        "\(target): error: expected an ELF file or a deployment; see 'thumbprint run --help'")
    }
  }
}
