/// A value of a JSON or CBOR file.
enum DataTree: Sendable {
  case null
  case boolean(Bool)
  case number(Double)
  case text(String)
  case list([DataTree])
  case map([Entry])

  struct Entry: Sendable {
    let key: String
    let value: DataTree
  }

  subscript(key: String) -> DataTree? {
    guard case .map(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var number: Double? { if case .number(let number) = self { number } else { nil } }
  var list: [DataTree]? { if case .list(let list) = self { list } else { nil } }
  /// A whole number that is not negative.
  var count: Int? { number.flatMap { $0 >= 0 ? Int(exactly: $0) : nil } }

  /// What is there, for messages.
  var summary: String {
    switch self {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .number(let value): DecimalText.plain(value)
    case .text(let text): "'\(text.prefix(40))'"
    case .list(let list): "a list of \(list.count)"
    case .map: "an object"
    }
  }

  /// Deeper nesting than any recording has; a reader's stack is bounded by it.
  static let deepest = 64
}

/// A parsed file, and where in it the signature stands that covers the rest.
struct DataDocument: Sendable {
  var root: DataTree
  /// The bytes of the text under the top's key `signature`.
  var signature: Range<Int>?
}
