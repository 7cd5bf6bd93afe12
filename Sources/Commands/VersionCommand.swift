import Engine
import Verdicts

/// What this tool is.
enum Version {
  static let number = "0.1.0"

  static var text: String {
    let engine = EngineVersion.current
    return """
      thumbprint   \(number)
      engine       \(engine)
      exact faults \(engine.isModern ? "yes" : "no: addresses are known to a basic block")

      """
  }
}

let versionCommand = Command(
  name: "version", summary: "this version, the engine in use and its features",
  details: """
    Prints the version of the tool, the engine that runs the firmware, and what that engine can do.

    LD_LIBRARY_PATH with another libunicorn.so.2 chooses that engine.
    """,
  keys: []
) { (_, invocation) throws(CommandFailure) in
  invocation.terminal.write(Version.text)
  return .success
}
