import Documents
import Verdicts

/// Runs the tool as it was called; `arguments` are the words after the program's name.
///
/// Returns the exit status.
public func main(arguments: [String], terminal: Terminal = .process) -> Int32 {
  var status = ExitStatus.success
  do throws(CommandFailure) {
    status = try dispatch(arguments, terminal)
  } catch {
    terminal.writeError(error.message + "\n")
    status = error.status
  }
  if terminal.hasFailed, status == .success {
    terminal.writeError("error: cannot write to standard output; is its disk full?\n")
    status = .cannotOpen
  }
  return status.rawValue
}

private func dispatch(
  _ arguments: [String], _ terminal: Terminal
) throws(CommandFailure) -> ExitStatus {
  guard let name = arguments.first else {
    terminal.writeError(Help.overview(Catalog.commands))
    return .usage
  }
  let words = Array(arguments.dropFirst())
  switch name {
  case "--help", "-h", "help":
    guard let topic = words.first else {
      terminal.write(Help.overview(Catalog.commands))
      return .success
    }
    terminal.write(Help.text(try command(topic)))
    return .success
  case "--version":
    terminal.write(Version.text)
    return .success
  default: break
  }
  let command = try command(name)
  let options = words.prefix { $0 != "--" }
  if options.contains("--help") || options.contains("-h") {
    terminal.write(Help.text(command))
    return .success
  }
  do throws(CommandFailure) {
    let parsed = try Arguments(words, keys: command.keys)
    return try command.run(parsed, Invocation(terminal: terminal, words: words))
  } catch {
    throw error.helped(by: "thumbprint \(name) --help")
  }
}

private func command(_ name: String) throws(CommandFailure) -> Command {
  if let command = Catalog.command(name) { return command }
  let known = Catalog.commands.map(\.name)
  let what = name.hasPrefix("-") ? "option" : "command"
  let near = nearest(to: name, in: known + ["--help", "--version"])
  throw .usage(
    "unknown \(what) '\(shortened(name))'"
      + (near.map { "; did you mean '\($0)'?" } ?? "; see 'thumbprint --help'"))
}
