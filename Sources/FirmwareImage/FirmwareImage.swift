import CElfutils
public import Units

#if canImport(Glibc)
  // Declares the same <elf.h>; which of the two modules owns it depends on the build.
  import Glibc
#endif

/// A linked firmware: what is written into the chip's memory, and what its addresses are called.
///
/// Reference: Tool Interface Standard ELF 1.2; ELF for the Arm Architecture (IHI 0044).
/// Not modelled: dynamic linking, relocation, overlays that share load addresses.
public final class FirmwareImage: Sendable {
  public let path: String
  /// The ELF header's entry point without the Thumb bit; the chip starts by its vector table instead.
  public let entryPoint: Address
  /// Sorted by load address; bytes do not overlap.
  public let segments: [Segment]
  /// In file order.
  public let sections: [Section]
  /// Where the image keeps its vector table; nil when nothing says so: the board's default then.
  public let vectorTable: Address?
  /// Sorted by address; a function's `id` is its index here.
  public let functions: [Function]
  /// Every named address, sorted by address and name: functions, variables, linker-script labels.
  public let symbols: [Symbol]
  public let attributes: BuildAttributes
  /// The file as it was read.
  public let file: [UInt8]
  private let map: FunctionMap
  private let mapping: MappingSymbols

  /// Reads a 32-bit little-endian Arm executable.
  public convenience init(file path: String) throws(FirmwareError) {
    try self.init(bytes: readFile(path), path: path)
  }

  /// The same from bytes already read; `path` is for messages.
  public init(bytes: [UInt8], path: String) throws(FirmwareError) {
    let elf = try ELFReader(bytes: bytes, path: path)
    let layout = try MemoryLayoutOfImage(elf)
    let table = SymbolTable(elf)
    self.path = path
    file = bytes
    entryPoint = Address(elf.header.e_entry & ~1)
    segments = layout.segments
    sections = layout.sections
    symbols = table.symbols
    mapping = table.mapping
    functions = makeFunctions(table, layout.sections)
    map = FunctionMap(functions)
    vectorTable = findVectorTable(layout.sections, table.symbols)
    attributes = BuildAttributes(elf, layout.sections)
  }

  /// Bytes written before reset, all segments: the flash that the firmware takes.
  public var loadedBytes: UInt64 { segments.reduce(0) { $0 + UInt64($1.bytes.count) } }

  /// SHA-256 of the whole file in hexadecimal, computed at each call.
  public var sha256: String { SHA256.hexDigest(of: file) }

  /// A stripped image has none: everything it does belongs to `[no symbol]`.
  public var hasSymbols: Bool { !functions.isEmpty }

  /// The function whose code or literal data holds `address`.
  public func function(at address: Address) -> Function? {
    functionID(at: address).map { functions[$0] }
  }

  /// The index in `functions` of the function that holds `address`, by binary search.
  public func functionID(at address: Address) -> Int? { map.id(at: address.value) }

  /// True where the assembler marked literal data; false for code and where nothing is marked.
  public func isData(at address: Address) -> Bool { mapping.kind(at: address.value) == .data }

  /// Bytes of the image at run-time addresses; nil when not all of them are in one segment's file part.
  public func contents(at address: Address, count: Int) -> ArraySlice<UInt8>? {
    for segment in segments where address >= segment.address && count >= 0 {
      let offset = Int(address - segment.address)
      if offset + count <= segment.bytes.count {
        let start = segment.bytes.startIndex + offset
        return segment.bytes[start..<start + count]
      }
    }
    return nil
  }
}

/// Where a chip's start-up code usually keeps its vectors.
private func findVectorTable(_ sections: [Section], _ symbols: [Symbol]) -> Address? {
  let names = [".isr_vector", ".vectors", ".vector_table", ".interrupt_vector"]
  for name in names {
    // Two words are the least that a reset needs.
    if let section = sections.first(where: {
      $0.name == name && $0.isAllocated && !$0.isZeroFill && $0.size >= 8
    }) {
      return section.address
    }
  }
  let labels = [
    "__Vectors", "g_pfnVectors", "__isr_vector", "vector_table", "_vector_table", "__vector_table",
  ]
  for label in labels {
    if let symbol = symbols.first(where: { $0.name == label }) { return symbol.address }
  }
  return nil
}
