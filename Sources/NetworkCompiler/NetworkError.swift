/// Why a network cannot be read, run or turned into C.
public struct NetworkError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file as the user named it.
  public let file: String
  /// Where in the file, counted in bytes from its start, when a place is to blame.
  public let byte: Int?
  /// What was expected and what was found: lower case, no full stop.
  public let message: String
  /// Whether the file could not be opened at all, as opposed to being wrong.
  public let isMissingFile: Bool

  /// An error at a place of a file.
  public init(file: String, byte: Int? = nil, message: String, isMissingFile: Bool = false) {
    self.file = file
    self.byte = byte
    self.message = message
    self.isMissingFile = isMissingFile
  }

  public var description: String {
    guard let byte else { return "\(file): error: \(message)" }
    return "\(file): byte \(byte): error: \(message)"
  }
}
