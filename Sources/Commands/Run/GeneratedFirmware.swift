import Boards
import Deployments
import Documents
import NetworkCompiler

/// The firmware that a deployment asks the tool to make.
struct GeneratedFirmware {
  let project: FirmwareProject

  init(
    _ generation: Generation, _ board: Board, _ data: DataDirectory
  ) throws(CommandFailure) {
    let network: FirmwareNetwork
    do throws(NetworkError) {
      network = FirmwareNetwork(try CGenerator(Network(file: generation.network)))
    } catch { throw CommandFailure(error) }
    do throws(FirmwareError) {
      let parts = try BoardFirmware(board, generation)
      project = try FirmwareProject(
        target: parts.target, wiring: parts.wiring, pipeline: parts.pipeline, network: network,
        runtime: FirmwareProject.runtime(in: data.path + "/Firmware/runtime"))
    } catch { throw CommandFailure(error) }
  }

  /// Builds it into `.thumbprint/` beside the deployment, or finds it there.
  ///
  /// Returns the program's path by way of the deployment's, so that results name no machine.
  func build(beside deployment: String?) throws(CommandFailure) -> String {
    let cache = Files.resolve(
      ".thumbprint", in: Files.directory(of: deployment ?? "deployment.yaml"))
    do throws(FirmwareError) {
      let built = try Toolchain().build(project, in: cache)
      let name = built.program.split(separator: "/").last ?? ""
      return "\(cache)/\(built.digest)/\(name)"
    } catch { throw CommandFailure(error) }
  }
}
