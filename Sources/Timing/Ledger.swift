/// The running account of a block being priced.
struct Ledger {
  private(set) var price = BlockPrice()

  init(count: Int) { price.offsets.reserveCapacity(count) }

  var now: UInt32 { price.cycles }

  /// Charges cycles that are always paid.
  mutating func charge(_ cycles: UInt32, _ cause: CycleSplit.Cause) {
    price.cycles += cycles
    price.minimum += cycles
    price.maximum += cycles
    price.split[cause] += cycles
  }

  /// Charges the expected cost of something whose cost depends on data.
  mutating func charge(_ range: ClosedRange<UInt32>, expected: UInt32, _ cause: CycleSplit.Cause) {
    price.cycles += expected
    price.minimum += range.lowerBound
    price.maximum += range.upperBound
    price.split[cause] += expected
  }

  /// Allows for cycles that may be saved or lost without being expected.
  mutating func allow(less: UInt32 = 0, more: UInt32 = 0) {
    price.minimum -= min(less, price.minimum)
    price.maximum += more
  }

  /// Notes that the next instruction's access begins now.
  mutating func noteAccess() {
    price.offsets.append(UInt16(clamping: price.cycles))
  }

  mutating func leave(takenExtra: UInt32) { price.takenExtra = takenExtra }
  mutating func enter(extra: UInt32) { price.entryExtraWhenBranchedTo = extra }
}
