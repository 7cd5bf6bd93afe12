/// Why a file is not a firmware that can be loaded.
public struct FirmwareError: Error, Hashable, Sendable {
  /// What is wrong with the file.
  public enum Kind: Hashable, Sendable {
    /// The file cannot be opened or read; every other kind is bad input.
    case unreadable
    case notELF
    case truncated
    case wrongClass
    case wrongByteOrder
    case wrongMachine
    case notExecutable
    case noLoadableSegments
    case overlappingSegments
    case malformed
  }

  public let path: String
  public let kind: Kind
  /// What was found, in lower case, without the path.
  public let message: String
  /// What to do about it.
  public let hint: String
  /// Where in a file of text, from 1; 0: the file as a whole.
  public let line: Int
  public let column: Int

  init(
    _ kind: Kind, _ path: String, _ message: String, hint: String = Self.expectation,
    line: Int = 0, column: Int = 0
  ) {
    (self.kind, self.path, self.message, self.hint) = (kind, path, message, hint)
    (self.line, self.column) = (line, column)
  }

  static let expectation =
    "expected a 32-bit little-endian Arm executable (ELF) as the linker wrote it"
  static let copyHint = "the file was cut off: build or copy it again"
}

extension FirmwareError: CustomStringConvertible {
  /// `path:line:column: error: message; hint`.
  public var description: String {
    let place = line == 0 ? path : "\(path):\(line):\(column)"
    return "\(place): error: \(message); \(hint)"
  }
}
