import Boards
import Documents
import Trust
import Verdicts

/// What a board printed for the kernels of an image against what the same image prints on its model.
struct KernelTable {
  let table: ErrorTable

  /// `path` is the board's output, a CSV of `kernel,cycles`.
  init(
    path: String, firmware: String, board: String, data: DataDirectory
  ) throws(CommandFailure) {
    let measured = try Self.measured(path)
    let run = try FirmwareRun(try loadFirmware(firmware), board: board, data: data)
    var table = ErrorTable(rows: [])
    for (kernel, cycles) in measured {
      guard let ours = run.printed(behind: kernel) else {
        table.excluded.append(.init(program: kernel, why: "\(firmware) prints no such kernel"))
        continue
      }
      guard cycles > 0 else {
        table.excluded.append(.init(program: kernel, why: "took no cycles on the board"))
        continue
      }
      table.rows.append(
        ErrorTable.Row(
          core: run.core, board: board, program: kernel, measured: cycles, ours: ours,
          source: path, timingHash: run.timingHash))
    }
    self.table = table
  }

  private static func measured(_ path: String) throws(CommandFailure) -> [(String, UInt64)] {
    do throws(DocumentError) {
      var rows: [(String, UInt64)] = []
      for record in try CSVRecords(path: path).records {
        let fields = try Fields(record, "a kernel", keys: ["kernel", "cycles"])
        rows.append(
          (
            try fields.required("kernel").string(),
            UInt64(try fields.required("cycles").integer(in: 0...Int64.max))
          ))
      }
      return rows
    } catch { throw CommandFailure(error) }
  }
}
