import CElfutils
public import Units

#if canImport(Glibc)
  // Declares the same <elf.h>; which of the two modules owns it depends on the build.
  import Glibc
#endif

/// A name for an address: a function, a variable, or a label of the assembler or linker script.
public struct Symbol: Sendable, Hashable {
  public enum Kind: UInt8, Sendable, Hashable {
    case function
    case object
    case label
  }
  public enum Binding: UInt8, Sendable, Hashable {
    case global
    case local
    case weak
  }

  /// As in the symbol table: C++ names are mangled, clones carry their suffix.
  public let name: String
  /// Without the Thumb bit for functions.
  public let address: Address
  /// 0 when the symbol table gives none.
  public let size: UInt32
  public let kind: Kind
  public let binding: Binding
  /// Index into the image's sections; nil for an absolute symbol.
  public let section: Int?
}

extension Symbol {
  /// The same in an image whose own sections come behind `count` others.
  func moved(behind count: Int) -> Symbol {
    Symbol(
      name: name, address: address, size: size, kind: kind, binding: binding,
      section: section.map { $0 + count })
  }
}

/// A function of the firmware. Its `id` is its place in address order, the same in every run.
public struct Function: Sendable, Hashable {
  public let id: Int
  /// As in the symbol table; where several share an address, the one that names the code best.
  public let name: String
  /// The other names of the same address.
  public let aliases: [String]
  /// The first instruction, without the Thumb bit.
  public let address: Address
  /// From the symbol table; without one there, up to the next symbol or the section's end.
  public let size: UInt32
  public let binding: Symbol.Binding
  /// False for A32 code, which no Cortex-M runs.
  public let isThumb: Bool

  /// The same at another place of the order.
  func numbered(_ id: Int) -> Function {
    Function(
      id: id, name: name, aliases: aliases, address: address, size: size, binding: binding,
      isThumb: isThumb)
  }

  /// One past the last byte, as a number that may reach 2^32.
  public var end: UInt64 { UInt64(address.value) + UInt64(size) }
  /// The name in the source: without `.constprop.0`, `.isra.0`, `.part.0`, `.cold`, `.lto_priv.0`.
  public var sourceName: String { SymbolName(name).source }
  /// What the compiler made of the source's function.
  public var variant: SymbolName.Variant { SymbolName(name).variant }
  /// `namespace::function(int)` for a C++ name; else `sourceName`.
  public var demangledName: String { demangle(sourceName) ?? sourceName }
  /// The source's name for a function that is whole; a part or a cold half says what it is.
  public var displayName: String {
    if variant == .whole || variant == .clone { return demangledName }
    guard let declaration = demangle(sourceName) else { return name }
    return "\(declaration) [\(name.dropFirst(sourceName.utf8.count + 1))]"
  }
}

/// What the symbol table says, before functions are made of it.
struct SymbolTable {
  /// Sorted by address, then name; no mapping, section or file symbols.
  var symbols: [Symbol] = []
  /// Addresses of functions that are A32 code.
  var arm: Set<UInt32> = []
  var mapping = MappingSymbols()

  /// Reads `.symtab`; a stripped image has none and yields an empty table.
  init(_ elf: borrowing ELFReader) {
    guard let table = elf.data(ofType: UInt32(SHT_SYMTAB)) else { return }
    let count = table.bytes.count / MemoryLayout<Elf32_Sym>.size
    symbols.reserveCapacity(count)
    for index in 0..<count {
      let raw = table.bytes.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Elf32_Sym>.size, as: Elf32_Sym.self)
      guard raw.st_shndx != SHN_UNDEF, let name = elf.string(raw.st_name, in: table.link) else {
        continue
      }
      append(raw, name, section: elf.section(ofIndex: Int(raw.st_shndx)))
    }
    symbols.sort { ($0.address.value, $0.name) < ($1.address.value, $1.name) }
    mapping.sort()
  }

  private mutating func append(
    _ raw: Elf32_Sym, _ name: UnsafePointer<CChar>, section: Int?
  ) {
    if name[0] == 0 { return }
    let type = Int32(raw.st_info & 0xf)
    // "$" opens a mapping symbol: $t, $a, $d, and the same with a ".suffix".
    if name[0] == 0x24, type == STT_NOTYPE, mapping.append(raw.st_value, name) { return }
    let kind: Symbol.Kind
    switch type {
    case STT_FUNC, STT_GNU_IFUNC: kind = .function
    case STT_OBJECT: kind = .object
    case STT_NOTYPE: kind = .label
    default: return
    }
    var address = raw.st_value
    if kind == .function {
      if address & 1 == 0 { arm.insert(address) }
      address &= ~1
    }
    let binding: Symbol.Binding
    switch Int32(raw.st_info >> 4) {
    case STB_LOCAL: binding = .local
    case STB_WEAK: binding = .weak
    default: binding = .global
    }
    symbols.append(
      Symbol(
        name: String(cString: name), address: Address(address), size: raw.st_size, kind: kind,
        binding: binding, section: section))
  }
}

/// Where code and literal data alternate, as the assembler marked it.
///
/// Reference: ELF for the Arm Architecture (IHI 0044), section 5.5.5 "Mapping symbols".
struct MappingSymbols: Sendable {
  enum Kind: UInt8, Sendable {
    case thumb
    case arm
    case data
  }
  private var entries: [(address: UInt32, kind: Kind)] = []

  /// False when the name is not a mapping symbol after all.
  mutating func append(_ address: UInt32, _ name: UnsafePointer<CChar>) -> Bool {
    guard name[1] != 0, name[2] == 0 || name[2] == 0x2e else { return false }
    switch UInt8(bitPattern: name[1]) {
    case UInt8(ascii: "t"): entries.append((address & ~1, .thumb))
    case UInt8(ascii: "a"): entries.append((address, .arm))
    case UInt8(ascii: "d"): entries.append((address, .data))
    default: return false
    }
    return true
  }

  mutating func append(_ other: MappingSymbols) {
    entries += other.entries
    sort()
  }

  mutating func sort() {
    entries.sort { ($0.address, $0.kind.rawValue) < ($1.address, $1.kind.rawValue) }
  }

  /// What the bytes at `address` are; nil before the first mark or without marks.
  func kind(at address: UInt32) -> Kind? {
    let after = partitionIndex(entries.count) { entries[$0].address <= address }
    return after == 0 ? nil : entries[after - 1].kind
  }
}

/// How many of `0..<count` satisfy a predicate that holds for a prefix only.
@inline(__always)
func partitionIndex(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
  var (low, high) = (0, count)
  while low < high {
    let middle = (low + high) / 2
    if isBefore(middle) { low = middle + 1 } else { high = middle }
  }
  return low
}
