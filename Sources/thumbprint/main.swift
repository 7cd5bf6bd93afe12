import Commands
scratch(CommandLine.arguments)
