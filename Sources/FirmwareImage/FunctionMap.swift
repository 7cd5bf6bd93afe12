import Units

/// Which function each address belongs to: disjoint ranges, found by binary search.
///
/// Where symbols overlap, the one that starts last (the innermost) has the address.
struct FunctionMap: Sendable {
  private var starts: [UInt32] = []
  private var ids: [Int32] = []

  /// `functions` are sorted by address, one for each address.
  init(_ functions: [Function]) {
    starts.reserveCapacity(functions.count * 2)
    ids.reserveCapacity(functions.count * 2)
    var open: [(end: UInt64, id: Int)] = []
    for function in functions where function.size > 0 {
      close(&open, upTo: UInt64(function.address.value))
      emit(UInt64(function.address.value), function.id)
      open.append((function.end, function.id))
    }
    close(&open, upTo: .max)
  }

  func id(at address: UInt32) -> Int? {
    let after = partitionIndex(starts.count) { starts[$0] <= address }
    if after == 0 || ids[after - 1] < 0 { return nil }
    return Int(ids[after - 1])
  }

  /// Ends the open functions that end by `limit`; what encloses them goes on.
  private mutating func close(_ open: inout [(end: UInt64, id: Int)], upTo limit: UInt64) {
    while let top = open.last, top.end <= limit {
      while let next = open.last, next.end <= top.end { open.removeLast() }
      emit(top.end, open.last?.id ?? -1)
    }
  }

  private mutating func emit(_ start: UInt64, _ id: Int) {
    guard start <= UInt64(UInt32.max) else { return }
    if starts.last == UInt32(start) {
      ids[ids.count - 1] = Int32(id)
    } else {
      starts.append(UInt32(start))
      ids.append(Int32(id))
    }
  }
}

/// The functions of an image in address order, one for each address.
func makeFunctions(_ table: SymbolTable, _ sections: [Section]) -> [Function] {
  let candidates = functionSymbols(table, sections)
  // Where a function without a size ends at the latest: the next named code or variable.
  let bounds = table.symbols.lazy.filter { $0.kind != .label }.map(\.address.value)
  var limits = Array(bounds)
  limits += candidates.lazy.filter { $0.kind == .label }.map(\.address.value)
  limits.sort()

  var functions: [Function] = []
  functions.reserveCapacity(candidates.count)
  var index = 0
  while index < candidates.count {
    var next = index + 1
    while next < candidates.count, candidates[next].address == candidates[index].address {
      next += 1
    }
    let group = candidates[index..<next].sorted(by: namesBetter)
    let best = group[0]
    let sized = group.map(\.size).max() ?? 0
    functions.append(
      Function(
        id: functions.count, name: best.name, aliases: aliases(group), address: best.address,
        size: sized > 0 ? clamp(sized, from: best.address) : extent(of: best, limits, sections),
        binding: best.binding, isThumb: !table.arm.contains(best.address.value)))
    index = next
  }
  return functions
}

private func aliases(_ group: [Symbol]) -> [String] {
  var names: [String] = []
  for symbol in group.dropFirst() where symbol.name != group[0].name && symbol.name != names.last {
    names.append(symbol.name)
  }
  return names
}

/// Symbols that name code: typed functions, and global labels of assembly written without `.type`.
private func functionSymbols(_ table: SymbolTable, _ sections: [Section]) -> [Symbol] {
  var candidates: [Symbol] = []
  var coveredTo: UInt64 = 0
  for symbol in table.symbols {
    let address = UInt64(symbol.address.value)
    switch symbol.kind {
    case .object: continue
    case .function:
      candidates.append(symbol)
      coveredTo = max(coveredTo, address + UInt64(symbol.size))
    case .label:
      guard symbol.binding != .local, address >= coveredTo, let section = symbol.section,
        sections.indices.contains(section), sections[section].isExecutable,
        sections[section].range.contains(address),
        table.mapping.kind(at: symbol.address.value) == .thumb
      else { continue }
      candidates.append(symbol)
    }
  }
  return candidates
}

/// Whether `a` names the code at their common address better than `b`.
private func namesBetter(_ a: Symbol, _ b: Symbol) -> Bool {
  func rank(_ symbol: Symbol) -> (UInt8, UInt8, UInt8) {
    let name = symbol.name.utf8
    // Weak handlers that fall back to one loop: CMSIS start-up files call that Default_Handler.
    let isDefault = name.starts(with: "Default_".utf8) || name.starts(with: "default_".utf8)
    return (symbol.kind.rawValue, isDefault ? 0 : 1, symbol.binding.rawValue)
  }
  let (left, right) = (rank(a), rank(b))
  return left == right ? a.name < b.name : left < right
}

private func clamp(_ size: UInt32, from address: Address) -> UInt32 {
  min(size, UInt32.max - address.value)
}

/// The size of a function whose symbol has none: up to the next symbol or its section's end.
private func extent(of symbol: Symbol, _ limits: [UInt32], _ sections: [Section]) -> UInt32 {
  let address = symbol.address.value
  var end = UInt64(address)
  if let section = symbol.section, sections.indices.contains(section),
    sections[section].range.contains(end)
  {
    end = sections[section].range.upperBound
  }
  let next = partitionIndex(limits.count) { limits[$0] <= address }
  if next < limits.count { end = min(end, UInt64(limits[next])) }
  return UInt32(min(end, UInt64(UInt32.max)) - UInt64(address))
}
