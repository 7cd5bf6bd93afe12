/// The cycle in which each register's newest value can first be used.
struct Scoreboard {
  private var core = InlineArray<16, UInt32>(repeating: 0)
  private var float = InlineArray<32, UInt32>(repeating: 0)
  /// Registers whose value comes so late that a consumer early in the pipeline waits longer.
  private var late: UInt16 = 0

  /// The cycle in which all registers of a mask are ready; `early` is added for those that come
  /// late in the pipeline.
  func ready(core mask: UInt16, early: UInt32 = 0) -> UInt32 {
    var latest: UInt32 = 0
    var rest = mask
    while rest != 0 {
      let register = rest.trailingZeroBitCount
      let isLate = late & 1 << UInt16(register) != 0
      latest = max(latest, core[register] + (isLate ? early : 0))
      rest &= rest - 1
    }
    return latest
  }

  /// Whether a value of the mask, used in a cycle, comes too late for the early stages.
  func comesLate(core mask: UInt16, at cycle: UInt32) -> Bool {
    ready(core: mask & late) + 1 > cycle && mask & late != 0
  }

  func ready(float mask: UInt32) -> UInt32 {
    var latest: UInt32 = 0
    var rest = mask
    while rest != 0 {
      latest = max(latest, float[rest.trailingZeroBitCount])
      rest &= rest - 1
    }
    return latest
  }

  mutating func set(
    core mask: UInt16, float floatMask: UInt32, at cycle: UInt32, late isLate: Bool = false
  ) {
    for register in 0..<16 where mask & 1 << UInt16(register) != 0 { core[register] = cycle }
    for register in 0..<32 where floatMask & 1 << UInt32(register) != 0 {
      float[register] = cycle
    }
    late = isLate ? late | mask : late & ~mask
  }
}
