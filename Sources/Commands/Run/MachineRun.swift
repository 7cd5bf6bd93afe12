import Boards
import Debugger
import Deployments
import Documents
import FirmwareImage
import Machine
import RunRecord
import Units
import Verdicts

/// Who started several runs at once: looks after Ctrl-C for all of them and sees how far each is.
struct RunWatch {
  let reached: (Instant) -> Void
}

/// A run on a machine, also when some of what the deployment asks for is not in the firmware.
struct MachineRun {
  let record: RunRecord
  let wallSeconds: Double
  /// What could not be looked for, as printed after `error: `: symbols that match nothing.
  let unjudged: [String]
  /// What was found wrong with a recording when its sensor began to sample it.
  let inputError: DocumentError?
  /// Somebody pressed Ctrl-C, or killed the run from a debugger.
  let wasInterrupted: Bool

  init(
    _ image: FirmwareImage, _ board: Board, _ deployment: Deployment, _ progress: ProgressLine,
    _ console: ConsoleSink, _ debugger: DebuggerPort?, _ lines: SerialLines,
    _ watch: RunWatch?
  ) throws(CommandFailure) {
    var unjudged: [String] = []
    let machine = try Self.machine(image, board, deployment, &unjudged)
    let interruption = Interruption()
    machine.console = { console.take($0) }
    machine.shouldStop = { now in
      progress.update(now)
      watch?.reached(now)
      return interruption.isPending
    }
    if watch == nil { interruption.hold() }
    try lines.attach(to: machine, of: board) { interruption.isPending }
    let server = debugger?.attach(to: machine, of: board) { interruption.isPending }
    let start = WallClock.seconds()
    record = machine.run()
    wallSeconds = WallClock.seconds() - start
    wasInterrupted = interruption.isPending || server?.wasKilled == true
    // Of several runs at once the signal is for all: who started them takes it.
    if watch == nil { interruption.release() }
    self.unjudged = unjudged
    inputError = Self.inputError(record, deployment)
  }

  /// A run that was saved, as the deployment now asks for it; what it did not look at cannot be judged.
  init(saved record: RunRecord, _ deployment: Deployment) {
    (self.record, wallSeconds, wasInterrupted) = (record, 0, false)
    var unjudged = deployment.measures.compactMap { measure -> String? in
      let found = record.measures.first { $0.name == measure.name }
      let isSame = found?.from == "\(measure.from)" && found?.to == "\(measure.to)"
      return isSame ? nil : "measure \(measure.name) is not in the saved run; run it again"
    }
    if case .reachedLimit(.duration) = record.outcome, let duration = deployment.duration,
      record.end.picoseconds < duration.picoseconds
    {
      unjudged.append("the saved run is shorter than \(Quantity.text(duration)); run it again")
    }
    self.unjudged = unjudged
    inputError = Self.inputError(record, deployment)
  }

  private static func inputError(
    _ record: RunRecord, _ deployment: Deployment
  ) -> DocumentError? {
    record.inputError.map { message in
      let stream = deployment.streams.first { message.holds("stream '\($0.sensor)'") }
      return DocumentError(message, at: stream?.position ?? deployment.boardPosition)
    }
  }

  /// Leaves out one by one what names a symbol that is not there; the rest is measured.
  private static func machine(
    _ image: FirmwareImage, _ board: Board, _ deployment: Deployment, _ unjudged: inout [String]
  ) throws(CommandFailure) -> Machine {
    var deployment = deployment
    while true {
      do throws(MachineError) {
        return try Machine(board: board, image: image, deployment: deployment)
      } catch {
        guard error.isUnjudgeable, case .noSymbol(_, let use, _) = error, deployment.drop(use)
        else { throw CommandFailure(error) }
        let text = error.description
        unjudged.append(text.hasPrefix("error: ") ? String(text.dropFirst(7)) : text)
      }
    }
  }
}

extension Deployment {
  /// Takes out what an error names: `measure latency`, `inference.class`. False: nothing is so named.
  fileprivate mutating func drop(_ use: String) -> Bool {
    let count = measures.count
    measures.removeAll { use == "measure \($0.name)" }
    if measures.count < count { return true }
    guard inference != nil else { return false }
    switch use {
    case "inference.class": inference?.classSource = nil
    case "inference.scores": inference?.scores = nil
    case "inference.entry": inference = nil
    default: return false
    }
    return true
  }
}
