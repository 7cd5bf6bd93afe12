import CElfutils
import Units

#if canImport(Glibc)
  // Declares the same <elf.h>; which of the two modules owns it depends on the build.
  import Glibc
#endif

/// Segments and sections of an image, checked against the file and against each other.
struct MemoryLayoutOfImage {
  var segments: [Segment] = []
  var sections: [Section] = []

  init(_ elf: borrowing ELFReader) throws(FirmwareError) {
    let programs = try elf.programHeaders()
    let headers = try elf.sectionHeaders()
    let loadable = programs.filter { Int32(bitPattern: $0.p_type) == PT_LOAD }
    for (index, header) in loadable.enumerated() {
      try check(header, index, elf)
    }
    for entry in headers {
      let raw = entry.header
      if Int32(bitPattern: raw.sh_type) != SHT_NOBITS {
        let name = entry.name.isEmpty ? "sections" : "the bytes of section \(entry.name)"
        try elf.check(name, UInt64(raw.sh_offset) + UInt64(raw.sh_size))
      }
      sections.append(Self.section(entry.name, raw, loadable))
    }
    for header in loadable where header.p_memsz > 0 {
      segments.append(segment(header, elf))
    }
    segments.sort { ($0.loadAddress, $0.bytes.count) < ($1.loadAddress, $1.bytes.count) }
    guard segments.contains(where: { !$0.bytes.isEmpty }) else {
      throw FirmwareError(
        .noLoadableSegments, elf.path, "no loadable segments: nothing to write into memory",
        hint: "link it with the board's linker script")
    }
    try checkOverlap(elf.path)
  }

  private func check(
    _ header: Elf32_Phdr, _ index: Int, _ elf: borrowing ELFReader
  ) throws(FirmwareError) {
    let name = "segment \(index) at \(hexadecimal(header.p_paddr))"
    if header.p_filesz > 0 {
      try elf.check("the bytes of \(name)", UInt64(header.p_offset) + UInt64(header.p_filesz))
    }
    if header.p_filesz > header.p_memsz {
      throw FirmwareError(
        .malformed, elf.path,
        "\(name) has \(header.p_filesz) bytes in the file for \(header.p_memsz) in memory")
    }
    let limit = UInt64(1) << 32
    if UInt64(header.p_paddr) + UInt64(header.p_filesz) > limit
      || UInt64(header.p_vaddr) + UInt64(header.p_memsz) > limit
    {
      throw FirmwareError(.malformed, elf.path, "\(name) runs past the end of the address space")
    }
  }

  private func segment(_ header: Elf32_Phdr, _ elf: borrowing ELFReader) -> Segment {
    // A segment from the file's first byte on carries the ELF headers, which no programmer writes.
    var skip: UInt32 = 0
    if header.p_offset == 0 {
      let first = sections.filter {
        $0.isAllocated && !$0.isZeroFill && $0.size > 0 && $0.address.value >= header.p_vaddr
          && $0.address.value - header.p_vaddr < header.p_filesz
      }.map { $0.address.value - header.p_vaddr }.min()
      skip = first ?? 0
    }
    return Segment(
      loadAddress: Address(header.p_paddr + skip), address: Address(header.p_vaddr + skip),
      bytes: elf.slice(
        Int(header.p_filesz == 0 ? 0 : header.p_offset + skip), Int(header.p_filesz - skip)),
      zeroFill: header.p_memsz - header.p_filesz,
      isWritable: Int32(bitPattern: header.p_flags) & PF_W != 0,
      isExecutable: Int32(bitPattern: header.p_flags) & PF_X != 0)
  }

  private func checkOverlap(_ path: String) throws(FirmwareError) {
    var previous: Segment?
    for segment in segments where !segment.bytes.isEmpty {
      if let previous, segment.loadRange.lowerBound < previous.loadRange.upperBound {
        throw FirmwareError(
          .overlappingSegments, path,
          "segments overlap: \(segment.bytes.count) bytes at \(segment.loadAddress) and "
            + "\(previous.bytes.count) bytes at \(previous.loadAddress)",
          hint: "check the load addresses (AT>) in the linker script")
      }
      previous = segment
    }
  }

  private static func section(
    _ name: String, _ raw: Elf32_Shdr, _ programs: [Elf32_Phdr]
  ) -> Section {
    let flags = Int32(bitPattern: raw.sh_flags)
    let isZeroFill = Int32(bitPattern: raw.sh_type) == SHT_NOBITS
    var loadAddress: Address?
    if flags & SHF_ALLOC != 0, !isZeroFill, raw.sh_size > 0 {
      let home = programs.first {
        raw.sh_offset >= $0.p_offset
          && UInt64(raw.sh_offset) + UInt64(raw.sh_size)
            <= UInt64($0.p_offset) + UInt64($0.p_filesz)
      }
      loadAddress = home.map { Address($0.p_paddr) + (raw.sh_offset - $0.p_offset) }
    }
    return Section(
      name: name, address: Address(raw.sh_addr), loadAddress: loadAddress, size: raw.sh_size,
      isAllocated: flags & SHF_ALLOC != 0, isWritable: flags & SHF_WRITE != 0,
      isExecutable: flags & SHF_EXECINSTR != 0, isZeroFill: isZeroFill, type: raw.sh_type,
      isThreadLocal: flags & SHF_TLS != 0)
  }
}
