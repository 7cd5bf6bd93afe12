/// Why a firmware cannot be generated or built.
public struct FirmwareError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Sendable {
    /// What was asked for does not fit together: bad input.
    case invalid
    /// A file cannot be opened or written.
    case cannotOpen
    /// A program that the build needs is not installed.
    case missingProgram
    /// The compiler refuses what was generated: a fault of ours.
    case refused
  }

  public let kind: Kind
  /// What was expected and what was found: lower case, no full stop.
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { "error: \(message)" }
}
