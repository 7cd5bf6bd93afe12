import Disassembly

/// Stores on their way to memory. A load of what was stored, or of the other word of its doubleword, waits until
/// it is there. Bytes and halfwords are merged into the word that the memory holds, so that they leave more
/// slowly than they may come, and a store waits for room.
///
/// Reference: LLVM ARMLatencyMutations.cpp, memoryRAWHazard with four cycles; SLOTHY, cortex_m7.py,
/// add_st_hazard: as long for a load less than eight bytes away; DDI0489F 5.9.2: an entry of the buffer holds
/// 64 bits; jnk0le, cortex_m7.md, stores: five fit, and with error correction (STM32H743) bytes and halfwords
/// leave every fourth cycle by one bank, every other by two; dwelch67, stm32_samples NUCLEO-F767ZI perf00: without
/// it every third by one bank.
///
/// Bases are taken to be aligned to eight, as stack pointers are, and to change bank where they change.
///
/// Not modelled: a load that meets a store by another base register; unaligned stores, which leave every third or
/// fourth cycle; memories with error correction, where a load of a byte just stored waits about three cycles more.
struct CortexM7StoreBuffer {
  private struct Entry {
    var base: UInt8
    var offset: Int32
    var bytes: Int32
    var cycle: UInt32

    func sharesBank(with other: Entry) -> Bool {
      base == other.base && (offset ^ other.offset) & 4 == 0
    }
  }

  /// The cycles that a byte or a halfword takes to leave behind another of the same bank, and of the other one.
  struct Drain {
    var sameBank: UInt32
    var otherBank: UInt32

    static let plain = Drain(sameBank: 3, otherBank: 2)
    static let correcting = Drain(sameBank: 4, otherBank: 2)
  }

  private static let count = 5

  private let drain: Drain
  private var entries: [Entry] = []
  /// The last byte or halfword, while its place is known.
  private var merged: Entry?
  /// The cycles in which the last stores have left, oldest first.
  private var leaves: [UInt32] = []

  init(_ drain: Drain) { self.drain = drain }

  /// The first cycle in which a load or a store may issue.
  func issue(_ i: Instruction) -> UInt32 {
    guard i.memory.count > 0 else { return 0 }
    if i.kind.stores { return leaves.count < Self.count ? 0 : leaves[leaves.count - Self.count] }
    guard i.kind.loads, !i.memory.hasIndex, !entries.isEmpty else { return 0 }
    let start = i.memory.indexing == .postIndexed ? 0 : i.memory.offset
    let end = start &+ Int32(i.memory.byteCount)
    var earliest: UInt32 = 0
    for entry in entries
    where entry.base == i.memory.base && entry.offset >> 3 <= (end &- 1) >> 3
      && start >> 3 <= (entry.offset &+ entry.bytes &- 1) >> 3
    {
      earliest = max(earliest, entry.cycle + CortexM7Timing.storeToLoad)
    }
    return earliest
  }

  mutating func note(_ i: Instruction, at cycle: UInt32) {
    entries.removeAll { $0.cycle + CortexM7Timing.storeToLoad <= cycle }
    guard i.kind.stores else { return }
    let entry = Entry(
      base: i.memory.base, offset: i.memory.offset, bytes: Int32(i.memory.byteCount), cycle: cycle)
    leave(entry, isNarrow: i.memory.byteCount < 4, isKnown: !i.memory.hasIndex)
    if !i.memory.hasIndex && !i.memory.writesBack { entries.append(entry) }
  }

  private mutating func leave(_ entry: Entry, isNarrow: Bool, isKnown: Bool) {
    var cycles: UInt32 = 1
    if isNarrow {
      let isBehind = isKnown && merged?.sharesBank(with: entry) == true
      cycles = isBehind ? drain.sameBank : drain.otherBank
      merged = isKnown ? entry : nil
    }
    leaves.append(max(leaves.last ?? 0, entry.cycle + 1) + cycles)
    if leaves.count > Self.count { leaves.removeFirst() }
  }

  /// Registers got new values: what was stored by them is no longer known.
  mutating func forget(_ registers: UInt16) {
    guard registers != 0 else { return }
    if let base = merged?.base, base < 16, registers & 1 << UInt16(base) != 0 { merged = nil }
    if !entries.isEmpty {
      entries.removeAll { $0.base < 16 && registers & 1 << UInt16($0.base) != 0 }
    }
  }
}
