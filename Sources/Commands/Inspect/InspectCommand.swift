import Boards
import Documents
import Profiling
import Verdicts

private let full = Key.flag("--full", "of an ELF every function, of a recording every channel")
private let labels = Key.option("--labels", "FILE", "of a recording: what happens in it and when")
private let key = Key.option(
  "--key", "KEY", "checks the signature of an Edge Impulse file with this HMAC key")
private let file = Key.required(
  "FILE", "an ELF, network, recording, label file, board, deployment, or a saved run's directory")
private let base = Key.option(
  "--against", "DIR", "another saved run: what changed since, as a differential flame graph")

let inspectCommand = Command(
  name: "inspect", summary: "what a firmware, network or recording holds",
  details: """
    Tells what a file holds: of an ELF its sections, symbols, vector table, memory and debug \
    information; of a network its layers with multiply-accumulates and bytes; of a recording rate, \
    length, channels, gaps and jitter, with a drawing; of labels, a board or a deployment a summary; \
    of a run saved by 'run --output DIR' where its cycles went, and views of it without running it \
    again.
    """,
  examples: [
    "inspect Firmware/demo/gesture.tflite", "inspect Firmware/demo/recordings/gestures.csv",
    "inspect results/today --export callgrind=callgrind.out",
  ],
  keys: [
    file, full, labels, ConvertOptions.rate, ConvertOptions.time, key, SheetFormat.key,
    ViewExport.key, base, RunOptions.data,
  ]
) { (arguments, invocation) throws(CommandFailure) in
  let path = try arguments[file]
  let exports = try arguments[ViewExport.key]
  if let saved = SavedView.file(path) {
    let view = try SavedView(saved)
    let base = try arguments[base].map { (path) throws(CommandFailure) in
      try SavedView(SavedView.file(path) ?? path).view
    }
    for export in exports { try export.write(view.view, against: base, invocation.terminal) }
    return exports.isEmpty ? try invocation.show(view.sheet, arguments) : .success
  }
  if !exports.isEmpty {
    throw .usage(
      "'\(shortened(path))' is no saved run; 'thumbprint run --output DIR' makes one")
  }
  let sheet: Sheet
  switch try FileKind.of(path) {
  case .elf: sheet = try firmwareSheet(path, isFull: try arguments[full])
  case .network: sheet = try networkSheet(path)
  case .recording:
    sheet = try recordingSheet(
      path,
      RecordingView(
        labels: try arguments[labels], key: try arguments[key],
        rate: try arguments[ConvertOptions.rate], time: try arguments[ConvertOptions.time],
        isFull: try arguments[full]))
  case .labels: sheet = try labelSheet(path)
  case .yaml, .unknown: sheet = try documentSheet(path, data: try arguments[RunOptions.data])
  }
  return try invocation.show(sheet, arguments)
}

/// A board, or else a deployment.
private func documentSheet(
  _ path: String, data explicit: String?
) throws(CommandFailure) -> Sheet {
  let tree: Node
  do throws(DocumentError) { tree = try Node.load(path: path) } catch {
    throw CommandFailure(error)
  }
  if tree["chip"] == nil || tree["firmware"] != nil || tree["generate"] != nil {
    return try deploymentSheet(path)
  }
  do throws(BoardError) {
    return boardSheet(try DataDirectory(explicit: explicit).board(path))
  } catch { throw CommandFailure(error) }
}
