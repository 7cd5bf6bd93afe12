internal import CYAML

/// What a document may be at most, whatever its content.
public enum DocumentLimits {
  public static let bytes = 16 << 20
  public static let depth = 64
  /// Values after aliases are expanded.
  public static let nodes = 1 << 20
}

extension Node {
  /// Reads one YAML 1.1 document.
  ///
  /// Reference: libyaml 0.2 events.
  /// Not modelled: tags and merge keys are refused, several documents in one file too.
  public static func parse(_ text: [UInt8], file: String) throws(DocumentError) -> Node {
    if text.count > DocumentLimits.bytes {
      throw DocumentError("the document is larger than 16 MiB", at: Position(file: file))
    }
    let result = text.withUnsafeBufferPointer { buffer -> Result<Node, DocumentError> in
      var reader = YAMLReader(buffer, file: file)
      defer { reader.close() }
      do throws(DocumentError) { return .success(try reader.document()) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  public static func parse(_ text: String, file: String) throws(DocumentError) -> Node {
    try parse(Array(text.utf8), file: file)
  }

  /// Reads the file at `path`; messages name it `path`.
  public static func load(path: String) throws(DocumentError) -> Node {
    try parse(try documentBytes(path), file: path)
  }
}

/// Turns libyaml's events into nodes.
private struct YAMLReader {
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  private let file: String
  private var anchors: [String: (node: Node, count: Int)] = [:]
  private var count = 0

  init(_ text: UnsafeBufferPointer<UInt8>, file: String) {
    self.file = file
    parser.initialize(to: yaml_parser_t())
    guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
    let empty: StaticString = ""
    yaml_parser_set_input_string(parser, text.baseAddress ?? empty.utf8Start, text.count)
  }

  func close() {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  private enum Event {
    case begin
    case end
    case alias(String)
    case scalar(String, quoted: Bool, anchor: String?)
    case sequence(anchor: String?)
    case mapping(anchor: String?)
    case close
  }

  mutating func document() throws(DocumentError) -> Node {
    let nothing = Node(.scalar("", quoted: false), at: Position(file: file, line: 1, column: 1))
    guard case (.begin, _) = try next() else { return nothing }
    let (event, position) = try next()
    let root = try node(event, at: position, depth: 0)
    let (after, place) = try next()
    if case .begin = after { throw DocumentError("expected one document only", at: place) }
    return root
  }

  private mutating func node(
    _ event: Event, at position: Position, depth: Int
  ) throws(DocumentError) -> Node {
    if depth >= DocumentLimits.depth {
      throw DocumentError("nested more than \(DocumentLimits.depth) deep", at: position)
    }
    try admit(1, at: position)
    let before = count
    let (result, anchor): (Node, String?)
    switch event {
    case .scalar(let text, let quoted, let name):
      (result, anchor) = (Node(.scalar(text, quoted: quoted), at: position), name)
    case .sequence(let name):
      (result, anchor) = (Node(try elements(depth: depth + 1), at: position), name)
    case .mapping(let name):
      (result, anchor) = (Node(try entries(depth: depth + 1), at: position), name)
    case .alias(let name):
      guard let target = anchors[name] else {
        throw DocumentError("no anchor '\(shortened(name))' before this alias", at: position)
      }
      try admit(target.count - 1, at: position)
      return Node(target.node.content, at: position)
    case .begin, .end, .close:
      throw DocumentError("expected a value", at: position)
    }
    if let anchor { anchors[anchor] = (result, count - before + 1) }
    return result
  }

  private mutating func admit(_ more: Int, at position: Position) throws(DocumentError) {
    count += more
    if count > DocumentLimits.nodes {
      throw DocumentError("more than \(DocumentLimits.nodes) values", at: position)
    }
  }

  private mutating func elements(depth: Int) throws(DocumentError) -> Node.Content {
    var list: [Node] = []
    while true {
      let (event, position) = try next()
      if case .close = event { return .sequence(list) }
      list.append(try node(event, at: position, depth: depth))
    }
  }

  private mutating func entries(depth: Int) throws(DocumentError) -> Node.Content {
    var list: [Node.Entry] = []
    var seen: [String: Position] = [:]
    while true {
      let (event, position) = try next()
      if case .close = event { return .mapping(list) }
      guard case .scalar(let key, _, _) = event else {
        throw DocumentError("expected a key", at: position)
      }
      if let first = seen[key] {
        throw DocumentError(
          "duplicate key '\(shortened(key))', first on line \(first.line)", at: position)
      }
      seen[key] = position
      let (value, place) = try next()
      list.append(
        Node.Entry(
          key: key, position: position, value: try node(value, at: place, depth: depth)))
    }
  }

  private mutating func next() throws(DocumentError) -> (Event, Position) {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
      defer { yaml_event_delete(&event) }
      let mark = event.start_mark
      let position = Position(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
      if let read = try read(event, at: position) { return (read, position) }
    }
  }

  private func read(_ event: yaml_event_t, at position: Position) throws(DocumentError) -> Event? {
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: return .begin
    case YAML_DOCUMENT_END_EVENT: return nil
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .end
    case YAML_ALIAS_EVENT: return .alias(string(event.data.alias.anchor))
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      try refuse(tag: scalar.tag, at: position)
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(
        String(decoding: bytes, as: UTF8.self),
        quoted: scalar.style != YAML_PLAIN_SCALAR_STYLE, anchor: scalar.anchor.map(string))
    case YAML_SEQUENCE_START_EVENT:
      try refuse(tag: event.data.sequence_start.tag, at: position)
      return .sequence(anchor: event.data.sequence_start.anchor.map(string))
    case YAML_MAPPING_START_EVENT:
      try refuse(tag: event.data.mapping_start.tag, at: position)
      return .mapping(anchor: event.data.mapping_start.anchor.map(string))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .close
    default: return nil
    }
  }

  private func refuse(
    tag: UnsafeMutablePointer<yaml_char_t>?, at position: Position
  ) throws(DocumentError) {
    guard let tag else { return }
    throw DocumentError(
      "the tag '\(shortened(string(tag)))' is not supported; write the value alone", at: position)
  }

  private func failure() -> DocumentError {
    let state = parser.pointee
    let mark = state.problem_mark
    let problem = state.problem.map { String(cString: $0) } ?? "unreadable"
    let context = state.context.map { " " + String(cString: $0) } ?? ""
    // A reader error (bad UTF-8) has no mark, only an offset in bytes.
    let placed = state.error != YAML_READER_ERROR
    return DocumentError(
      problem + context,
      at: Position(
        file: file, line: placed ? Int(mark.line) + 1 : 1,
        column: placed ? Int(mark.column) + 1 : 1))
  }

  private func string(_ text: UnsafeMutablePointer<yaml_char_t>) -> String {
    String(decodingCString: text, as: UTF8.self)
  }
}
