import Boards
import Documents
import Trust
import Units
import Verdicts

private let name = Key.positional("NAME", "one board in full; a FILE.yaml is one, too")

let boardsCommand = Command(
  name: "boards", summary: "the boards that are known, or one in full",
  details: """
    Lists the boards that --board accepts. With NAME: its chip, its wiring and every number that \
    results depend on, with its source, its mark and how far it may be off.

    Marks: A read in the vendor's text or measured, B quoted by others, D derived from A, P of a \
    close relative, M remembered and not looked up.
    """,
  examples: ["boards", "boards nrf52840-dk --format json"],
  keys: [name, SheetFormat.key, RunOptions.data]
) { (arguments, invocation) throws(CommandFailure) in
  let explicit = try arguments[RunOptions.data]
  let name = try arguments[name]
  let sheet: Sheet
  do throws(BoardError) {
    let data = try DataDirectory(explicit: explicit)
    if let name { sheet = boardSheet(try data.board(name)) } else { sheet = try boardList(data) }
  } catch { throw CommandFailure(error) }
  return try invocation.show(sheet, arguments)
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
