import Boards
import Deployments
import Foundation
import NetworkCompiler
import RunRecord
import Testing
import Units

@testable import Commands
@testable import Machine

/// Builds and runs the firmware that a deployment asks the tool to generate.
enum NordicGenerated {
  static let data = FirmwareBench.root.path

  static func deployment(_ name: String, settings: [String] = []) throws -> Deployment {
    var parts = DeploymentParts()
    parts.settings = settings
    parts.timeout = "300 s"
    let path = FirmwareBench.firmware.appendingPathComponent(name)
      .appendingPathComponent("deployment.yaml").path
    return try Deployment.load(path: path, parts: parts)
  }

  /// The ELF, built into this process's folder.
  static func build(_ deployment: Deployment) throws -> String {
    let board = try deployment.loadBoard(from: DataDirectory(explicit: data))
    guard case .generated(let generation) = deployment.firmware else {
      throw FirmwareBench.Failed(description: "nothing to generate")
    }
    let parts = try BoardFirmware(board, generation)
    let project = try FirmwareProject(
      target: parts.target, wiring: parts.wiring, pipeline: parts.pipeline,
      network: FirmwareNetwork(CGenerator(Network(file: generation.network))),
      runtime: FirmwareProject.runtime(in: data + "/Firmware/runtime"))
    return try Toolchain().build(project, in: FirmwareBench.output.path + "/generated").program
  }

  static func run(
    _ deployment: Deployment, prepare: (Machine) -> Void = { _ in }
  ) throws -> NordicBench.Run {
    try NordicBench.run(deployment, image: build(deployment), prepare: prepare)
  }
}
