import Documents

/// Where a firmware's decisions are seen.
public struct Inference: Hashable, Sendable {
  /// Where the decided class is found.
  public enum ClassSource: Hashable, Sendable {
    /// The n-th argument of a call of the function, from 0, in r0 to r3.
    case argument(Int, of: String)
    /// What the function returns in r0.
    case result(of: String)
  }

  /// An array of the firmware that holds the scores after an inference.
  public struct Scores: Hashable, Sendable {
    public enum Element: String, CaseIterable, Hashable, Sendable {
      case int8
      case uint8
      case int16
      case uint16
      case int32
      case uint32
      case float32

      /// Bytes of one.
      public var size: Int {
        switch self {
        case .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        }
      }
    }

    public var symbol: String
    public var count: Int
    public var element: Element
  }

  /// The function whose call is one inference.
  public var entry: String
  public var classSource: ClassSource?
  public var scores: Scores?
  /// What labels call the classes, by class index; empty: labels are indices.
  public var classes: [String]
}

extension Inference {
  init(_ node: Node) throws(DocumentError) {
    let fields = try Fields(node, "an inference", keys: ["entry", "class", "scores", "classes"])
    entry = try fields.required("entry").string()
    classSource = try fields.optional("class").map { node throws(DocumentError) in
      try ClassSource(node)
    }
    scores = try fields.optional("scores").map { node throws(DocumentError) in try Scores(node) }
    classes = []
    for name in try fields.optional("classes")?.oneOrMore() ?? [] {
      let text = try name.string()
      guard !classes.contains(text) else {
        throw name.error("class '\(shortened(text))' is listed twice")
      }
      classes.append(text)
    }
  }
}

extension Inference.ClassSource {
  fileprivate init(_ node: Node) throws(DocumentError) {
    let words = try node.string().split(separator: " ").map(String.init)
    if words.count == 4, words[0] == "argument", words[2] == "of", let index = Int(words[1]),
      (0...3).contains(index)
    {
      self = .argument(index, of: words[3])
    } else if words.count == 2, words[0] == "return" {
      self = .result(of: words[1])
    } else {
      throw node.error(
        "expected 'argument N of SYMBOL' with N from 0 to 3, or 'return SYMBOL', "
          + "found \(node.summary)")
    }
  }
}

extension Inference.Scores {
  /// `deepcraft_scores[5] int8`.
  fileprivate init(_ node: Node) throws(DocumentError) {
    let words = try node.string().split(separator: " ").map(String.init)
    let parts = words.first?.split(separator: "[", omittingEmptySubsequences: false) ?? []
    guard words.count == 2, parts.count == 2, !parts[0].isEmpty, parts[1].last == "]",
      let count = Int(parts[1].dropLast()), (1...65_536).contains(count)
    else {
      throw node.error(
        "expected 'SYMBOL[COUNT] TYPE' such as 'scores[5] int8', found \(node.summary)")
    }
    let names = Element.allCases.map(\.rawValue)
    guard let element = Element(rawValue: words[1]) else {
      throw node.error("unknown type '\(shortened(words[1]))'" + hint(for: words[1], in: names))
    }
    symbol = String(parts[0])
    self.count = count
    self.element = element
  }
}
