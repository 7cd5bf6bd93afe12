import Documents

/// The trees that a board is made of, before they are checked.
struct BoardTrees {
  var board: Node
  var chip: Node?

  func chipName() throws(DocumentError) -> Node {
    try Fields(board, "a board", keys: BoardReader.keys).required("chip")
  }

  /// Puts an override where its key exists: in the board, in its chip, or below a memory, a clock,
  /// a peripheral or a consumer that it names first.
  mutating func apply(_ override: Override) throws(DocumentError) {
    let prefixes: [[String]] = [
      [], ["memories"], ["power", "consumers"], ["clocks"], ["peripherals"], ["sensors"],
    ]
    for prefix in prefixes {
      let path = prefix + override.path
      let moved = Override(path: path, value: override.value)
      // All but the last component must exist, and at least the first.
      let parent = prefix + override.path.prefix(max(1, override.path.count - 1))
      if board.has(parent[...]) { return try board.apply(moved, named: override) }
      if chip?.has(parent[...]) == true { return try chip!.apply(moved, named: override) }
    }
    let first = override.path.first ?? ""
    var known = BoardReader.keys + ChipReader.keys
    for prefix in prefixes.dropFirst() { known += keys(below: prefix) }
    let unknown = known.contains(first) ? override.path.joined(separator: ".") : first
    let near = nearest(to: unknown, in: known).map { "; did you mean '\($0)'?" } ?? ""
    throw DocumentError("unknown key '\(shortened(unknown))' of a board\(near)", at: override.place)
  }

  private func keys(below path: [String]) -> [String] {
    [board, chip].flatMap { tree -> [String] in
      guard let node = tree?.descendant(path[...]) else { return [] }
      return (try? node.entries())?.map(\.key) ?? []
    }
  }
}

extension Override {
  /// Names the key as the command line does.
  fileprivate var place: Position {
    Override(path: ["board"] + path, value: value).position
  }
}

extension Node {
  fileprivate func descendant(_ path: ArraySlice<String>) -> Node? {
    guard let key = path.first else { return self }
    return self[key]?.descendant(path.dropFirst())
  }

  fileprivate func has(_ path: ArraySlice<String>) -> Bool { descendant(path) != nil }

  fileprivate mutating func apply(
    _ moved: Override, named original: Override
  ) throws(DocumentError) {
    try apply(moved, at: original.place)
  }
}

extension Node {
  /// Puts an entry of another document below a key, in place of one of the same name.
  mutating func lay(_ entry: Entry, below key: String) throws(DocumentError) {
    var entries = try self.entries("a board")
    let index = entries.firstIndex { $0.key == key } ?? entries.count
    if index == entries.count {
      let empty = Node(.mapping([]), at: entry.position)
      entries.append(Entry(key: key, position: entry.position, value: empty))
    }
    var below = entries[index].value.isNull ? [] : try entries[index].value.entries(key)
    below.removeAll { $0.key == entry.key }
    entries[index].value.content = .mapping(below + [entry])
    content = .mapping(entries)
  }
}
