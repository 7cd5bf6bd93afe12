import Boards
import Documents
import FileSystem
import Trust
import Verdicts

private let suite = Key.option(
  "--suite", "FILE", "rows of your own to run: YAML or CSV, or the CSV that a board printed")
private let firmware = Key.option(
  "--firmware", "ELF", "with the CSV of a board: the image that printed it")
private let board = Key.option("--board", "NAME|FILE.yaml", "with the CSV of a board: its model")
private let folder = Key.option(
  "--elfs", "DIR", "where the suite's firmwares are; else beside the suite")
private let results = Key.option(
  "--results", "FILE", "write what the model gave as CSV, to be published")

let accuracyCommand = Command(
  name: "accuracy", summary: "the timing models held against silicon",
  details: """
    Without --suite: the published table, each row with its source.

    With --suite: runs every row (program, board, firmware, symbol or printed, measured, source; \
    `counted` for `measured` where a figure was worked out by hand, `builds` for `firmware` where the \
    median of several stands against it) and gives its error, the median and the worst. A row that cannot be measured is excluded with the reason, and the status is 4.

    The images of Firmware/timing print `kernel,cycles` on a real board: that output is a suite, too, \
    with --firmware and --board.
    """,
  examples: [
    "accuracy", "accuracy --suite rows.csv --format json",
    "accuracy --suite board.csv --firmware timing.elf --board microbit",
  ],
  keys: [suite, firmware, board, folder, results, SheetFormat.key, RunOptions.data]
) { (arguments, invocation) throws(CommandFailure) in
  let data: DataDirectory
  let explicit = try arguments[RunOptions.data]
  do throws(BoardError) { data = try DataDirectory(explicit: explicit) } catch {
    throw CommandFailure(error)
  }
  let table = try errorTable(arguments, invocation, data)
  let report = AccuracyTable(table: table)
  if let path = try arguments[results] { try SystemFile.write(report.results, to: path) }
  switch try arguments[SheetFormat.key] {
  case .text: invocation.terminal.write(report.text)
  case .json: invocation.terminal.write(report.json)
  }
  let isWhole = try arguments[suite] == nil || table.excluded.isEmpty
  return isWhole && !table.rows.isEmpty ? .success : .notJudged
}

private func errorTable(
  _ arguments: Arguments, _ invocation: Invocation, _ data: DataDirectory
) throws(CommandFailure) -> ErrorTable {
  guard let path = try arguments[suite] else {
    do throws(DocumentError) { return try PublishedAccuracy(data).table } catch {
      throw CommandFailure(error)
    }
  }
  if try isOutputOfBoard(path) {
    guard let image = try arguments[firmware], let model = try arguments[board] else {
      throw .usage("'\(path)' is the output of a board; give --firmware ELF and --board NAME")
    }
    return try KernelTable(path: path, firmware: image, board: model, data: data).table
  }
  let rows: AccuracySuite
  do throws(DocumentError) { rows = try AccuracySuite(path: path) } catch {
    throw CommandFailure(error)
  }
  let run = AccuracyRun(
    data: data, folder: try arguments[folder] ?? Files.directory(of: path))
  return run.table(rows) { program in
    if invocation.terminal.isErrorTerminal { invocation.terminal.writeError("\(program)\n") }
  }
}

private func isOutputOfBoard(_ path: String) throws(CommandFailure) -> Bool {
  guard path.hasSuffix(".csv") else { return false }
  do throws(DocumentError) {
    return try CSVRecords(path: path).columns == ["kernel", "cycles"]
  } catch { throw CommandFailure(error) }
}
