import Disassembly
import Units

/// The prefetch unit of the Cortex-M7, memory at no wait: an aligned line of 64 bits a cycle into a queue of
/// four, and a predicted branch leads on without a gap. Code that uses more bytes than that waits for them; most
/// often it is a short loop that begins late in a line.
///
/// Reference: DDI0489F 2.1.1, prefetch unit; dwelch67, stm32_samples NUCLEO-F767ZI perf01: a loop of two narrow
/// instructions turns once a cycle within a line, and every other cycle across two.
struct CortexM7FetchQueue {
  private static let bytes: UInt32 = 8
  private static let count = 4

  /// The line fetched last, by its number; nil: a branch has just been taken.
  private var line: UInt32?
  /// The cycle from which it can be used.
  private var ready: Int
  /// The cycles in which the lines of the queue were last used, oldest first.
  private var uses: [Int] = []

  /// `isAhead`: the queue is full, as it is behind code that does not take all it could.
  init(isAhead: Bool) { ready = isAhead ? -Self.count : -1 }

  /// The next instruction is not the next in memory.
  mutating func takeBranch() { line = nil }

  /// The cycle from which an instruction, the next to run, can be issued.
  mutating func fetch(_ i: Instruction) -> UInt32 {
    let last = (i.end.value &- 1) / Self.bytes
    var next = line.map { $0 &+ 1 } ?? i.address.value / Self.bytes
    // Whoever priced a piece of code left something out.
    if next &+ 1 < last || next > last &+ 1 { next = i.address.value / Self.bytes }
    while next <= last {
      ready += 1
      if uses.count >= Self.count { ready = max(ready, uses[uses.count - Self.count] + 1) }
      uses.append(ready)
      line = next
      next &+= 1
    }
    return UInt32(max(ready, 0))
  }

  /// The instruction fetched last was issued.
  mutating func use(at cycle: UInt32) {
    guard !uses.isEmpty else { return }
    uses[uses.count - 1] = Int(cycle)
    if uses.count > Self.count { uses.removeFirst(uses.count - Self.count) }
  }
}
