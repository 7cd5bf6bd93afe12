import Engine

/// Leaves out the derived values that no address needs, and the accesses that would need too many.
enum DerivedPruning {
  static func prune(_ programs: inout BlockAccessPrograms) {
    var needed = values(
      for: programs.accesses.map(\.address)
        + programs.divisions.flatMap { [$0.dividend, $0.divisor] }, programs)
    // Those that would need too many count as accesses of one memory.
    programs.overlaps = programs.overlaps.filter { overlap in
      let all = needed.union(values(for: [overlap.first, overlap.second], programs))
      let fits = all.count <= RegisterSum.derivedCapacity
      if fits { needed = all }
      return fits
    }
    guard !needed.isEmpty else {
      programs.derived = []
      programs.stores = []
      return
    }
    rename(&programs, needed.sorted())
  }

  /// The derived values that some numbers need.
  private static func values(
    for sums: [RegisterSum], _ programs: BlockAccessPrograms
  ) -> Set<UInt8> {
    var needed = Set<UInt8>()
    func need(_ sum: RegisterSum) {
      for number in [sum.base, sum.index] where number >= RegisterSum.firstDerived {
        needed.insert(number)
      }
    }
    for sum in sums { need(sum) }
    if needed.isEmpty { return needed }
    for index in programs.derived.indices.reversed()
    where needed.contains(RegisterSum.firstDerived + UInt8(index)) {
      need(programs.derived[index].first)
      need(programs.derived[index].second)
      guard programs.derived[index].isLoad else { continue }
      // What a store may have written decides what a load brings.
      for store in programs.stores[..<Int(programs.derived[index].detail)]
      where !store.address.follows(index) {
        need(store.address)
      }
    }
    return needed
  }

  private static func rename(_ programs: inout BlockAccessPrograms, _ needed: [UInt8]) {
    let kept = needed.prefix(RegisterSum.derivedCapacity)
    var names: [UInt8: UInt8] = [:]
    for (index, name) in kept.enumerated() {
      names[name] = RegisterSum.firstDerived + UInt8(index)
    }
    func renamed(_ sum: RegisterSum) -> RegisterSum? {
      var sum = sum
      for place in [\RegisterSum.base, \RegisterSum.index]
      where sum[keyPath: place] >= RegisterSum.firstDerived {
        guard let name = names[sum[keyPath: place]] else { return nil }
        sum[keyPath: place] = name
      }
      return sum
    }
    programs.accesses = programs.accesses.compactMap { access in
      renamed(access.address).map {
        var access = access
        access.address = $0
        return access
      }
    }
    programs.divisions = programs.divisions.compactMap { division in
      var division = division
      guard let dividend = renamed(division.dividend), let divisor = renamed(division.divisor)
      else { return nil }
      (division.dividend, division.divisor) = (dividend, divisor)
      return division
    }
    programs.overlaps = programs.overlaps.compactMap { overlap in
      var overlap = overlap
      guard let first = renamed(overlap.first), let second = renamed(overlap.second) else {
        return nil
      }
      (overlap.first, overlap.second) = (first, second)
      return overlap
    }
    // Values come after those that they depend on, so that the first ones are whole.
    let old = programs
    programs.derived = kept.compactMap { name in
      var value = old.derived[Int(name - RegisterSum.firstDerived)]
      guard let first = renamed(value.first), let second = renamed(value.second) else { return nil }
      (value.first, value.second) = (first, second)
      return value
    }
    programs.stores = old.stores.map { store in
      var store = store
      store.value = store.value.flatMap(renamed)
      // One whose place would need too many counts as one that writes nowhere.
      store.address = renamed(store.address) ?? RegisterSum(offset: .max)
      return store
    }
  }
}
