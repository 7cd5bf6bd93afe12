import Verdicts

/// Why a command ends without having done its work: what is printed, and the exit status.
struct CommandFailure: Error, Hashable {
  let status: ExitStatus
  /// One line in the printed form, ending with the command or key that helps.
  let message: String

  /// `message` is complete: `file:line:column: error: …`.
  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  /// A wrong command line; the message is without `error:`.
  static func usage(_ message: String) -> CommandFailure {
    CommandFailure(.usage, "error: \(message)")
  }

  /// The same with a way out at its end, unless it names one already.
  func helped(by command: String) -> CommandFailure {
    let helps = ["; ", "did you mean", "thumbprint "]
    if helps.contains(where: { message.holds($0) }) { return self }
    return CommandFailure(status, "\(message); see '\(command)'")
  }
}

extension String {
  /// Whether `part` occurs in it; Foundation's `contains` would cost its start-up time.
  func holds(_ part: String) -> Bool {
    let (text, part) = (Array(utf8), Array(part.utf8))
    guard part.count <= text.count else { return false }
    return (0...text.count - part.count).contains { start in
      text[start..<start + part.count].elementsEqual(part)
    }
  }
}
