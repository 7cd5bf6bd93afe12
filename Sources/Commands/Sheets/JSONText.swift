import Units

/// Objects and arrays of texts that are JSON already.
extension JSONText {
  /// Members that are JSON already, on one line.
  static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
  }

  /// Elements that are JSON already, one a line.
  static func array(_ elements: [String], indent: String) -> String {
    if elements.isEmpty { return "[]" }
    return "[\n" + elements.map { indent + "  " + $0 }.joined(separator: ",\n") + "\n" + indent
      + "]"
  }
}
