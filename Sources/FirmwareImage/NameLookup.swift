public import Units

extension FirmwareImage {
  /// Functions that a source calls `name`: itself, its compiler-made variants, same-named statics.
  ///
  /// `foo` finds `foo`, `foo.constprop.0`, `foo.isra.0`, `foo.part.0`, `foo.cold`, `foo.lto_priv.0`;
  /// `a::b` finds `a::b(int)`; an alias finds its function. Sorted by address. A name with its suffix
  /// finds that symbol alone.
  public func functions(named name: String) -> [Function] {
    functions.filter { function in
      linkName(function.name, matches: name)
        || function.aliases.contains { linkName($0, matches: name) }
    }
  }

  /// The functions of that name whose first instruction is an entry of it: no `.cold` halves, and
  /// `.part` remainders only when nothing else is left.
  public func entries(named name: String) -> [Function] {
    let found = functions(named: name)
    if found.contains(where: { $0.name == name && $0.variant == .cold }) { return found }
    let whole = found.filter { $0.variant == .whole || $0.variant == .clone }
    return whole.isEmpty ? found.filter { $0.variant == .part } : whole
  }

  /// Variables that a source calls `name`, function-local statics (`name.3`) too, by address.
  public func objects(named name: String) -> [Symbol] {
    symbols.filter { $0.kind == .object && linkName($0.name, matches: name) }
  }

  /// Any symbol of exactly that name, linker-script labels (`__StackTop`) too; global before local.
  public func symbol(named name: String) -> Symbol? {
    symbols.filter { $0.name == name }.min { $0.binding.rawValue < $1.binding.rawValue }
  }

  /// The variable that holds `address`.
  public func object(at address: Address) -> Symbol? {
    let after = partitionIndex(symbols.count) { symbols[$0].address <= address }
    // Labels and empty symbols may lie between; a variable that contains others does not occur.
    for symbol in symbols[..<after].reversed().prefix(16) where symbol.kind == .object {
      return address - symbol.address < symbol.size ? symbol : nil
    }
    return nil
  }

  /// The known function or variable that `name` was most likely meant to be; nil when none is near.
  public func nearestName(to name: String) -> String? {
    var names: Set<String> = []
    for symbol in symbols where symbol.kind != .label {
      let source = SymbolName(symbol.name).source
      names.insert(demangle(source).map(withoutParameters) ?? source)
    }
    return Spelling.nearest(to: name, among: names.sorted())
  }
}

/// A C++ declaration up to its parameters: its last parentheses that no others hold, so that those of
/// `(anonymous namespace)` and `operator()` stay.
func withoutParameters(_ declaration: String) -> String {
  var depth = 0
  var opening: String.Index?
  var end = declaration.endIndex
  for index in declaration.utf8.indices {
    switch declaration.utf8[index] {
    case UInt8(ascii: "("), UInt8(ascii: "{"):
      if depth == 0 && declaration.utf8[index] == UInt8(ascii: "(") { opening = index }
      depth += 1
    case UInt8(ascii: ")"), UInt8(ascii: "}"):
      depth -= 1
      if depth == 0 { end = declaration.utf8.index(after: index) }
    default: break
    }
  }
  // Behind them come qualifiers only; else they belong to a scope or to template arguments.
  guard depth == 0, let opening,
    !declaration[end...].utf8.contains(where: { ":>".utf8.contains($0) })
  else { return declaration }
  return String(declaration[..<opening])
}
