/// A place in a document; line and column count from 1, and 0 means the document as a whole.
public struct Position: Hashable, Sendable {
  public var file: String
  public var line: Int
  public var column: Int

  public init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }
}

extension Position: CustomStringConvertible {
  public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}

/// Why a document cannot be used; printed as `file:line:column: error: message`.
public struct DocumentError: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// The file is missing, unreadable or a directory.
    case cannotOpen
    /// The file was read and is wrong.
    case badInput
  }

  public var kind: Kind
  public var position: Position
  public var message: String

  public init(_ message: String, at position: Position, kind: Kind = .badInput) {
    self.kind = kind
    self.position = position
    self.message = message
  }
}

extension DocumentError: CustomStringConvertible {
  public var description: String { "\(position): error: \(message)" }
}
