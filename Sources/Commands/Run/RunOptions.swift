import Deployments
import Documents
import Reports
import Units
import Verdicts

/// The arguments of `run`.
enum RunOptions {
  static let firmware = Key.required(
    "FIRMWARE|DEPLOYMENT.yaml",
    "an ELF, Intel HEX, S-record or raw binary file, or a deployment: its firmware, board, "
      + "recordings, measures and budgets"
  )
  static let further = Key<[String]>(
    name: "[FIRMWARE]",
    help:
      "more files for the same chip: an application behind its boot loader, the one that starts; "
      + "app.bin@0x8000 is a raw binary with its place", shape: .remaining
  ) { $0 }
  static let board = Key.option(
    "--board", "NAME|FILE.yaml", "the board it runs on; 'thumbprint boards' lists them")
  static let streams = Key.list(
    "--stream", "SENSOR=FILE", "a recording that a sensor feels, in any format that inspect tells")
  static let measures = Key.list(
    "--measure", "NAME=FROM..TO",
    "a time to measure between two points: SENSOR.data-ready, SENSOR.read, SENSOR.pin, "
      + "irq NAME, enter SYMBOL, return SYMBOL, gpio PIN rising|falling, uart NAME \"TEXT\"")
  static let budgets = Key.list(
    "--budget", "NAME=LIMIT",
    "a limit of a measure (its maximum) or of flash, ram, stack and others")
  static let duration = Key.option("--for", "DURATION", "simulated time; a plain ELF: 60 s")
  static let timeout = Key.option("--timeout", "DURATION", "time on the wall clock")
  static let format = Key.choice(
    "--format", ReportCatalog.formats.map { ($0.name, $0) }, "how the result is printed")
  static let output = Key.option(
    "--output", "DIR", "also writes record.json and every form of report there")
  static let console = Key.option(
    "--console", "FILE",
    "where the firmware's own output goes, - for standard output; without it standard output "
      + "before a text report and standard error for other formats")
  static let files = Key.option(
    "--files", "DIR",
    "a directory whose files the firmware may open, write and remove by semihosting")
  static let arguments = Key.option(
    "--arguments", "TEXT", "what semihosting tells the firmware after its name: its arguments")
  static let uarts = Key.list(
    "--uart", "NAME=TARGET",
    "a serial port's other end: FILE takes its output, 'pty' and 'tcp:PORT' are terminals of the "
      + "host, 'script:FILE' is a dialogue of expect, send and wait")
  static let description = Key.option(
    "--svd", "FILE",
    "the vendor's description of the chip: registers that no model stands for follow it")
  static let holds = Key.list(
    "--hold", "REGISTER=VALUE",
    "bits that read as told, past a wait for what is not modelled: RCC.CR.HSERDY=1, RCC.CR.17=1")
  static let presses = Key.list(
    "--press", "PIN@TIME",
    "a pin or a button of the board that is pressed then, for 100 ms or as in PIN@2s+500ms")
  static let base = Key<Address?>(
    name: "--base", help: "where a raw binary goes; its vector table is there",
    shape: .option(placeholder: "ADDRESS")
  ) { (texts) throws(CommandFailure) in
    guard let text = texts.first else { return nil }
    do throws(DocumentError) {
      return try Node(.scalar(text, quoted: false), at: Position(file: "--base")).address()
    } catch { throw CommandFailure(error) }
  }
  static let settings = Key.list(
    "--set", "KEY=VALUE", "a key of the deployment or, below 'board.', of its board")
  static let judge = Key.option(
    "--judge", "guarded|nominal",
    "whether a budget must hold at the worst of the model's band, or by the value alone")
  static let seed = Key<Int64?>(
    name: "--seed",
    help: "a whole number for what is drawn at random: the noise of injected faults",
    shape: .option(placeholder: "N")
  ) { (texts) throws(CommandFailure) in
    guard let text = texts.first else { return nil }
    guard let seed = Int64(text) else {
      throw CommandFailure(
        .usage, "--seed: error: expected a whole number, found '\(shortened(text))'")
    }
    return seed
  }
  static let gdb = Key<UInt16?>(
    name: "--gdb",
    help: "waits for GDB on this TCP port of 127.0.0.1 (0: a free one) and lets it lead",
    shape: .option(placeholder: "PORT")
  ) { (texts) throws(CommandFailure) in
    guard let text = texts.first else { return nil }
    guard let port = UInt16(text) else {
      throw CommandFailure(
        .usage, "--gdb: error: expected a port from 0 to 65535, found '\(shortened(text))'")
    }
    return port
  }
  static let quiet = Key.flag("--quiet", "no progress and none of the firmware's output")
  static let full = Key.flag("--full", "every row, finding and source in a text report")
  static let strict = Key.flag("--strict", "a finding other than an assumption is status 4")
  static let data = Key.option("--data", "DIR", "the folder that holds 'Boards'")

  static let keys: [any ArgumentKey] = [
    firmware, further, board, streams, measures, budgets, duration, timeout, format, output,
    console, HistoryFile.option,
    files, arguments, uarts, description, holds, presses, base, settings, judge, seed, quiet, full,
    strict, gdb, data, SavedRecord.option,
    ViewExport.key, Key.unavailable("--jobs"),
  ]

  /// What also holds for several runs at once.
  static let shared: [any ArgumentKey] = [
    board, streams, measures, budgets, duration, timeout, description, holds, presses, settings,
    judge, seed, quiet, full, strict, data,
  ]

  /// The deployment's parts among the arguments.
  static func parts(_ arguments: Arguments) throws(CommandFailure) -> DeploymentParts {
    var parts = DeploymentParts()
    parts.board = try arguments[board]
    parts.streams = try arguments[streams]
    parts.measures = try arguments[measures]
    parts.budgets = try arguments[budgets]
    parts.duration = try arguments[duration]
    parts.timeout = try arguments[timeout]
    parts.judge = try arguments[judge]
    parts.uarts = try arguments[uarts]
    parts.description = try arguments[description]
    parts.furtherFirmware = try arguments[further]
    parts.presses = try arguments[presses]
    parts.holds = try arguments[holds]
    parts.settings = try arguments[settings]
    parts.seed = try arguments[seed]
    parts.files = try arguments[files]
    parts.arguments = try arguments[Self.arguments]
    return parts
  }
}
