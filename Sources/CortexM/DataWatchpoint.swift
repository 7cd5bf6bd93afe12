/// The DWT's cycle counter.
///
/// Reference: Arm DDI 0403E.e, C1.8. Counts while the core is clocked: not in sleep.
/// Not modelled: comparators, sampling. `ProfileCounters` are the other counters.
struct DataWatchpoint {
  private let activeCycles: () -> UInt64
  private(set) var isCounting = false
  /// CYCCNT when it was last written or stopped, and the active cycles then.
  private var value: UInt32 = 0
  private var base: UInt64 = 0
  private(set) var control: UInt32 = 0

  init(activeCycles: @escaping () -> UInt64) { self.activeCycles = activeCycles }

  mutating func reset() {
    isCounting = false
    value = 0
    control = 0
  }

  var cycleCount: UInt32 {
    isCounting ? value &+ UInt32(truncatingIfNeeded: activeCycles() - base) : value
  }

  mutating func setCycleCount(_ newValue: UInt32) {
    value = newValue
    base = activeCycles()
  }

  /// Bit 0 starts the counter while DEMCR.TRCENA is set.
  mutating func writeControl(_ word: UInt32, traceEnabled: Bool) {
    control = word & 0x007f_ffff
    setCounting(word & 1 != 0 && traceEnabled)
  }

  mutating func setCounting(_ counts: Bool) {
    setCycleCount(cycleCount)
    isCounting = counts
  }
}
