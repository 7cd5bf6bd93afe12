/// What cycles beyond one an instruction were spent on, and how many instructions took none: since
/// power-on, as the run counts them.
public struct ProfileCounts: Sendable, Hashable {
  /// Further cycles of instructions that are neither loads nor stores, and waiting for instructions.
  public var instructions: UInt64
  /// Of entering and leaving exceptions.
  public var exceptions: UInt64
  public var sleep: UInt64
  /// Further cycles of loads and stores, and waiting for data.
  public var loadStore: UInt64
  /// Instructions that took no cycle of their own.
  public var folded: UInt64

  public init(
    instructions: UInt64 = 0, exceptions: UInt64 = 0, sleep: UInt64 = 0, loadStore: UInt64 = 0,
    folded: UInt64 = 0
  ) {
    (self.instructions, self.exceptions, self.sleep) = (instructions, exceptions, sleep)
    (self.loadStore, self.folded) = (loadStore, folded)
  }

  /// In the order of their registers and of their enabling bits.
  fileprivate var all: [UInt64] { [instructions, exceptions, sleep, loadStore, folded] }
}

/// The DWT's profiling counters: CPICNT, EXCCNT, SLEEPCNT, LSUCNT and FOLDCNT, eight bits each.
///
/// A block of code counts as a whole when it begins: a counter that is read in the middle of one holds what
/// its remainder will add, CYCCNT does not. From one time at a place of a block to the next, CYCCNT and SLEEPCNT
/// together are the instructions and all the others, FOLDCNT taken away.
///
/// Reference: Arm DDI 0403E.e, C1.8.4, C1.8.8 to C1.8.12; DDI 0553, D1.2.62 and on.
/// Not modelled: the packets that their overflows send.
struct ProfileCounters {
  static let addresses: ClosedRange<UInt32> = 0xe000_1008...0xe000_1018
  /// CPIEVTENA, the first of five bits of DWT_CTRL.
  private static let firstBit: UInt32 = 17

  private struct Counter {
    var isCounting = false
    var value: UInt8 = 0
    var base: UInt64 = 0

    func count(_ now: UInt64) -> UInt8 {
      isCounting ? value &+ UInt8(truncatingIfNeeded: now &- base) : value
    }
  }

  private var counters = [Counter](repeating: Counter(), count: 5)

  private static func index(_ address: UInt32) -> Int { Int(address - addresses.lowerBound) / 4 }

  /// `now` is asked only where it matters: it takes a look at every block.
  func read(_ address: UInt32, _ now: () -> ProfileCounts) -> UInt32 {
    let index = Self.index(address)
    let counter = counters[index]
    return UInt32(counter.isCounting ? counter.count(now().all[index]) : counter.value)
  }

  mutating func write(_ address: UInt32, _ value: UInt32, _ now: () -> ProfileCounts) {
    let index = Self.index(address)
    counters[index].value = UInt8(truncatingIfNeeded: value)
    if counters[index].isCounting { counters[index].base = now().all[index] }
  }

  /// Enabling a counter clears it; `control` is zero while tracing is off.
  mutating func follow(_ control: UInt32, _ now: () -> ProfileCounts) {
    let enabled = counters.indices.map { control >> (Self.firstBit + UInt32($0)) & 1 == 1 }
    guard enabled != counters.map(\.isCounting) else { return }
    let all = now().all
    for (index, counts) in enabled.enumerated() where counts != counters[index].isCounting {
      counters[index].value = counts ? 0 : counters[index].count(all[index])
      counters[index].base = all[index]
      counters[index].isCounting = counts
    }
  }

  mutating func reset() { self = ProfileCounters() }
}
