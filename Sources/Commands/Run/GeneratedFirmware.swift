import Boards
import Deployments
import Documents
import FileSystem
import NetworkCompiler

/// The firmware that a deployment asks the tool to make.
struct GeneratedFirmware {
  let project: FirmwareProject
  /// The deployment's file.
  private let path: String

  init(_ generation: Generation, _ plan: RunPlan) throws(CommandFailure) {
    path = plan.deployment.path ?? "deployment.yaml"
    let network: FirmwareNetwork
    do throws(NetworkError) {
      network = FirmwareNetwork(try CGenerator(Network(file: generation.network)))
    } catch { throw CommandFailure(error) }
    do throws(FirmwareError) {
      let parts = try BoardFirmware(plan.board, generation)
      project = try FirmwareProject(
        target: parts.target, wiring: parts.wiring, pipeline: parts.pipeline, network: network,
        runtime: FirmwareProject.runtime(in: plan.data.path + "/Firmware/runtime"))
    } catch { throw CommandFailure(error, of: path) }
  }

  /// Builds it into `.thumbprint/` beside the deployment, or finds it there.
  ///
  /// Returns the program's path by way of the deployment's, so that results name no machine.
  func build() throws(CommandFailure) -> String {
    let cache = Files.resolve(".thumbprint", in: Files.directory(of: path))
    do throws(FirmwareError) {
      let built = try Toolchain().build(project, in: cache)
      let name = built.program.split(separator: "/").last ?? ""
      return "\(cache)/\(built.digest)/\(name)"
    } catch { throw CommandFailure(error, of: path) }
  }
}
