import Verdicts

/// A subcommand: its arguments, its help and its work.
struct Command: Sendable {
  let name: String
  /// One line for the overview.
  let summary: String
  /// Paragraphs for its own help.
  let details: String
  /// What follows `thumbprint`.
  var examples: [String] = []
  let keys: [any ArgumentKey]
  /// Does the work and returns the exit status.
  let run: @Sendable (Arguments, Invocation) throws(CommandFailure) -> ExitStatus

  /// The names of its positional arguments, in brackets when they may be left out.
  var positionals: [String] {
    keys.compactMap { key in
      switch key.shape {
      case .positional(isRequired: true): key.name
      case .positional(isRequired: false): "[\(key.name)]"
      case .remaining: key.name + "..."
      case .flag, .option, .list: nil
      }
    }
  }
}

/// One call of the tool: where it writes, and what was typed.
struct Invocation {
  let terminal: Terminal
  /// The words after the command's name.
  let words: [String]
}
