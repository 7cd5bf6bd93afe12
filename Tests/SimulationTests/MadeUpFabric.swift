import Simulation
import Units

/// A fabric without memory behind it.
func madeUpFabric() -> Fabric { Fabric(scheduler: Scheduler(), memory: NoMemory()) }

private final class NoMemory: BusMemory {
  func read(_ address: Address, count: Int) -> [UInt8]? { nil }
  func write(_ address: Address, _ bytes: [UInt8]) -> Bool { false }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
