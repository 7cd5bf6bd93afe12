import Boards
import Engine
import RunRecord
import Units

/// How long each memory that may wait was set to how many wait states, with its caches on or off.
final class MemoryUses {
  private struct Manner: Hashable {
    var waits: UInt32
    var isCached: Bool
  }

  private struct Use {
    let memory: Memory
    var setting: Engine.MemorySetting
    var manner: Manner
    var since: UInt64 = 0
    var times: [Manner: UInt64] = [:]
  }

  private var uses: [Use] = []
  private var coreCaches = (instructions: false, data: false)

  func begin(_ memory: Memory, _ setting: Engine.MemorySetting) {
    uses.append(Use(memory: memory, setting: setting, manner: manner(memory, setting)))
  }

  /// From this cycle on the memory answers otherwise.
  func set(_ memory: Memory, _ setting: Engine.MemorySetting, at cycle: UInt64) {
    guard let index = uses.firstIndex(where: { $0.memory.name == memory.name }) else { return }
    uses[index].setting = setting
    turn(index, at: cycle)
  }

  /// From this cycle on the core's first-level caches are on or off.
  func setCoreCaches(instructions: Bool, data: Bool, at cycle: UInt64) {
    coreCaches = (instructions, data)
    for index in uses.indices { turn(index, at: cycle) }
  }

  private func turn(_ index: Int, at cycle: UInt64) {
    let use = uses[index]
    let manner = manner(use.memory, use.setting)
    guard manner != use.manner else { return }
    uses[index].times[use.manner, default: 0] += cycle - min(use.since, cycle)
    uses[index].since = cycle
    uses[index].manner = manner
  }

  /// Code and data go through the core's caches, or through all that the memory has.
  private func manner(_ memory: Memory, _ setting: Engine.MemorySetting) -> Manner {
    var isCached = coreCaches.instructions && coreCaches.data && !memory.isTightlyCoupled
    if let cache = memory.cache, !isCached {
      let isData = memory.dataCache == nil || cache.isUnified || setting.cachesData
      isCached = setting.cachesInstructions && isData
    }
    return Manner(waits: setting.waits, isCached: isCached)
  }

  /// In the order of the chip's memories, what lasted longest first.
  func record(until cycle: UInt64) -> [MemoryUse] {
    uses.flatMap { use in
      var times = use.times
      times[use.manner, default: 0] += cycle - min(use.since, cycle)
      return times.filter { $0.value > 0 }.sorted { a, b in
        (b.value, a.key.waits, a.key.isCached ? 1 : 0)
          < (a.value, b.key.waits, b.key.isCached ? 1 : 0)
      }.map {
        MemoryUse(
          memory: use.memory.name, waitStates: Int($0.key.waits), isCached: $0.key.isCached,
          cycles: $0.value)
      }
    }
  }
}
