/// One value of a document with its place: a scalar, a sequence or a mapping in the file's order.
public struct Node: Sendable {
  public struct Entry: Sendable {
    public var key: String
    public var position: Position
    public var value: Node

    public init(key: String, position: Position, value: Node) {
      (self.key, self.position, self.value) = (key, position, value)
    }
  }

  public enum Content: Sendable {
    /// `quoted`: written in quotes or as a block, so never a number or a null.
    case scalar(String, quoted: Bool)
    case sequence([Node])
    case mapping([Entry])
  }

  public var content: Content
  public var position: Position
  /// Whether the value was given by `--set` and not by the file.
  public var isOverride = false

  public init(_ content: Content, at position: Position) {
    self.content = content
    self.position = position
  }
}

extension Node {
  /// The value of a key of this mapping, unchecked.
  public subscript(key: String) -> Node? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// Whether nothing was written: empty, `~` or `null`.
  public var isNull: Bool {
    guard case .scalar(let text, quoted: false) = content else { return false }
    return text.isEmpty || text == "~" || text == "null"
  }

  /// What is there, for messages: `a mapping`, `'12 ms'`.
  public var summary: String {
    switch content {
    case .scalar(let text, _): isNull ? "nothing" : "'\(shortened(text))'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  public func error(_ message: String) -> DocumentError { DocumentError(message, at: position) }
}

/// At most 40 characters of a text for a message, control characters made visible.
public func shortened(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(40) {
    result += scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : String(scalar)
  }
  return text.unicodeScalars.count > 40 ? result + "..." : result
}
