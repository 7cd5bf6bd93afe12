/// Works out what the addresses of a block that is about to run depend on.
enum DerivedValues {
  /// Puts the values behind the core registers; those that cannot be told, a bit each.
  static func derive(
    _ state: UnsafeMutablePointer<HotState>, _ accesses: UnsafeMutablePointer<BlockAccesses>,
    _ plan: ValuePlan, _ values: UnsafeMutablePointer<UInt32>
  ) -> UInt64 {
    let derived = accesses.pointee.derived
    var unknown: UInt64 = 0
    for place in 0..<plan.neededCount {
      let index = Int(plan.needed[place])
      let value = (derived.baseAddress.unsafelyUnwrapped + index).pointee
      var result: UInt32?
      if unknown == 0 || !(value.first.isUnknown(unknown) || value.second.isUnknown(unknown)) {
        let first = value.first.value(values)
        result =
          value.isLoad
          ? load(state, accesses, value, at: first, number: index, unknown, values)
          : DerivedValue.result(
            value.operation, first, value.second.value(values), detail: value.detail)
      }
      values[Int(RegisterSum.firstDerived) + index] = result ?? 0
      if result == nil { unknown |= 1 << UInt64(index) }
    }
    return unknown
  }

  /// What a load brings: what memory holds, unless a store of the block comes before it.
  private static func load(
    _ state: UnsafeMutablePointer<HotState>, _ accesses: UnsafeMutablePointer<BlockAccesses>,
    _ value: DerivedValue, at address: UInt32, number: Int, _ unknown: UInt64,
    _ values: UnsafeMutablePointer<UInt32>
  ) -> UInt32? {
    // An instruction that is not executed.
    if address == .max { return 0 }
    let stores = accesses.pointee.stores
    for index in stride(from: Int(value.detail) - 1, through: 0, by: -1) {
      let store = stores[index]
      if store.address.isUnknown(unknown) || store.address.follows(number) { continue }
      let written = store.address.value(values)
      if address &- written >= UInt32(store.bytes) && written &- address >= UInt32(value.bytes) {
        continue
      }
      let isWhole = written == address && store.bytes == 4 && value.bytes == 4
      guard isWhole, let source = store.value, !source.isUnknown(unknown), !source.follows(number)
      else { return nil }
      return source.value(values)
    }
    return state.pointee.memories.value(at: address, bytes: value.bytes, value.isSigned)
  }
}

extension RegisterSum {
  /// Whether a part of it is among the values that cannot be told.
  @inline(__always)
  func isUnknown(_ unknown: UInt64) -> Bool {
    unknown != 0 && unknown & derivedValues != 0
  }

  /// The derived values that it is made of, a bit each.
  var derivedValues: UInt64 {
    func bit(_ number: UInt8) -> UInt64 {
      number >= Self.firstDerived ? 1 << UInt64(number - Self.firstDerived) : 0
    }
    return bit(base) | bit(index)
  }

  /// Whether it needs a derived value that is not worked out before a given one.
  public func follows(_ number: Int) -> Bool {
    max(base, index) >= Self.firstDerived + UInt8(number)
  }
}
