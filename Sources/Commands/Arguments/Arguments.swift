import Documents

/// The arguments of one call of a command, sorted to its keys.
struct Arguments: Sendable {
  private var texts: [String: [String]] = [:]

  /// Sorts `words` to `keys`; a word that fits no key, or a value that its key refuses, is an error.
  init(_ words: [String], keys: [any ArgumentKey]) throws(CommandFailure) {
    let positionals = keys.filter { if case .positional = $0.shape { true } else { false } }
    var rest = words[...]
    var place = 0
    var isAfterDashes = false
    while let word = rest.popFirst() {
      if word == "--", !isAfterDashes {
        isAfterDashes = true
      } else if !isAfterDashes, word.hasPrefix("-"), word != "-" {
        try takeOption(word, &rest, keys)
      } else {
        if place == positionals.count, let rest = keys.first(where: { $0.shape == .remaining }) {
          texts[rest.name, default: []].append(word)
          continue
        }
        guard place < positionals.count else {
          throw .usage("unexpected argument '\(shortened(word))'")
        }
        texts[positionals[place].name] = [word]
        place += 1
      }
    }
    for key in keys { try key.check(texts[key.name] ?? []) }
  }

  /// The value of a key.
  subscript<Value>(key: Key<Value>) -> Value {
    get throws(CommandFailure) { try key.read(texts[key.name] ?? []) }
  }

  private mutating func takeOption(
    _ word: String, _ rest: inout ArraySlice<String>, _ keys: [any ArgumentKey]
  ) throws(CommandFailure) {
    let equals = word.firstIndex(of: "=")
    let name = String(word[..<(equals ?? word.endIndex)])
    let attached = equals.map { String(word[word.index(after: $0)...]) }
    guard let key = keys.first(where: { $0.name == name }) else {
      let known = keys.filter { !$0.isHidden && $0.name.hasPrefix("-") }.map(\.name) + ["--help"]
      let near = nearest(to: name, in: known).map { "; did you mean '\($0)'?" } ?? ""
      throw .usage("unknown option '\(shortened(name))'\(near)")
    }
    if case .list = key.shape {
    } else if texts[name] != nil {
      throw .usage("'\(name)' is given twice")
    }
    guard let placeholder = key.shape.placeholder else {
      if attached != nil { throw .usage("'\(name)' takes no value") }
      texts[name] = [""]
      return
    }
    // "-" alone is standard input or output; another option is no value.
    let next = rest.first.flatMap { $0.hasPrefix("--") ? nil : $0 }
    if attached == nil, next != nil { rest.removeFirst() }
    guard let value = attached ?? next, !value.isEmpty else {
      throw .usage("'\(name)' needs a value: \(name) \(placeholder)")
    }
    texts[name, default: []].append(value)
  }
}
