/// The checked keys of one mapping: an unknown key is an error before any value is looked at.
public struct Fields: Sendable {
  public let node: Node
  /// What the mapping describes, for messages: `a stream`.
  public let subject: String

  /// Fails unless `node` is a mapping whose keys are all in `keys`.
  public init(_ node: Node, _ subject: String, keys: [String]) throws(DocumentError) {
    self.node = node
    self.subject = subject
    for entry in try node.entries(subject) where !keys.contains(entry.key) {
      throw DocumentError(
        "unknown key '\(shortened(entry.key))'" + hint(for: entry.key, in: keys),
        at: entry.position)
    }
  }

  /// The value of a key that may be left out or left empty.
  public func optional(_ key: String) -> Node? {
    guard let value = node[key], !value.isNull else { return nil }
    return value
  }

  public func required(_ key: String) throws(DocumentError) -> Node {
    guard let value = optional(key) else {
      throw node.error("missing key '\(key)' in \(subject)")
    }
    return value
  }

  public func has(_ key: String) -> Bool { optional(key) != nil }
}

extension Node {
  /// The keys and values of a mapping, in the file's order.
  public func entries(_ subject: String = "a mapping") throws(DocumentError) -> [Entry] {
    if case .mapping(let entries) = content { return entries }
    let what = subject == "a mapping" ? subject : "the keys of \(subject)"
    throw error("expected \(what), found \(summary)")
  }

  public func elements() throws(DocumentError) -> [Node] {
    guard case .sequence(let list) = content else {
      throw error("expected a list, found \(summary)")
    }
    return list
  }

  /// A list, or a single value that stands for a list of one.
  public func oneOrMore() throws(DocumentError) -> [Node] {
    if case .sequence(let list) = content { return list }
    return [self]
  }

  /// The text of a scalar, quoted or not; empty only when quoted.
  public func string() throws(DocumentError) -> String {
    guard case .scalar(let text, _) = content, !isNull else {
      throw error("expected a text, found \(summary)")
    }
    return text
  }

  public func boolean() throws(DocumentError) -> Bool {
    switch try string() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw error("expected true or false, found \(summary)")
    }
  }

  public func integer(in range: ClosedRange<Int64> = .min ... .max) throws(DocumentError) -> Int64 {
    let value = try quantity(Quantity.integer)
    guard range.contains(value) else {
      throw error(
        "expected a number from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
    return value
  }

  /// One of a few words.
  public func choice<Value>(
    _ subject: String, of choices: [(String, Value)]
  ) throws(DocumentError) -> Value {
    let word = try string()
    if let found = choices.first(where: { $0.0 == word }) { return found.1 }
    throw error("unknown \(subject) '\(shortened(word))'" + hint(for: word, in: choices.map(\.0)))
  }

  /// One of an enumeration's raw values.
  public func choice<Value: CaseIterable & RawRepresentable>(
    _ subject: String, as type: Value.Type
  ) throws(DocumentError) -> Value where Value.RawValue == String {
    try choice(subject, of: Value.allCases.map { ($0.rawValue, $0) })
  }
}
