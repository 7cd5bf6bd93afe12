import Verdicts

/// Carries the firmware's own output to where the user wants it, raw.
final class ConsoleSink {
  /// Where it goes.
  enum Target: Hashable {
    case output
    case error
    case file(String)
    case nowhere
  }

  private let target: Target
  private let terminal: Terminal
  private let file: SystemFile?
  private let isInteractive: Bool
  /// Called before something appears on a terminal.
  private let clear: () -> Void
  private var bytes: [UInt8] = []
  /// The last byte that went out.
  private var last: UInt8?

  private static let chunk = 1 << 16

  init(
    _ target: Target, _ terminal: Terminal, clear: @escaping () -> Void
  ) throws(CommandFailure) {
    (self.target, self.terminal, self.clear) = (target, terminal, clear)
    if case .file(let path) = target { file = try SystemFile(creating: path) } else { file = nil }
    isInteractive =
      switch target {
      case .output: terminal.isOutputTerminal
      case .error: terminal.isErrorTerminal
      case .file, .nowhere: false
      }
  }

  func take(_ byte: UInt8) {
    if target == .nowhere { return }
    bytes.append(byte)
    if bytes.count >= Self.chunk || isInteractive && byte == UInt8(ascii: "\n") { flush() }
  }

  /// Ends the output; a report on the same stream starts on a line of its own.
  func finish(reportFollows: Bool) {
    if reportFollows, target == .output, let end = bytes.last ?? last,
      end != UInt8(ascii: "\n")
    {
      bytes.append(UInt8(ascii: "\n"))
    }
    flush()
    file?.close()
  }

  private func flush() {
    guard let end = bytes.last else { return }
    last = end
    switch target {
    case .output:
      clear()
      terminal.write(bytes)
    case .error:
      clear()
      terminal.writeError(bytes)
    case .file: _ = file?.write(bytes)
    case .nowhere: break
    }
    bytes.removeAll(keepingCapacity: true)
  }
}
