import CElfutils
import Units

/// What the compiler noted in one file, read unit by unit when first asked for.
///
/// Holds handles and caches: one task uses it. The image itself stays usable without.
///
/// Reference: DWARF Debugging Information Format, versions 2 to 5.
/// Not modelled: split DWARF (`.dwo`), 64-bit DWARF, variables' locations.
final class DebugFile {
  private let image: FirmwareImage
  private let elf: ELFReader
  private let dwarf: OpaquePointer
  private let lineSection: [UInt8]
  private var units: [DebugUnit] = []
  /// Which unit compiled which addresses, by start.
  private var ranges: [(start: UInt64, end: UInt64, unit: Int)] = []

  /// nil when the image carries no debug information (built without `-g`, or stripped).
  init?(_ image: FirmwareImage) {
    guard image.sections.contains(where: { $0.name.hasPrefix(".debug_info") }),
      let elf = try? ELFReader(bytes: image.file, path: image.path),
      let dwarf = dwarf_begin_elf(elf.handle, DWARF_C_READ, nil)
    else { return nil }
    (self.image, self.dwarf) = (image, dwarf)
    lineSection = elf.bytes(ofSectionNamed: ".debug_line")
    self.elf = elf
    readUnits()
  }

  deinit { dwarf_end(dwarf) }

  /// The source files and how they were compiled, in the order they were linked.
  var compilationUnits: [CompilationUnit] {
    units.map { unit in
      var die = unit.die
      return CompilationUnit(
        name: dwarf_diename(&die).map { String(cString: $0) } ?? "",
        producer: dieString(&die, DW_AT_producer))
    }
  }

  /// The line that the instruction at `address` was compiled from.
  func location(of address: Address) -> SourceLocation? {
    guard let index = unit(at: address) else { return nil }
    loadLines(index)
    let rows = units[index].rows ?? []
    let after = partitionIndex(rows.count) { rows[$0].address <= address.value }
    guard after > 0, rows[after - 1].line > 0 else { return nil }
    let row = rows[after - 1]
    return fileName(units[index].die, row.file).map {
      SourceLocation(file: $0, line: Int(row.line))
    }
  }

  /// Where the source declares the function; else the line of its first instruction.
  func declaration(of function: Function) -> SourceLocation? {
    guard let index = unit(at: function.address) else { return nil }
    load(index)
    let declared = units[index].contents?.declarations[function.address.value]
    let start = start(of: function, in: index)
    // GCC notes the prototype instead, if that stands in one of the system's headers.
    if let declared, let start, start.file != declared.file { return start }
    return declared ?? start ?? location(of: function.address)
  }

  /// The line of the function itself: the first that the compiler gave to its first instruction.
  private func start(of function: Function, in unit: Int) -> SourceLocation? {
    loadLines(unit)
    let rows = units[unit].rows ?? []
    let first = partitionIndex(rows.count) { rows[$0].address < function.address.value }
    guard first < rows.count, rows[first].address == function.address.value, rows[first].line > 0
    else { return nil }
    return fileName(units[unit].die, rows[first].file).map {
      SourceLocation(file: $0, line: Int(rows[first].line))
    }
  }

  /// Functions that were inlined somewhere in the units that were read so far.
  var loadedInlinedNames: [String] {
    units.flatMap { $0.contents?.inlined.map(\.call.name) ?? [] }
  }

  /// Every place where `name` was inlined, by address; reads all units.
  func inlinedCalls(named name: String) -> [InlinedCall] {
    var found: [InlinedCall] = []
    for index in units.indices {
      load(index)
      found +=
        units[index].contents?.inlined.filter { entry in
          entry.call.name == name || linkName(entry.linkName, matches: name)
        }.map(\.call) ?? []
    }
    return found.sorted { $0.entry < $1.entry }
  }

  /// The calls inlined at `address`, outermost first: what a debugger shows as frames of one function.
  func inlinedCalls(at address: Address) -> [InlinedCall] {
    guard let index = unit(at: address) else { return [] }
    load(index)
    return units[index].contents?.inlined.map(\.call).filter { $0.contains(address) } ?? []
  }
}

extension DebugFile {
  private func readUnits() {
    var unit: OpaquePointer?
    var die = Dwarf_Die()
    while dwarf_get_units(dwarf, unit, &unit, nil, nil, &die, nil) == 0 {
      let tag = dwarf_tag(&die)
      guard tag == DW_TAG_compile_unit else { continue }
      for range in addressRanges(&die) where isLive(range.lowerBound) {
        ranges.append((UInt64(range.lowerBound), UInt64(range.upperBound), units.count))
      }
      units.append(DebugUnit(die: die))
    }
    ranges.sort { ($0.start, $0.unit) < ($1.start, $1.unit) }
  }

  private func unit(at address: Address) -> Int? {
    let value = UInt64(address.value)
    let after = partitionIndex(ranges.count) { ranges[$0].start <= value }
    return after > 0 && value < ranges[after - 1].end ? ranges[after - 1].unit : nil
  }

  /// Whether debug information of code at `address` is about code in the image: the linker leaves
  /// discarded functions at address 0 or 1, where a Cortex-M has its vectors.
  private func isLive(_ address: UInt32) -> Bool {
    if image.hasSymbols { return image.functionID(at: Address(address)) != nil }
    return image.sections.contains { $0.isExecutable && $0.range.contains(UInt64(address)) }
      && address >= 8
  }

  private func loadLines(_ index: Int) {
    if units[index].rows != nil { return }
    units[index].rows = []
    var attribute = Dwarf_Attribute()
    var offset: Dwarf_Word = 0
    guard dwarf_attr(&units[index].die, UInt32(DW_AT_stmt_list), &attribute) != nil,
      dwarf_formudata(&attribute, &offset) == 0,
      var program = LineProgram(lineSection, offset: offset)
    else { return }
    units[index].rows = program.rows(isLive: isLive)
  }

  private func load(_ index: Int) {
    if units[index].contents != nil { return }
    var reader = UnitReader(image: image, unit: units[index].die, isLive: isLive)
    units[index].contents = reader.read()
  }
}

/// One compilation unit and what was read of it so far.
private struct DebugUnit {
  var die: Dwarf_Die
  var rows: [LineProgram.Row]?
  var contents: UnitContents?
}
