import Boards
import Deployments
import Documents
import NetworkCompiler
import Verdicts

private let source = Key.required(
  "NETWORK.tflite|DEPLOYMENT.yaml",
  "an int8 network: its C sources; or a deployment with 'generate': its whole firmware")
private let output = Key.option("--output", "DIR", "where the files go; it is made if need be")

let generateCommand = Command(
  name: "generate", summary: "C sources for a network, or a firmware project",
  details: """
    Turns a quantized network into two C files without dependencies, deepcraft.h and deepcraft.c. \
    With a deployment, writes the whole firmware for its board: drivers, start-up, linker script, \
    network and a Makefile.
    """,
  examples: [
    "generate model.tflite --output network",
    "generate deployment.yaml --output firmware",
  ],
  keys: [source, output, RunOptions.board, RunOptions.settings, RunOptions.data]
) { (arguments, invocation) throws(CommandFailure) in
  let path = try arguments[source]
  guard let directory = try arguments[output] else {
    throw .usage("no place for the files; give --output DIR")
  }
  let kind = path == "-" ? FileKind.yaml : try FileKind.of(path)
  if ![.network, .yaml, .unknown].contains(kind) {
    throw CommandFailure(.badInput, "\(path): error: expected a network or a deployment")
  }
  let isNetwork = kind == .network
  let names: [String]
  if isNetwork {
    names = try writeNetwork(path, to: directory)
  } else {
    names = try writeProject(path, to: directory, arguments)
  }
  let lines = names.map { "\(directory)/\($0)\n" }.joined()
  invocation.terminal.write(lines)
  if !isNetwork { invocation.terminal.write("next: make -C \(directory)\n") }
  return .success
}

private func writeNetwork(
  _ path: String, to directory: String
) throws(CommandFailure) -> [String] {
  let files: [(name: String, contents: String)]
  do throws(NetworkError) { files = try CGenerator(Network(file: path)).files() } catch {
    throw CommandFailure(error)
  }
  try SystemFile.createDirectory(directory)
  for file in files {
    try SystemFile.write(file.contents, to: directory + "/" + file.name)
  }
  return files.map(\.name)
}

private func writeProject(
  _ path: String, to directory: String, _ arguments: Arguments
) throws(CommandFailure) -> [String] {
  var parts = DeploymentParts()
  parts.board = try arguments[RunOptions.board]
  parts.settings = try arguments[RunOptions.settings]
  let plan = try RunPlan(path, parts, data: try arguments[RunOptions.data])
  guard case .generated(let generation) = plan.deployment.firmware else {
    throw CommandFailure(
      .badInput, "\(path): error: missing key 'generate' in a deployment that is to be generated")
  }
  let project = try GeneratedFirmware(generation, plan).project
  do throws(FirmwareError) { try project.write(to: directory) } catch {
    throw CommandFailure(error, of: path)
  }
  return project.files.map(\.name)
}
