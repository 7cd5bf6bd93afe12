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
    return nearest(to: name, among: names.sorted())
  }
}

private func withoutParameters(_ declaration: String) -> String {
  declaration.utf8.firstIndex(of: UInt8(ascii: "(")).map { String(declaration[..<$0]) }
    ?? declaration
}

/// The first of `candidates` with the fewest edits to `name`, when a third of the name or less.
func nearest(to name: String, among candidates: [String]) -> String? {
  let wanted = Array(name.lowercased().utf8.prefix(128))
  var best: (distance: Int, name: String)?
  for candidate in candidates {
    let text = Array(candidate.lowercased().utf8.prefix(128))
    let limit = min(best?.distance ?? .max, max(1, max(wanted.count, text.count) / 3) + 1)
    if abs(text.count - wanted.count) >= limit { continue }
    let distance = editDistance(wanted, text)
    if distance < limit { best = (distance, candidate) }
  }
  return best?.name
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in 0..<b.count {
      var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        cost = min(cost, beforeLast[j - 1] + 1)
      }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
