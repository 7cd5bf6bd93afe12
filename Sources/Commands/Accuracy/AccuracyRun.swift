import Boards
import Deployments
import Documents
import FileSystem
import FirmwareImage
import Machine
import RunRecord
import Timing
import Trust
import Units
import Verdicts

/// Runs the rows of a suite, each on its board, and puts the model's figure beside the measured one.
struct AccuracyRun {
  let data: DataDirectory
  /// Where the firmwares are.
  let folder: String

  /// Rows that cannot be measured are excluded with the reason; the rest is measured.
  func table(_ suite: AccuracySuite, progress: (String) -> Void) -> ErrorTable {
    var table = ErrorTable(
      rows: [], excluded: suite.excluded.map { .init(program: $0.program, why: $0.why) })
    var runs = FirmwareRuns(data: data, memories: suite.memories)
    for row in suite.rows {
      progress(row.program)
      do throws(CommandFailure) {
        table.rows.append(try measure(row, &runs))
      } catch {
        table.excluded.append(.init(program: row.program, why: error.message))
      }
    }
    return table
  }

  private func measure(
    _ row: AccuracySuite.Row, _ runs: inout FirmwareRuns
  ) throws(CommandFailure) -> ErrorTable.Row {
    var figures: [UInt64] = []
    var measured = ErrorTable.Row(
      core: row.core, board: row.board, program: row.program, measured: row.measured, ours: 0,
      source: row.source, timingHash: "", memory: row.memory)
    measured.isCounted = row.isCounted
    for build in row.builds {
      let path = build.firmware.hasPrefix("/") ? build.firmware : "\(folder)/\(build.firmware)"
      let image = try loadFirmware(path)
      if let wanted = build.sha256, wanted != image.sha256 {
        throw CommandFailure(
          .badInput, "\(path): error: another build than was measured: its hash is \(image.sha256)")
      }
      let run = try runs.run(image, board: row.board, memory: row.memory)
      var ours = try figure(row, run, path)
      if let reference = row.reference {
        let other = try runs.run(image, board: row.board, memory: reference)
        let divisor = max(try figure(row, other, path), 1)
        ours = Self.quotient(ours * 1_000_000, divisor)
      }
      figures.append(ours)
      (measured.core, measured.timingHash) = (run.core, run.timingHash)
    }
    measured.ours = Self.median(figures)
    return measured
  }

  /// Between the two in the middle where their number is even.
  static func median(_ figures: [UInt64]) -> UInt64 {
    let sorted = figures.sorted()
    return quotient(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2], 2)
  }

  private func figure(
    _ row: AccuracySuite.Row, _ run: FirmwareRun, _ path: String
  ) throws(CommandFailure) -> UInt64 {
    switch row.figure {
    case .symbol(let name, let per):
      guard let function = run.record.functions.first(where: { $0.name == name && $0.calls > 0 })
      else {
        throw CommandFailure(.notJudged, "\(path): error: no call of '\(shortened(name))'")
      }
      return Self.quotient(function.inclusiveCycles, function.calls * per)
    case .printed(let word):
      guard let number = run.printed(behind: word) else {
        throw CommandFailure(
          .notJudged, "\(path): error: prints no line '\(shortened(word))' with a number")
      }
      return number
    }
  }

  private static func quotient(_ total: UInt64, _ count: UInt64) -> UInt64 {
    (total + count / 2) / count
  }
}

/// The runs of a suite: one that several rows look at is made once.
private struct FirmwareRuns {
  private struct Key: Hashable {
    let sha256: String
    let board: String
    let memory: String?
  }

  let data: DataDirectory
  let memories: [String: [Override]]
  private var known: [Key: FirmwareRun] = [:]

  init(data: DataDirectory, memories: [String: [Override]]) {
    (self.data, self.memories) = (data, memories)
  }

  mutating func run(
    _ image: FirmwareImage, board: String, memory: String?
  ) throws(CommandFailure) -> FirmwareRun {
    let key = Key(sha256: image.sha256, board: board, memory: memory)
    if let run = known[key] { return run }
    let run = try FirmwareRun(
      image, board: board, overrides: memory.flatMap { memories[$0] } ?? [], data: data)
    known[key] = run
    return run
  }
}

/// A firmware run on a board to its end, with what it printed.
struct FirmwareRun {
  let record: RunRecord
  let core: String
  let timingHash: String
  private let console: [UInt8]

  init(
    _ image: FirmwareImage, board name: String, overrides: [Override] = [], data: DataDirectory
  ) throws(CommandFailure) {
    let board: Board
    do throws(BoardError) { board = try data.board(name, overrides: overrides) } catch {
      throw CommandFailure(error)
    }
    var parts = DeploymentParts()
    parts.firmware = image.path
    parts.board = name
    let deployment: Deployment
    do throws(DocumentError) { deployment = try Deployment.make(parts: parts) } catch {
      throw CommandFailure(error)
    }
    let machine: Machine
    do throws(MachineError) {
      machine = try Machine(board: board, image: image, deployment: deployment)
    } catch { throw CommandFailure(error) }
    var bytes: [UInt8] = []
    machine.console = { bytes.append($0) }
    record = machine.run()
    console = bytes
    core = board.chip.core.name
    let rules = TimingCatalog.timing(of: core).flatMap { TimingCatalog.fingerprints[$0.name] } ?? ""
    timingHash = overrides.isEmpty ? rules : MemoryModel.fingerprint(with: rules)
    switch record.outcome {
    case .exited(code: 0), .reachedLimit, .sleepsForever: break
    default:
      throw CommandFailure(.firmwareFailed, "\(image.path): error: the firmware ended by a fault")
    }
  }

  /// The lines that begin with a word, a comma or blanks, and a whole number, in order.
  var numbers: [(word: String, value: UInt64)] {
    String(decoding: console, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap {
      let parts = $0.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" })
      guard parts.count >= 2, let value = UInt64(parts[1]) else { return nil }
      return (String(parts[0]), value)
    }
  }

  func printed(behind word: String) -> UInt64? { numbers.first { $0.word == word }?.value }
}
