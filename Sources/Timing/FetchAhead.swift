public import Disassembly
import Units

/// When a core asks for the words of a straight run of code, and when it needs them, memory at no
/// wait.
///
/// A core fetches a word, or two at once, each cycle into a buffer of a few words while there is room, so
/// in code of halfword instructions it is ahead of what it runs, and a memory that waits is felt less.
/// Reference: Arm KB 103488664 (three words on the M3 and M4).
/// Not modelled: fetches that compete with data reads for the memory.
public enum FetchAhead {
  /// A line of memory that the run needs.
  public struct Line: Sendable, Hashable {
    /// Cycle of the run in which its first instruction needs the line.
    public var offset: UInt16
    /// Cycles by which the core asks earlier than it needs.
    public var slack: UInt8
    /// Cycles in which the core takes what it needs from it.
    public var cycles: UInt8
  }

  /// The lines of a run in order; `offsets` are the cycles in which its instructions begin.
  public static func lines(
    _ instructions: [Instruction], offsets: [UInt16], lineBytes: UInt32, bufferWords: Int,
    wordsPerCycle: Int = 1
  ) -> [Line] {
    guard let first = instructions.first, let last = instructions.last else { return [] }
    let start = first.address.value / 4
    let count = Int((last.end.value - 1) / 4 - start) + 1
    // The cycles in which each word is first needed and last used.
    var needed = [UInt32](repeating: .max, count: count)
    var used = [UInt32](repeating: 0, count: count)
    for (instruction, offset) in zip(instructions, offsets) {
      let words =
        (instruction.address.value / 4 - start)...((instruction.end.value - 1) / 4 - start)
      for word in words.map(Int.init) {
        needed[word] = min(needed[word], UInt32(offset))
        used[word] = UInt32(offset)
      }
    }
    var lines: [Line] = []
    var request: UInt32 = 0
    for word in 0..<count {
      // A fetch of several words is aligned.
      let isNewFetch = (Int(start) + word) % wordsPerCycle == 0
      if word > 0 && isNewFetch { request += 1 }
      if word >= bufferWords { request = max(request, used[word - bufferWords]) }
      let address = (start + UInt32(word)) * 4
      if word == 0 || address % lineBytes == 0 {
        let slack = needed[word] > request ? needed[word] - request : 0
        lines.append(
          Line(
            offset: UInt16(clamping: needed[word]), slack: UInt8(clamping: slack), cycles: 0))
      }
      if isNewFetch || lines[lines.count - 1].cycles == 0 { lines[lines.count - 1].cycles &+= 1 }
    }
    return lines
  }
}
