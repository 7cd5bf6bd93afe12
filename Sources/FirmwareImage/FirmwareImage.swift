import CElfutils
public import Units

#if canImport(Glibc)
  // Declares the same <elf.h>; which of the two modules owns it depends on the build.
  import Glibc
#endif

/// A linked firmware: what is written into the chip's memory, and what its addresses are called.
///
/// From an ELF, or from Intel HEX, S-records or a raw binary, which have no names and no sections.
///
/// Reference: Tool Interface Standard ELF 1.2; ELF for the Arm Architecture (IHI 0044).
/// Not modelled: dynamic linking, relocation, overlays that share load addresses.
public final class FirmwareImage: Sendable {
  public let path: String
  /// Where the file says that execution begins, without the Thumb bit; the chip starts by its vector
  /// table instead.
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
  /// The images that this one was put together from; empty: it is one file.
  public let parts: [FirmwareImage]
  private let map: FunctionMap
  private let mapping: MappingSymbols

  /// Reads a 32-bit little-endian Arm executable, an Intel HEX or S-record file, or, with `base`, a
  /// raw binary that goes there.
  public convenience init(file path: String, base: Address? = nil) throws(FirmwareError) {
    try self.init(bytes: readFile(path), path: path, base: base)
  }

  /// The same from bytes already read; `path` is for messages.
  public convenience init(
    bytes: [UInt8], path: String, base: Address? = nil
  ) throws(FirmwareError) {
    let format = ImageFormat(bytes)
    if let base {
      let segment = try Self.rawSegment(bytes, format, base, path)
      self.init(segments: [segment], start: base, table: base, bytes: bytes, path: path)
      return
    }
    switch format {
    case .intelHex:
      let (segments, start) = try IntelHexReader.read(bytes, path: path)
      self.init(segments: segments, start: start, table: nil, bytes: bytes, path: path)
    case .sRecord:
      let (segments, start) = try SRecordReader.read(bytes, path: path)
      self.init(segments: segments, start: start, table: nil, bytes: bytes, path: path)
    case .elf, .raw: try self.init(elf: bytes, path: path)
    }
  }

  private static func rawSegment(
    _ bytes: [UInt8], _ format: ImageFormat, _ base: Address, _ path: String
  ) throws(FirmwareError) -> Segment {
    guard format == .raw else {
      throw FirmwareError(
        .malformed, path, "\(format.title) says its own addresses",
        hint: "leave out --base, which is for raw binaries")
    }
    guard !bytes.isEmpty else { throw ELFReader.notELF(bytes, path) }
    guard UInt64(base.value) + UInt64(bytes.count) <= 1 << 32 else {
      throw FirmwareError(
        .malformed, path, "\(bytes.count) bytes at \(base) run past the end of the address space",
        hint: "give a lower --base")
    }
    return Segment(
      loadAddress: base, address: base, bytes: bytes[...], zeroFill: 0, isWritable: false,
      isExecutable: true)
  }

  /// An image that is nothing but bytes at addresses.
  private init(
    segments: [Segment], start: Address?, table: Address?, bytes: [UInt8], path: String
  ) {
    self.path = path
    file = bytes
    entryPoint = start ?? Address(0)
    self.segments = segments
    sections = []
    symbols = []
    mapping = MappingSymbols()
    functions = []
    map = FunctionMap([])
    parts = []
    vectorTable = table
    attributes = BuildAttributes()
  }

  private init(elf bytes: [UInt8], path: String) throws(FirmwareError) {
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
    parts = []
    vectorTable = findVectorTable(layout.sections, table.symbols)
    attributes = BuildAttributes(elf, layout.sections)
  }

  /// Several images in one chip, a boot loader and its application: the first one starts.
  public init(together images: [FirmwareImage]) throws(FirmwareError) {
    precondition(!images.isEmpty, "an image of nothing")
    segments = try Self.united(images)
    parts = images.count > 1 ? images : []
    path = images.map(\.path).joined(separator: " + ")
    file = images.count > 1 ? images.flatMap(\.file) : images[0].file
    entryPoint = images[0].entryPoint
    vectorTable = images[0].vectorTable
    attributes = images[0].attributes
    var (sections, symbols): ([Section], [Symbol]) = ([], [])
    var (functions, mapping): ([Function], MappingSymbols) = ([], MappingSymbols())
    for image in images {
      symbols += image.symbols.map { $0.moved(behind: sections.count) }
      sections += image.sections
      functions += image.functions
      mapping.append(image.mapping)
    }
    functions.sort { ($0.address, $0.id) < ($1.address, $1.id) }
    self.sections = sections
    self.symbols = symbols.sorted { ($0.address, $0.name) < ($1.address, $1.name) }
    self.functions = functions.enumerated().map { $1.numbered($0) }
    self.mapping = mapping
    map = FunctionMap(self.functions)
  }

  /// All segments by address; two images may not be in each other's way.
  private static func united(_ images: [FirmwareImage]) throws(FirmwareError) -> [Segment] {
    var owned = images.flatMap { image in image.segments.map { (image.path, $0) } }
    owned.sort { $0.1.loadAddress < $1.1.loadAddress }
    for ((first, low), (second, high)) in zip(owned, owned.dropFirst())
    where UInt64(low.loadAddress.value) + UInt64(low.bytes.count) > UInt64(high.loadAddress.value)
      && !high.bytes.isEmpty
    {
      throw FirmwareError(
        .malformed, second, "its bytes at \(high.loadAddress) are also those of \(first)",
        hint: "link the images for different addresses, or give one of them alone")
    }
    return owned.map(\.1)
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

/// What a firmware's file is, by its first bytes.
public enum ImageFormat: Sendable {
  case elf
  case intelHex
  case sRecord
  case raw

  public init(_ bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(4))
    if start == [0x7f, 0x45, 0x4c, 0x46] {
      self = .elf
    } else if start.count >= 3, start[0] == UInt8(ascii: ":"), Self.isDigit(start[1]),
      Self.isDigit(start[2])
    {
      self = .intelHex
    } else if start.count == 4, start[0] == UInt8(ascii: "S"),
      (0x30...0x39).contains(start[1]), Self.isDigit(start[2]), Self.isDigit(start[3])
    {
      self = .sRecord
    } else {
      self = .raw
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  public var title: String {
    switch self {
    case .elf: "an ELF file"
    case .intelHex: "an Intel HEX file"
    case .sRecord: "an S-record file"
    case .raw: "a raw binary"
    }
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
