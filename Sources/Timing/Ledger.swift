/// The running account of a block being priced.
struct Ledger {
  private(set) var price = BlockPrice()

  init(count: Int) { price.offsets.reserveCapacity(count) }

  var now: UInt32 { price.cycles }

  /// What was charged until now belongs to what came before; time goes on.
  private var before = BlockPrice()

  ///
  /// `owing` cycles were charged to what came before for the end of its last access, and are owed back
  /// where the next instruction hides them.
  mutating func begin(owing: UInt32 = 0) {
    before = price
    before.cycles += owing
    before.minimum += owing
    before.maximum += owing
    before.split[.memory] += owing
    price.offsets = []
    price.overlaps = []
    price.takenExtra = 0
    price.targetLead = 0
    price.mispredicted = 0
  }

  /// The price of what was charged since `begin`.
  var priceSinceBegin: BlockPrice {
    var since = price
    since.cycles -= min(before.cycles, since.cycles)
    since.minimum = min(since.minimum - min(before.minimum, since.minimum), since.cycles)
    since.maximum = max(since.maximum - min(before.maximum, since.maximum), since.cycles)
    since.operandsBelow -= before.operandsBelow
    since.operandsAbove -= before.operandsAbove
    var missing: UInt32 = 0
    for cause in CycleSplit.Cause.allCases {
      missing += before.split[cause] - min(before.split[cause], since.split[cause])
      since.split[cause] -= min(before.split[cause], since.split[cause])
    }
    // A debt that another kind of cycle paid back.
    for cause in CycleSplit.Cause.allCases.reversed() {
      let paid = min(missing, since.split[cause])
      since.split[cause] -= paid
      missing -= paid
    }
    let start = UInt16(clamping: before.cycles)
    since.offsets = since.offsets.map { min($0 - min($0, start), UInt16(clamping: since.cycles)) }
    return since
  }

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
    guard cause == .divide || cause == .float else { return }
    price.operandsBelow += expected - range.lowerBound
    price.operandsAbove += range.upperBound - expected
  }

  /// Allows for cycles that may be saved or lost without being expected.
  mutating func allow(less: UInt32 = 0, more: UInt32 = 0) {
    price.minimum -= min(less, price.minimum)
    price.maximum += more
  }

  /// Notes that the next instruction's access begins now.
  mutating func noteAccess() { noteAccess(at: price.cycles) }

  /// Notes that the next instruction's access begins in a cycle already charged.
  mutating func noteAccess(at cycle: UInt32) {
    price.offsets.append(UInt16(clamping: cycle))
  }

  /// Notes that the next instruction's access runs under that of the one before.
  mutating func noteOverlap() { price.overlaps.append(UInt16(clamping: price.offsets.count)) }

  mutating func leave(takenExtra: UInt32) { price.takenExtra = takenExtra }
  mutating func askForTarget(early cycles: UInt32) { price.targetLead = cycles }
  mutating func mispredicted(_ extra: UInt32) { price.mispredicted = extra }
  mutating func enter(extra: UInt32) { price.entryExtraWhenBranchedTo = extra }
}
