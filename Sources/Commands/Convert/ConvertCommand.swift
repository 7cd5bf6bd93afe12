import Streams
import Units
import Verdicts

let convertCommand = Command(
  name: "convert", summary: "a recording or its labels in another format",
  details: """
    Reads a recording in any format that 'inspect' tells and writes it in another: CSV, DeepCraft \
    .data, Edge Impulse JSON and CBOR, RESD, SDS, WAV, Renode samples. What the other format cannot \
    keep is said on standard error. Labels convert between DeepCraft's .label and Edge Impulse's \
    info.labels.
    """,
  examples: [
    "convert walk.csv walk.resd --rate '119 Hz' --units accelerometer=g",
    "convert gestures.json gestures.cbor --key fed53116f20684c0",
    "convert info.labels coffee.label --recording coffee.json",
  ],
  keys: [
    ConvertOptions.input, ConvertOptions.output, ConvertOptions.format, ConvertOptions.rate,
    ConvertOptions.resample, ConvertOptions.columns, ConvertOptions.units,
    ConvertOptions.newUnits, ConvertOptions.time, ConvertOptions.key, ConvertOptions.checkKey,
    ConvertOptions.recording, ConvertOptions.repair,
  ]
) { (arguments, invocation) throws(CommandFailure) in
  let source = try arguments[ConvertOptions.input]
  let target = try arguments[ConvertOptions.output]
  if source == target { throw .usage("OUT is IN; give another file") }
  let kind = try FileKind.of(source)
  let notes: [String]
  if kind == .labels {
    notes = try convertLabels(source, target, arguments)
  } else if [.elf, .network, .yaml].contains(kind) {
    throw CommandFailure(.badInput, "\(source): error: expected a recording or its labels")
  } else {
    notes = try convertRecording(source, target, arguments)
  }
  for note in notes { invocation.terminal.writeError("\(target): note: \(note)\n") }
  return .success
}

/// What was repaired and lost, once it is written.
private func convertRecording(
  _ source: String, _ target: String, _ arguments: Arguments
) throws(CommandFailure) -> [String] {
  let options = try ConvertOptions.reading(arguments)
  let columns = try arguments[ConvertOptions.columns]
  let units = try arguments[ConvertOptions.units]
  let newUnits = try arguments[ConvertOptions.newUnits]
  let rate = try arguments[ConvertOptions.resample]
  let format = try arguments[ConvertOptions.format]
  let key = try arguments[ConvertOptions.key]
  let repairs: [String]
  let written: WrittenRecording
  do throws(StreamError) {
    var recording = try Recording(file: source, options: options)
    repairs = recording.repairs + (recording.isTruncated ? ["\(source) was cut off"] : [])
    if let columns { recording = try recording.picking(columns) }
    if let units { recording = try recording.declaring(units: units) }
    if let newUnits { recording = try recording.converting(units: newUnits) }
    if let rate { recording = try recording.resampled(to: rate) }
    written = try recording.written(
      to: target, format: format, options: WritingOptions(key: key))
  } catch { throw CommandFailure(error) }
  try SystemFile.write(written.bytes, to: target)
  if let companion = written.companion {
    try SystemFile.write(companion.bytes, to: companion.path)
  }
  return repairs + written.losses.map { "lost: \($0)" }
}

private func convertLabels(
  _ source: String, _ target: String, _ arguments: Arguments
) throws(CommandFailure) -> [String] {
  let options = try ConvertOptions.reading(arguments)
  let file = try arguments[ConvertOptions.recording]
  guard target.hasSuffix(".label") || target.hasSuffix(".labels") else {
    throw .usage("'\(target)' is no label file; end it with .label or .labels")
  }
  let counts = target.hasSuffix(".labels")
  if counts, file == nil {
    throw .usage(
      "'\(target)' counts samples; give --recording, the recording that the labels belong to")
  }
  let bytes: [UInt8]
  do throws(StreamError) {
    var recording: Recording?
    if let file { recording = try Recording.tracks(file: file, options: options)[0] }
    let labels = try Labels(file: source, of: recording).labels
    if counts, let recording {
      bytes = try Labels.edgeImpulse(labels, of: recording)
    } else {
      bytes = Labels.deepCraft(labels)
    }
  } catch { throw CommandFailure(error) }
  try SystemFile.write(bytes, to: target)
  return counts ? ["lost: times within a sample, confidences and comments"] : []
}
