import Documents
import FirmwareImage
import Units
import Verdicts

/// What an ELF holds: its largest functions, or all of them.
func firmwareSheet(_ path: String, isFull: Bool) throws(CommandFailure) -> Sheet {
  let image = try loadFirmware(path)
  var sheet = Sheet(title: path)
  sheet.facts("firmware", facts(image) + startRows(image))
  let sections = image.sections.filter { $0.isAllocated || $0.name.hasPrefix(".debug_info") }
  sheet.table(
    "sections",
    sections.map { section in
      Sheet.Row([
        ("section", section.name), ("address", section.isAllocated ? "\(section.address)" : ""),
        ("loaded at", section.loadAddress.map { "\($0)" } ?? ""), ("bytes", "\(section.size)"),
        ("kind", kind(section)),
      ])
    })
  let largest = image.functions.sorted { ($1.size, $0.address) < ($0.size, $1.address) }
  sheet.table(
    isFull ? "functions" : "largest functions",
    (isFull ? image.functions[...] : largest.prefix(10)).map { function in
      Sheet.Row([
        ("function", function.demangledName), ("address", "\(function.address)"),
        ("bytes", "\(function.size)"),
      ])
    })
  return sheet
}

private func kind(_ section: Section) -> String {
  if !section.isAllocated { return "debug information" }
  if section.isExecutable { return "code" }
  if section.isZeroFill { return section.reservesHeapOrStack ? "room" : "zeroed" }
  return section.isWritable ? "data" : "constants"
}

private func facts(_ image: FirmwareImage) -> [Sheet.Row] {
  let attributes = image.attributes
  var core = [attributes.processor ?? "not noted"]
  if let unit = attributes.floatingPoint, unit > 0 { core.append("floating-point unit") }
  if let abi = attributes.floatABI { core.append("\(abi.rawValue) float calls") }
  let symbols =
    image.hasSymbols
    ? "\(image.functions.count) functions, \(image.symbols.count) names"
    : "none: everything is [no symbol]; \(isELF(image) ? "link without -s" : withoutNames(image))"
  return [
    .fact("SHA-256", image.sha256),
    .fact("built for", core.joined(separator: ", ")),
    .fact("flash", "\(image.loadedBytes) bytes"),
    .fact("static RAM", "\(image.staticRAM()) bytes"),
    .fact("symbols", symbols),
    .fact("debug information", debugText(image)),
  ]
}

private func isELF(_ image: FirmwareImage) -> Bool { ImageFormat(image.file) == .elf }

private func withoutNames(_ image: FirmwareImage) -> String {
  "\(ImageFormat(image.file).title) has none, the ELF that it was made from has"
}

private func debugText(_ image: FirmwareImage) -> String {
  guard let debug = DebugInformation(image) else {
    return isELF(image) ? "none; compile with -g" : "none"
  }
  let units = debug.compilationUnits
  let producers = Set(units.compactMap { $0.producer }.map { String($0.prefix(24)) }).sorted()
  let text = "\(units.count) source files"
  return producers.isEmpty ? text : text + " by " + producers.joined(separator: "; ")
}

/// Where a core starts: the first two words of the vector table.
private func startRows(_ image: FirmwareImage) -> [Sheet.Row] {
  guard let table = image.vectorTable else {
    return [.fact("vector table", "where the board says: no section or symbol names one")]
  }
  var rows = [Sheet.Row.fact("vector table", "\(table)")]
  func word(_ index: UInt32) -> UInt32? {
    image.contents(at: table + index * 4, count: 4)?.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
  if let stack = word(0) { rows.append(.fact("initial stack", "\(Address(stack))")) }
  if let start = word(1) {
    let address = Address(start & ~1)
    let name = image.function(at: address).map { " \($0.demangledName)" } ?? ""
    rows.append(.fact("reset", "\(address)\(name)"))
  }
  return rows
}
