public import FirmwareImage
public import RunRecord
public import Units

/// What a firmware's memory holds and how much of it a run used.
public struct ViewMemory: Codable, Sendable {
  public struct Section: Codable, Sendable {
    public var name: String
    public var address: Address
    public var size: UInt32
    /// Bytes of it that are written into flash before reset.
    public var flash: UInt32
    public var isRAM: Bool
  }

  public struct Symbol: Codable, Sendable {
    public var name: String
    public var address: Address
    public var size: UInt32
    /// Index into `sections`.
    public var section: Int
  }

  public var sections: [Section] = []
  /// By address; none overlaps the one before.
  public var symbols: [Symbol] = []
  public var record: MemoryRecord

  public init(_ image: FirmwareImage, _ record: MemoryRecord) {
    self.record = record
    let allocated = image.sections.filter { $0.isAllocated && $0.size > 0 }
    sections = allocated.map { section in
      Section(
        name: section.name, address: section.address, size: section.size,
        flash: section.isZeroFill || section.loadAddress == nil ? 0 : section.size,
        isRAM: section.isZeroFill || section.loadAddress != section.address || section.isWritable)
    }
    var end: UInt64 = 0
    for symbol in image.symbols
    where symbol.kind != .label && symbol.size > 0 && UInt64(symbol.address.value) >= end {
      guard
        let section = allocated.firstIndex(where: {
          $0.range.contains(UInt64(symbol.address.value))
        })
      else { continue }
      end = UInt64(symbol.address.value) + UInt64(symbol.size)
      symbols.append(
        Symbol(
          name: symbol.name, address: symbol.address, size: symbol.size, section: section))
    }
  }
}
