/// Why the file of a history cannot be used.
public struct HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    case cannotOpen
    /// Its bytes are no database, or no longer one.
    case damaged
    /// A later version of the tool wrote it.
    case newer
    /// Nothing in it is what was asked for.
    case absent
  }

  public let kind: Kind
  /// In the printed form: `FILE: error: …`.
  public let description: String

  init(_ kind: Kind, _ path: String, _ message: String) {
    self.kind = kind
    description = "\(path): error: \(message)"
  }
}
