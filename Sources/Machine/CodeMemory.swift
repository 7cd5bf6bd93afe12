import Boards
import Units

/// A memory that code comes from and that may let the core wait.
struct CodeMemory {
  /// Bytes that one read delivers.
  let line: UInt32
  /// It answers fetches and reads of data one at a time.
  let sharesPort: Bool

  init(line: UInt32, sharesPort: Bool = false) {
    (self.line, self.sharesPort) = (line, sharesPort)
  }

  /// The one at an address, as the chip's description has it; nil: none that waits.
  init?(_ chip: Chip, _ address: Address) {
    guard let memory = chip.slowMemory(at: address) else { return nil }
    self.init(line: UInt32(clamping: memory.line), sharesPort: memory.sharesPort)
  }
}
