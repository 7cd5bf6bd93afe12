/// Every command, in the order of the overview.
enum Catalog {
  static var commands: [Command] {
    [
      runCommand,
      gateCommand,
      compareCommand,
      historyCommand,
      generateCommand,
      convertCommand,
      inspectCommand,
      boardsCommand,
      sensorsCommand,
      coresCommand,
      accuracyCommand,
      newCommand,
      schemaCommand,
      versionCommand,
    ]
  }

  static func command(_ name: String) -> Command? { commands.first { $0.name == name } }
}
