import Boards
import Documents
import FileSystem
import Verdicts

private let schemas = ["result", "deployment"]
private let name = Key.required("result|deployment", "which")
private let data = Key.option("--data", "DIR", "the folder that holds 'Boards'")

let schemaCommand = Command(
  name: "schema", summary: "the JSON Schema of results or of deployments",
  details: """
    Prints the JSON Schema (draft 2020-12) of what 'run --format json' writes or of what a \
    deployment may say, for editors and for programs that read results.
    """,
  examples: ["schema result", "schema deployment"],
  keys: [name, data]
) { (arguments, invocation) throws(CommandFailure) in
  let name = try arguments[name]
  guard schemas.contains(name) else {
    throw .usage("unknown schema '\(shortened(name))'" + hint(for: name, in: schemas))
  }
  let explicit = try arguments[data]
  let directory: DataDirectory
  do throws(BoardError) { directory = try DataDirectory(explicit: explicit) } catch {
    throw CommandFailure(error)
  }
  let path = "\(directory.path)/Boards/Schemas/\(name).schema.json"
  do throws(FileError) { invocation.terminal.write(try Files.read(path, limit: 1 << 20)) } catch {
    throw CommandFailure(.cannotOpen, "\(path): error: cannot read: \(error.reason)")
  }
  return .success
}
