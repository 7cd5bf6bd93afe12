#if canImport(Glibc)
  import Glibc
#endif

/// Where a command writes: standard output and standard error, or what a test puts in their place.
public final class Terminal {
  /// Writes all bytes, or says that it cannot.
  public typealias Sink = ([UInt8]) -> Bool

  private let output: Sink
  private let error: Sink
  /// Whether a person reads standard output.
  let isOutputTerminal: Bool
  /// Whether a person reads standard error.
  let isErrorTerminal: Bool
  /// Whether standard output refused something.
  private(set) var hasFailed = false

  public init(
    output: @escaping Sink, error: @escaping Sink, isOutputTerminal: Bool = false,
    isErrorTerminal: Bool = false
  ) {
    (self.output, self.error) = (output, error)
    (self.isOutputTerminal, self.isErrorTerminal) = (isOutputTerminal, isErrorTerminal)
  }

  /// Those of the process.
  public static var process: Terminal {
    Terminal(
      output: { SystemFile(descriptor: 1).write($0) },
      error: { SystemFile(descriptor: 2).write($0) }, isOutputTerminal: isatty(1) == 1,
      isErrorTerminal: isatty(2) == 1)
  }

  func write(_ text: String) { write(Array(text.utf8)) }
  func write(_ bytes: [UInt8]) { if !output(bytes) { hasFailed = true } }
  func writeError(_ text: String) { writeError(Array(text.utf8)) }
  func writeError(_ bytes: [UInt8]) { _ = error(bytes) }
}
