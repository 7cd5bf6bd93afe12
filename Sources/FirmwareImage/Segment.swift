public import Units

/// A part of the image that is put into the chip's memory before reset (an ELF `PT_LOAD` segment).
public struct Segment: Sendable {
  /// Where a programmer writes the bytes (physical address, LMA).
  public let loadAddress: Address
  /// Where the program runs or reads them (virtual address, VMA).
  public let address: Address
  /// What is written; empty for a segment that is only zero-filled.
  public let bytes: ArraySlice<UInt8>
  /// How many zero bytes follow the bytes at `address`; the start-up code writes them, no programmer.
  public let zeroFill: UInt32
  public let isWritable: Bool
  public let isExecutable: Bool

  /// The load addresses that the bytes take, as numbers that may reach 2^32.
  public var loadRange: Range<UInt64> {
    let start = UInt64(loadAddress.value)
    return start..<start + UInt64(bytes.count)
  }
}

/// A named part of the image (an ELF section), loaded or not.
public struct Section: Sendable, Hashable {
  public let name: String
  /// Where it lives while the program runs (VMA); 0 when it is not part of memory.
  public let address: Address
  /// Where its bytes are written before reset (LMA); nil when nothing is written.
  public let loadAddress: Address?
  public let size: UInt32
  /// The section takes memory on the chip.
  public let isAllocated: Bool
  public let isWritable: Bool
  public let isExecutable: Bool
  /// Holds no bytes in the file (`SHT_NOBITS`): `.bss`, `.noinit`, placeholders.
  public let isZeroFill: Bool
  let type: UInt32
  let isThreadLocal: Bool

  /// The addresses that it takes, as numbers that may reach 2^32.
  public var range: Range<UInt64> {
    let start = UInt64(address.value)
    return start..<start + UInt64(size)
  }
}
