import Boards
import Verdicts

/// How the commands that list what is known print it.
enum SheetFormat: Sendable {
  case text
  case json

  static let key = Key.choice(
    "--format", [("text", SheetFormat.text), ("json", .json)], "how it is printed")

  func render(_ sheet: Sheet) -> String {
    switch self {
    case .text: sheet.text
    case .json: sheet.json
    }
  }
}

extension Invocation {
  /// Prints a sheet as the arguments ask.
  func show(_ sheet: Sheet, _ arguments: Arguments) throws(CommandFailure) -> ExitStatus {
    terminal.write(try arguments[SheetFormat.key].render(sheet))
    return .success
  }
}
