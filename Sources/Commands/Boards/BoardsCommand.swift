import Boards
import Documents
import FileSystem
import Peripherals
import Registers
import Trust
import Units
import Verdicts

private let name = Key.positional("NAME", "one board in full; a FILE.yaml is one, too")
private let isNew = Key.flag(
  "--new", "prints a commented board of your own to start from; with NAME.yaml it goes there")
private let description = Key.option(
  "--svd", "FILE", "the vendor's description of the chip that --new starts from")
private let listsTypes = Key.flag("--types", "the types of peripherals that a chip can have")

let boardsCommand = Command(
  name: "boards", summary: "the boards that are known, or one in full",
  details: """
    Lists the boards that --board accepts. With NAME: its chip, its wiring and every number that \
    results depend on, with its source, its mark and how far it may be off.

    Marks: A read in the vendor's text or measured, B quoted by others, D derived from A, P of a \
    close relative, M remembered and not looked up.
    """,
  examples: [
    "boards", "boards nrf52840-dk --format json", "boards mine.yaml --new --svd chip.svd",
  ],
  keys: [name, isNew, description, listsTypes, SheetFormat.key, RunOptions.data]
) { (arguments, invocation) throws(CommandFailure) in
  if try arguments[isNew] { return try startBoard(arguments, invocation) }
  if try arguments[listsTypes] { return try invocation.show(typeList(), arguments) }
  let explicit = try arguments[RunOptions.data]
  let name = try arguments[name]
  let board: Board?
  let list: Sheet?
  do throws(BoardError) {
    let data = try DataDirectory(explicit: explicit)
    if let name { board = try data.board(name) } else { board = nil }
    if board == nil { list = try boardList(data) } else { list = nil }
  } catch { throw CommandFailure(error) }
  try board?.checkModels()
  return try invocation.show(board.map(boardSheet) ?? list ?? Sheet(), arguments)
}

/// Writes a board to start from.
private func startBoard(
  _ arguments: Arguments, _ invocation: Invocation
) throws(CommandFailure) -> ExitStatus {
  guard let svd = try arguments[description] else {
    throw .usage("--new needs the chip's description; give --svd FILE")
  }
  let device: DeviceDescription
  do throws(DocumentError) { device = try DeviceDescription(file: svd) } catch {
    throw CommandFailure(error)
  }
  guard let file = try arguments[name] else {
    let start = BoardStart(device, name: device.name.lowercased(), description: svd)
    invocation.terminal.write(start.text)
    return .success
  }
  guard file.hasSuffix(".yaml") else {
    throw .usage("--new writes a file NAME.yaml, not '\(shortened(file))'")
  }
  if SystemFile.exists(file) {
    throw .usage("'\(shortened(file))' is there already; choose another NAME.yaml")
  }
  let title = file.split(separator: "/").last.map { String($0.dropLast(5)) } ?? file
  let start = BoardStart(
    device, name: title, description: relative(svd, to: Files.directory(of: file)))
  try SystemFile.write(start.text, to: file)
  invocation.terminal.write("\(file)\nnext: edit it, then thumbprint boards \(file)\n")
  return .success
}

/// A path as a file in `directory` names it; both are relative to where the command was typed.
private func relative(_ path: String, to directory: String) -> String {
  if path.hasPrefix("/") || directory == "." { return path }
  if Files.directory(of: path) == directory {
    return String(path.dropFirst(directory.utf8.count + 1))
  }
  if directory.hasPrefix("/") { return path }
  let levels = directory.split(separator: "/").filter { $0 != "." }
  return levels.map { _ in "../" }.joined() + path
}

private func typeList() -> Sheet {
  var sheet = Sheet()
  sheet.table("types", PeripheralCatalog.names.map { Sheet.Row([("type", $0)]) })
  return sheet
}

private func boardList(_ data: DataDirectory) throws(BoardError) -> Sheet {
  var rows: [Sheet.Row] = []
  for name in data.boardNames() {
    let board = try data.board(name)
    let parts = board.sensors.map(\.part).joined(separator: ", ")
    rows.append(
      Sheet.Row([
        ("board", name), ("chip", board.chip.name), ("core", board.chip.core.name),
        ("clock", Quantity.text(board.coreClock.value)), ("sensors", parts),
      ]))
  }
  var sheet = Sheet()
  sheet.table("boards", rows)
  return sheet
}

/// Everything that is known of a board.
func boardSheet(_ board: Board) -> Sheet {
  var sheet = Sheet(title: "\(board.name): \(board.title)")
  sheet.facts("board", chipRows(board) + wiringRows(board))
  sheet.facts("figures", board.figures.map(figureRow))
  let unmodelled = board.chip.blocks.filter { !$0.isModelled }.map(\.name)
  if !unmodelled.isEmpty {
    sheet.facts(
      "not modelled", [.fact("peripherals", unmodelled.joined(separator: ", "))])
  }
  let sources = board.sources.map { source in
    Sheet.Row.fact(
      source.key, "\(source.title), \(source.location)", [("licence", source.licence ?? "")])
  }
  sheet.facts("sources", sources)
  return sheet
}

private func chipRows(_ board: Board) -> [Sheet.Row] {
  let core = board.chip.core
  var words = [core.name]
  if core.hasFPU { words.append("FPU") }
  if core.hasDSP { words.append("DSP") }
  if core.hasMPU { words.append("MPU") }
  if core.hasBitBand { words.append("bit-banding") }
  if core.hasSmallMultiplier { words.append("32-cycle multiplier") }
  if core.correctsErrors { words.append("error correction") }
  func place(_ region: Application.Region) -> String {
    "\(Quantity.text(bytes: UInt64(region.size))) from \(region.base)"
  }
  return [
    .fact("chip", "\(board.chip.name): \(board.chip.title)"),
    .fact("core", words.joined(separator: ", ")),
    .fact("application flash", place(board.application.flash)),
    .fact("application RAM", place(board.application.ram)),
  ]
}

private func wiringRows(_ board: Board) -> [Sheet.Row] {
  var rows: [Sheet.Row] = []
  for sensor in board.sensors {
    var words = ["\(sensor.part) on \(sensor.bus.controller)"]
    words += sensor.bus.pins.map { "\($0.name) \($0.pin)" }
    words += sensor.pins.map { "\($0.name) to \($0.pin)" }
    if let pin = sensor.powerPin { words.append("powered by \(pin)") }
    words.append("feels " + sensor.channels.joined(separator: ", "))
    rows.append(.fact("sensor \(sensor.id)", words.joined(separator: "; ")))
  }
  for part in board.unmodelledParts {
    rows.append(.fact("part \(part.id)", "\(part.part), not modelled: answers nothing"))
  }
  for led in board.leds { rows.append(.fact("led \(led.name)", "\(led.pin)")) }
  for button in board.buttons { rows.append(.fact("button \(button.name)", "\(button.pin)")) }
  return rows
}

private func figureRow(_ figure: Figure) -> Sheet.Row {
  let provenance = figure.provenance
  return .fact(
    figure.key, figure.value,
    [
      ("source", provenance.source.key), ("trust", provenance.mark.rawValue),
      ("tier", figure.tier.rawValue), ("band", percent(provenance.trust.band)),
      ("note", provenance.note ?? ""),
    ])
}
