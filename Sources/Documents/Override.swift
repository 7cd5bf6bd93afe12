/// One `--set KEY=VALUE`: a dotted key into a document's tree and the value to put there.
public struct Override: Hashable, Sendable {
  public var path: [String]
  /// Any YAML value: `1us`, `[a, b]`.
  public var value: String

  public init(path: [String], value: String) {
    self.path = path
    self.value = value
  }

  /// Reads `budgets.latency.max=1us`.
  public init(_ text: String) throws(DocumentError) {
    let position = Position(file: "--set \(shortened(text))")
    guard let equals = text.firstIndex(of: "=") else {
      throw DocumentError("expected KEY=VALUE", at: position)
    }
    path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    value = String(text[text.index(after: equals)...])
    if path.contains("") { throw DocumentError("expected a dotted key before '='", at: position) }
    if path.count > DocumentLimits.depth { throw DocumentError("key is too long", at: position) }
  }

  /// What messages name as the place: `--set board.flash.wait-states=2`.
  public var position: Position {
    Position(file: "--set \(shortened(path.joined(separator: ".") + "=" + value))")
  }

  /// The same with the first component of the key taken off.
  public func droppingFirst() -> Override {
    Override(path: Array(path.dropFirst()), value: value)
  }
}

extension Node {
  /// Puts an override's value in place; a key that is not there is added and left to the checks
  /// that follow, which know the valid ones. Messages name `place`, by default the option.
  public mutating func apply(
    _ override: Override, at place: Position? = nil
  ) throws(DocumentError) {
    let place = place ?? override.position
    var value = try Node.parse(override.value, file: place.file)
    value.markOverride(at: place)
    try set(override.path[...], to: value, at: place)
  }

  /// Puts a value at a path as an option of the command line would; messages name the value's place.
  public mutating func set(_ path: [String], to value: Node) throws(DocumentError) {
    var value = value
    value.markOverride(at: value.position)
    try set(path[...], to: value, at: value.position)
  }

  /// Gives a key of this mapping a value as it is.
  public mutating func put(_ value: Node, for key: String) throws(DocumentError) {
    try set([key][...], to: value, at: value.position)
  }

  private mutating func set(
    _ path: ArraySlice<String>, to value: Node, at place: Position
  ) throws(DocumentError) {
    guard let key = path.first else {
      self = value
      return
    }
    switch content {
    case .mapping(var entries):
      let index = entries.firstIndex { $0.key == key } ?? entries.count
      if index == entries.count {
        let empty = Node(.mapping([]), at: place)
        entries.append(Entry(key: key, position: place, value: empty))
      }
      try entries[index].value.set(path.dropFirst(), to: value, at: place)
      content = .mapping(entries)
    case .sequence(var list):
      guard let index = Int(key), list.indices.contains(index) else {
        throw DocumentError(
          "no element '\(shortened(key))' in a list of \(list.count)", at: place)
      }
      try list[index].set(path.dropFirst(), to: value, at: place)
      content = .sequence(list)
    case .scalar:
      guard isNull else {
        throw DocumentError("\(summary) has no key '\(shortened(key))'", at: place)
      }
      content = .mapping([])
      position = place
      try set(path, to: value, at: place)
    }
  }

  fileprivate mutating func markOverride(at place: Position) {
    isOverride = true
    position = place
    switch content {
    case .scalar: break
    case .sequence(var list):
      for index in list.indices { list[index].markOverride(at: place) }
      content = .sequence(list)
    case .mapping(var entries):
      for index in entries.indices {
        entries[index].position = place
        entries[index].value.markOverride(at: place)
      }
      content = .mapping(entries)
    }
  }
}
