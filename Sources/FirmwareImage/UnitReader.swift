import CElfutils
import Units

/// What a walk over a unit's entries finds.
struct UnitContents {
  /// Where the function that starts at an address is declared.
  var declarations: [UInt32: SourceLocation] = [:]
  /// Outer calls before the ones inside them.
  var inlined: [(linkName: String, call: InlinedCall)] = []
}

/// Walks the entries of one compilation unit.
struct UnitReader {
  let image: FirmwareImage
  let unit: Dwarf_Die
  let isLive: (UInt32) -> Bool
  private var contents = UnitContents()

  init(image: FirmwareImage, unit: Dwarf_Die, isLive: @escaping (UInt32) -> Bool) {
    (self.image, self.unit, self.isLive) = (image, unit, isLive)
  }

  mutating func read() -> UnitContents {
    var stack = [unit]
    while var die = stack.popLast() {
      visit(&die)
      var child = Dwarf_Die()
      var next = dwarf_child(&die, &child)
      var children: [Dwarf_Die] = []
      // Offsets only grow in a sound file; a sibling link that leads back would never end.
      var offset = dwarf_dieoffset(&die)
      while next == 0, dwarf_dieoffset(&child) > offset {
        offset = dwarf_dieoffset(&child)
        if Self.holdsCode(Int(dwarf_tag(&child))) { children.append(child) }
        var sibling = Dwarf_Die()
        next = dwarf_siblingof(&child, &sibling)
        child = sibling
      }
      stack += children.reversed()
    }
    return contents
  }

  private static func holdsCode(_ tag: Int) -> Bool {
    switch tag {
    case DW_TAG_subprogram, DW_TAG_inlined_subroutine, DW_TAG_lexical_block, DW_TAG_namespace,
      DW_TAG_class_type, DW_TAG_structure_type, DW_TAG_try_block, DW_TAG_catch_block:
      true
    default: false
    }
  }

  private mutating func visit(_ die: inout Dwarf_Die) {
    switch Int(dwarf_tag(&die)) {
    case DW_TAG_subprogram:
      var low: Dwarf_Addr = 0
      guard dwarf_entrypc(&die, &low) == 0, low <= UInt32.max, isLive(UInt32(low)) else { return }
      var line: Int32 = 0
      guard let file = declarationFile(&die), dwarf_decl_line(&die, &line) == 0, line > 0 else {
        return
      }
      contents.declarations[UInt32(low) & ~1] = SourceLocation(file: file, line: Int(line))
    case DW_TAG_inlined_subroutine: visitInlined(&die)
    default: return
    }
  }

  /// libdw 0.188 takes number 0 for none, which since DWARF 5 is the unit's own file.
  private func declarationFile(_ die: inout Dwarf_Die) -> String? {
    if let file = dwarf_decl_file(&die) { return String(cString: file) }
    var attribute = Dwarf_Attribute()
    var number: Dwarf_Word = 1
    guard dwarf_attr_integrate(&die, UInt32(DW_AT_decl_file), &attribute) != nil,
      dwarf_formudata(&attribute, &number) == 0, number == 0
    else { return nil }
    return fileName(unit, 0)
  }

  private mutating func visitInlined(_ die: inout Dwarf_Die) {
    let ranges = addressRanges(&die).filter { isLive($0.lowerBound) }
      .sorted { $0.lowerBound < $1.lowerBound }
    var entry: Dwarf_Addr = 0
    // A body that melted into its surroundings has an entry but no instructions of its own.
    let isKnown =
      dwarf_entrypc(&die, &entry) == 0 && entry <= UInt32.max && isLive(UInt32(entry))
    guard let start = isKnown ? UInt32(entry) : ranges.first?.lowerBound,
      let name = dwarf_diename(&die).map({ String(cString: $0) })
    else { return }
    let linkName = dieString(&die, DW_AT_linkage_name) ?? name
    let declaration = demangle(linkName).map(withoutParameters)
    contents.inlined.append(
      (
        linkName,
        InlinedCall(
          name: declaration ?? name, entry: Address(start),
          ranges: ranges.map { Address($0.lowerBound)..<Address($0.upperBound) },
          functionID: image.functionID(at: Address(start)), call: callSite(&die))
      ))
  }

  func callSite(_ die: inout Dwarf_Die) -> SourceLocation? {
    guard let file = dieNumber(&die, DW_AT_call_file), let line = dieNumber(&die, DW_AT_call_line),
      let name = fileName(unit, UInt32(clamping: file))
    else { return nil }
    return SourceLocation(file: name, line: Int(clamping: line))
  }
}

/// A file of a unit's line table by its number.
func fileName(_ unit: Dwarf_Die, _ number: UInt32) -> String? {
  var unit = unit
  var files: OpaquePointer?
  var count = 0
  guard dwarf_getsrcfiles(&unit, &files, &count) == 0, Int(number) < count,
    let name = dwarf_filesrc(files, Int(number), nil, nil)
  else { return nil }
  return String(cString: name)
}

/// The addresses of an entry, empty ones left out.
func addressRanges(_ die: inout Dwarf_Die) -> [Range<UInt32>] {
  var ranges: [Range<UInt32>] = []
  var (base, start, end): (Dwarf_Addr, Dwarf_Addr, Dwarf_Addr) = (0, 0, 0)
  var offset = dwarf_ranges(&die, 0, &base, &start, &end)
  while offset > 0 {
    if start < end, end <= UInt32.max { ranges.append(UInt32(start)..<UInt32(end)) }
    let next = dwarf_ranges(&die, offset, &base, &start, &end)
    if next <= offset { break }
    offset = next
  }
  return ranges
}

func dieString(_ die: inout Dwarf_Die, _ name: Int) -> String? {
  var attribute = Dwarf_Attribute()
  guard dwarf_attr_integrate(&die, UInt32(name), &attribute) != nil else { return nil }
  return dwarf_formstring(&attribute).map { String(cString: $0) }
}

func dieNumber(_ die: inout Dwarf_Die, _ name: Int) -> UInt64? {
  var attribute = Dwarf_Attribute()
  var value: Dwarf_Word = 0
  guard dwarf_attr(&die, UInt32(name), &attribute) != nil,
    dwarf_formudata(&attribute, &value) == 0
  else { return nil }
  return value
}
