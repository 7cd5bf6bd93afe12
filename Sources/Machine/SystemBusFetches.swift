import Boards
import Engine
import Timing
import Units

/// Code that runs from RAM by the System bus of a core that registers the fetches there: each word of it takes
/// longer, where data do not.
///
/// Reference: Arm DDI0337E 14.5.6; the System bus is for 0x2000_0000 and above.
/// Not modelled: data accesses that go by the same bus at the same time; memories with wait states of their
/// own; vectors that lie there.
struct SystemBusFetches {
  private static let word: UInt32 = 4
  private let waits: UInt32
  private let windows: [(start: Address, size: UInt32)]

  init(_ chip: Chip, _ timing: any CoreTiming) {
    waits = UInt32(timing.systemBusFetchWaits)
    let isThere: (Memory) -> Bool = { memory in
      let cells = chip.memory(memory.cells) ?? memory
      return cells.kind == .ram && chip.slowMemory(at: memory.base) == nil
        && (0x2000_0000..<0xe000_0000).contains(memory.base.value)
    }
    windows = waits > 0 ? chip.memories.filter(isThere).map { ($0.base, $0.size) } : []
  }

  /// The memory at an address that is fetched from this way.
  func memory(at address: Address) -> CodeMemory? {
    let isInside = windows.contains { address >= $0.start && address - $0.start < $0.size }
    return isInside ? CodeMemory(line: Self.word) : nil
  }

  func connect(_ engine: Engine) {
    guard !windows.isEmpty else { return }
    var setting = Engine.MemorySetting()
    setting.waits = waits
    _ = engine.addSlowMemory(
      Engine.SlowMemory(windows: windows, line: Self.word, setting: setting))
  }
}
