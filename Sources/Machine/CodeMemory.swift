import Boards
import Units

/// A memory that code comes from and that may let the core wait.
struct CodeMemory {
  /// Bytes that one read delivers.
  let line: UInt32
  /// Bytes that the core asks for at once, as far as the memory cares: a word where what was read may be gone
  /// before the next is asked for, a line otherwise.
  let fetched: UInt32
  /// It answers fetches and reads of data one at a time.
  let sharesPort: Bool

  init(line: UInt32, fetched: UInt32? = nil, sharesPort: Bool = false) {
    (self.line, self.fetched, self.sharesPort) = (line, fetched ?? line, sharesPort)
  }

  /// The one at an address, as the chip's description has it; nil: none that waits.
  init?(_ chip: Chip, _ address: Address) {
    guard let memory = chip.slowMemory(at: address) else { return nil }
    self.init(
      line: UInt32(clamping: memory.line), fetched: memory.bufferHolds == nil ? nil : 4,
      sharesPort: memory.sharesPort)
  }
}
