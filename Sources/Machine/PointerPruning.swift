import Engine

/// Leaves out the loaded words that no address needs, and the accesses that would need too many.
enum PointerPruning {
  static func prune(_ programs: inout BlockAccessPrograms) {
    var needed = Set<UInt8>()
    func need(_ sum: RegisterSum) {
      for number in [sum.base, sum.index] where number >= RegisterSum.firstPointer {
        needed.insert(number)
      }
    }
    for access in programs.accesses { need(access.address) }
    guard !needed.isEmpty else {
      programs.pointers = []
      programs.stores = []
      return
    }
    // What a store may have written decides what a load brings.
    for store in programs.stores { need(store.address) }
    for index in programs.pointers.indices.reversed()
    where needed.contains(RegisterSum.firstPointer + UInt8(index)) {
      need(programs.pointers[index].address)
    }
    rename(&programs, needed.sorted())
  }

  private static func rename(_ programs: inout BlockAccessPrograms, _ needed: [UInt8]) {
    let kept = needed.prefix(RegisterSum.pointers)
    var names: [UInt8: UInt8] = [:]
    for (index, name) in kept.enumerated() {
      names[name] = RegisterSum.firstPointer + UInt8(index)
    }
    func renamed(_ sum: RegisterSum) -> RegisterSum? {
      var sum = sum
      for place in [\RegisterSum.base, \RegisterSum.index]
      where sum[keyPath: place] >= RegisterSum.firstPointer {
        guard let name = names[sum[keyPath: place]] else { return nil }
        sum[keyPath: place] = name
      }
      return sum
    }
    programs.accesses = programs.accesses.compactMap { access in
      renamed(access.address).map {
        AccessProgram(
          address: $0, transfers: Int(access.transfers), bytes: Int(access.bytes),
          isStore: access.isStore)
      }
    }
    // Pointers come after those that they depend on, so that the first ones are whole.
    let old = programs
    programs.pointers = kept.compactMap { name in
      var pointer = old.pointers[Int(name - RegisterSum.firstPointer)]
      guard let address = renamed(pointer.address) else { return nil }
      pointer.address = address
      return pointer
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
