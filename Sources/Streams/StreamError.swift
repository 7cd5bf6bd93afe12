/// Why a recording cannot be read or played.
public struct StreamError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Kind: Hashable, Sendable {
    /// The file cannot be opened or read; every other kind is bad input.
    case unreadable
    case unknownFormat
    case malformed
    case empty
    case tooShort
    case truncated
    case unknownColumn
    case unknownUnit
    case unsupported
    case wrongRate
  }

  public let path: String
  /// Counted from 1, in text files.
  public let line: Int?
  /// In bytes, counted from 1, in text files.
  public let column: Int?
  public let kind: Kind
  /// What was found, in lower case, without the place.
  public let message: String
  /// What to do about it, or what was expected.
  public let hint: String

  init(
    _ kind: Kind, _ path: String, line: Int? = nil, column: Int? = nil, _ message: String,
    hint: String
  ) {
    (self.kind, self.path, self.line, self.column) = (kind, path, line, column)
    (self.message, self.hint) = (message, hint)
  }
}

extension StreamError: CustomStringConvertible {
  /// `path:line:column: error: message; hint`.
  public var description: String {
    let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
    return "\(path)\(place): error: \(message); \(hint)"
  }
}
