import CElfutils
import Units

#if canImport(Glibc)
  // Declares the same <elf.h>; which of the two modules owns it depends on the build.
  import Glibc
#endif

/// An ELF file in memory, opened by libelf: the only code that touches its handle.
///
/// Every header that the rest relies on is checked in `init`; the closures and pointers given out are
/// valid while the reader lives.
struct ELFReader: ~Copyable {
  let path: String
  private let elf: OpaquePointer
  private let storage: UnsafeMutableRawBufferPointer
  private let file: [UInt8]
  let header: Elf32_Ehdr

  init(bytes: [UInt8], path: String) throws(FirmwareError) {
    let header = try Self.checkHeader(bytes, path)
    elf_version(UInt32(EV_CURRENT))
    // libelf takes a pointer that stays; an array's storage does not promise that.
    let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    bytes.withUnsafeBytes { storage.copyMemory(from: $0) }
    guard
      let elf = elf_memory(storage.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count),
      elf_kind(elf) == ELF_K_ELF
    else {
      storage.deallocate()
      throw FirmwareError(.malformed, path, "not a readable ELF file")
    }
    (self.path, self.elf, self.storage, self.file, self.header) = (
      path, elf, storage, bytes, header
    )
  }

  deinit {
    elf_end(elf)
    storage.deallocate()
  }

  /// The handle, for libdw.
  var handle: OpaquePointer { elf }
  var fileSize: Int { file.count }

  /// The file's bytes `offset ..< offset + count`, checked before by the caller.
  func slice(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> { file[offset..<offset + count] }

  /// Program headers in file order.
  func programHeaders() throws(FirmwareError) -> [Elf32_Phdr] {
    let count = Int(header.e_phnum)
    if count == 0 { return [] }
    let size = MemoryLayout<Elf32_Phdr>.size
    guard Int(header.e_phentsize) == size else {
      throw FirmwareError(
        .malformed, path, "program headers of \(header.e_phentsize) bytes; expected \(size)")
    }
    try check("program headers", UInt64(header.e_phoff) + UInt64(count * size))
    return (0..<count).map {
      storage.loadUnaligned(fromByteOffset: Int(header.e_phoff) + $0 * size, as: Elf32_Phdr.self)
    }
  }

  /// Section headers with their names, index 0 included; empty when the file has none.
  func sectionHeaders() throws(FirmwareError) -> [(name: String, header: Elf32_Shdr)] {
    if header.e_shoff == 0 { return [] }
    let size = UInt64(MemoryLayout<Elf32_Shdr>.size)
    // Checked by the header's own count first: libelf lowers its own when the table is cut off.
    let listed = max(UInt64(header.e_shnum), 1)
    try check("section headers", UInt64(header.e_shoff) + listed * size)
    var count = 0
    guard elf_getshdrnum(elf, &count) == 0 else {
      throw FirmwareError(.malformed, path, "unreadable section headers")
    }
    try check("section headers", UInt64(header.e_shoff) + UInt64(count) * size)
    var names = 0
    let hasNames = elf_getshdrstrndx(elf, &names) == 0
    var headers: [(name: String, header: Elf32_Shdr)] = []
    headers.reserveCapacity(count)
    for index in 0..<count {
      guard let section = elf_getscn(elf, index), let raw = elf32_getshdr(section)?.pointee else {
        throw FirmwareError(.malformed, path, "unreadable section header \(index)")
      }
      let text = hasNames ? elf_strptr(elf, names, Int(raw.sh_name)) : nil
      headers.append((text.map { String(cString: $0) } ?? "", raw))
    }
    return headers
  }

  /// Throws when `end`, a place in the file, lies past its end.
  func check(_ what: String, _ end: UInt64) throws(FirmwareError) {
    if end > UInt64(file.count) {
      throw FirmwareError(
        .truncated, path,
        "truncated: \(what) end at byte \(end), the file has \(file.count) bytes",
        hint: FirmwareError.copyHint)
    }
  }

  /// The bytes of the first section of a type, and the section it links to.
  func data(ofType type: UInt32) -> (bytes: UnsafeRawBufferPointer, link: Int)? {
    var section: OpaquePointer?
    while let next = elf_nextscn(elf, section) {
      section = next
      guard let header = elf32_getshdr(next)?.pointee, header.sh_type == type else { continue }
      guard let data = elf_getdata(next, nil)?.pointee, let base = data.d_buf else { return nil }
      return (UnsafeRawBufferPointer(start: base, count: data.d_size), Int(header.sh_link))
    }
    return nil
  }

  /// A copy of the bytes of a section by name; empty when there is none.
  func bytes(ofSectionNamed name: String) -> [UInt8] {
    var names = 0
    guard elf_getshdrstrndx(elf, &names) == 0 else { return [] }
    var section: OpaquePointer?
    while let next = elf_nextscn(elf, section) {
      section = next
      guard let header = elf32_getshdr(next)?.pointee,
        let text = elf_strptr(elf, names, Int(header.sh_name)), String(cString: text) == name
      else { continue }
      guard let data = elf_getdata(next, nil)?.pointee, let base = data.d_buf else { return [] }
      return Array(UnsafeRawBufferPointer(start: base, count: data.d_size))
    }
    return []
  }

  /// A string of a string table; nil when it lies outside or is not terminated.
  func string(_ offset: UInt32, in table: Int) -> UnsafePointer<CChar>? {
    elf_strptr(elf, table, Int(offset)).map { UnsafePointer($0) }
  }

  /// A symbol's section; nil for absolute and other reserved indices.
  func section(ofIndex index: Int) -> Int? { index < Int(SHN_LORESERVE) ? index : nil }
}

extension ELFReader {
  /// The header, when it is that of a 32-bit little-endian Arm executable.
  private static func checkHeader(
    _ bytes: [UInt8], _ path: String
  ) throws(FirmwareError) -> Elf32_Ehdr {
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { throw notELF(bytes, path) }
    let size = MemoryLayout<Elf32_Ehdr>.size
    guard bytes.count >= size else {
      throw FirmwareError(
        .truncated, path, "truncated: \(bytes.count) bytes, an ELF header alone takes \(size)",
        hint: FirmwareError.copyHint)
    }
    if Int32(bytes[4]) != ELFCLASS32 {
      let found = Int32(bytes[4]) == ELFCLASS64 ? "a 64-bit ELF file" : "ELF class \(bytes[4])"
      throw FirmwareError(.wrongClass, path, found)
    }
    if Int32(bytes[5]) != ELFDATA2LSB {
      let big = Int32(bytes[5]) == ELFDATA2MSB
      throw FirmwareError(
        .wrongByteOrder, path, big ? "a big-endian ELF file" : "ELF byte order \(bytes[5])",
        hint: big ? "build it without -mbig-endian" : FirmwareError.expectation)
    }
    let header = bytes.withUnsafeBytes { $0.loadUnaligned(as: Elf32_Ehdr.self) }
    if Int32(header.e_machine) != EM_ARM {
      throw FirmwareError(
        .wrongMachine, path, "built for \(machineName(header.e_machine)), not Arm")
    }
    try checkType(header.e_type, path)
    return header
  }

  private static func checkType(_ type: UInt16, _ path: String) throws(FirmwareError) {
    switch Int32(type) {
    case ET_EXEC: return
    case ET_REL:
      throw FirmwareError(
        .notExecutable, path, "a relocatable object file, not an executable",
        hint: "link it with the board's linker script")
    case ET_DYN:
      throw FirmwareError(
        .notExecutable, path, "a shared object or position-independent executable",
        hint: "link it with -no-pie and without -shared")
    default:
      throw FirmwareError(.notExecutable, path, "ELF type \(type), not an executable")
    }
  }

  static func notELF(_ bytes: [UInt8], _ path: String) -> FirmwareError {
    if bytes.isEmpty {
      return FirmwareError(.truncated, path, "an empty file", hint: FirmwareError.copyHint)
    }
    let hint = "a raw binary holds no addresses: say where it goes with --base ADDRESS"
    let found = bytes.prefix(4).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return FirmwareError(
      .notELF, path, "not an ELF file: starts with \(found.joined(separator: " "))", hint: hint)
  }

  private static func machineName(_ machine: UInt16) -> String {
    switch Int32(machine) {
    case EM_386: "x86"
    case EM_X86_64: "x86-64"
    case EM_AARCH64: "64-bit Arm"
    case EM_RISCV: "RISC-V"
    case EM_XTENSA: "Xtensa"
    case EM_AVR: "AVR"
    case EM_MIPS: "MIPS"
    case EM_PPC: "PowerPC"
    default: "ELF machine \(machine)"
    }
  }
}
