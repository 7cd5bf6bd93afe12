import Documents
import Streams
import Units
import Verdicts

/// How a recording is looked at.
struct RecordingView {
  var labels: String?
  var key: String?
  var rate: Hertz?
  var time: String?
  var isFull = false
}

/// What a recording holds, and a drawing of it.
func recordingSheet(_ path: String, _ view: RecordingView) throws(CommandFailure) -> Sheet {
  var sheet = Sheet(title: path)
  let reading: Reading
  do throws(StreamError) { reading = try Reading(path, view) } catch {
    throw CommandFailure(error)
  }
  for (index, recording) in reading.tracks.enumerated() {
    let number = reading.tracks.count > 1 ? " \(index + 1)" : ""
    var rows = facts(recording, hasRate: reading.hasRate)
    if let refusal = reading.refusal, index == 0 { rows.append(.fact("refused by run", refusal)) }
    sheet.facts("recording" + number, rows)
    sheet.table("channels" + number, channelRows(recording))
    var labels: [Label] = []
    if let file = view.labels ?? labelFile(beside: path), index == 0 {
      do throws(StreamError) { labels = try Labels(file: file, of: recording).labels } catch {
        throw CommandFailure(error)
      }
      sheet.table("labels", labelRows(labels))
    }
    sheet.drawing +=
      (sheet.drawing.isEmpty ? "" : "\n")
      + RecordingPlot(recording: recording, labels: labels, isFull: view.isFull).text
  }
  return sheet
}

/// A recording as a run would read it, or else as far as it can be read at all.
private struct Reading {
  let tracks: [Recording]
  /// Why a run would not take it as it is.
  var refusal: String?
  var hasRate = true

  init(_ path: String, _ view: RecordingView) throws(StreamError) {
    var options = ReadingOptions(rate: view.rate, timeColumn: view.time)
    options.key = view.key
    do throws(StreamError) { tracks = try Recording.tracks(file: path, options: options) } catch {
      options.allowsDisorder = true
      options.allowsTruncated = true
      if let found = try? Recording.tracks(file: path, options: options) {
        tracks = found
        refusal = Self.reason(error)
      } else {
        // Without its own times, a table of numbers is read as one sample a second.
        options.rate = options.rate ?? Hertz(1)
        guard error.kind == .wrongRate || error.kind == .malformed,
          let found = try? Recording.tracks(file: path, options: options)
        else { throw error }
        tracks = found
        hasRate = false
      }
    }
  }

  private static func reason(_ error: StreamError) -> String {
    let place = error.line.map { " in line \($0)" } ?? ""
    return "\(error.message)\(place); 'convert --repair' reads what is there"
  }
}

private func facts(_ recording: Recording, hasRate: Bool) -> [Sheet.Row] {
  let statistics = RecordingStatistics(recording)
  var rows = [Sheet.Row.fact("samples", "\(recording.count)")]
  rows.append(
    .fact("rate", hasRate ? rate(recording) : "not in the file; give the stream's 'rate:'"))
  if hasRate { rows.append(.fact("length", seconds(recording.duration))) }
  if recording.start != .zero { rows.append(.fact("first sample", seconds(recording.start))) }
  rows.append(.fact("gaps", gaps(recording, statistics)))
  if let step = statistics.step {
    rows.append(.fact("jitter", "\(seconds(statistics.jitter)) around \(seconds(step))"))
  }
  if statistics.repeats > 0 {
    rows.append(.fact("repeats", "\(statistics.repeats) samples equal to the one before"))
  }
  for repair in recording.repairs { rows.append(.fact("repaired", repair)) }
  for assumption in recording.assumptions { rows.append(.fact("assumed", assumption)) }
  if recording.isTruncated { rows.append(.fact("cut off", "shorter than its header says")) }
  for attribute in recording.attributes { rows.append(.fact(attribute.name, attribute.value)) }
  return rows
}

private func channelRows(_ recording: Recording) -> [Sheet.Row] {
  zip(recording.channels, recording.samples).map { channel, samples in
    let sum = samples.reduce(0, +)
    return Sheet.Row([
      ("channel", channel.name), ("unit", channel.unit ?? "not given"),
      ("min", decimal(samples.min() ?? 0)), ("mean", decimal(sum / Double(samples.count))),
      ("max", decimal(samples.max() ?? 0)),
    ])
  }
}

/// `walk.label` beside `walk.csv`, as DeepCraft Studio and the demonstration keep them.
private func labelFile(beside path: String) -> String? {
  let name = path.split(separator: "/").last ?? ""
  guard let dot = name.lastIndex(of: ".") else { return nil }
  let file = path.dropLast(name.count) + name[..<dot] + ".label"
  return SystemFile.exists(String(file)) ? String(file) : nil
}

/// What a label file holds.
func labelSheet(_ path: String) throws(CommandFailure) -> Sheet {
  let labels: [Label]
  do throws(StreamError) { labels = try Labels(file: path).labels } catch {
    throw CommandFailure(error)
  }
  var sheet = Sheet(title: path)
  sheet.facts(
    "labels",
    [
      .fact("count", "\(labels.count)"),
      .fact("end", seconds(labels.map(\.end).max() ?? .zero)),
    ])
  sheet.table("classes", labelRows(labels))
  return sheet
}

private func labelRows(_ labels: [Label]) -> [Sheet.Row] {
  Set(labels.map(\.text)).sorted().map { name in
    let own = labels.filter { $0.text == name }
    let time = own.reduce(Interval.zero) { $0 + $1.length }
    return Sheet.Row([("label", name), ("count", "\(own.count)"), ("time", seconds(time))])
  }
}

private func rate(_ recording: Recording) -> String {
  if let rate = recording.rate {
    let text = Quantity.text(rate)
    // A fraction of large numbers tells nobody anything.
    return text.contains("/") ? "\(decimal(rate.value)) Hz" : text
  }
  guard case .timestamps(let times) = recording.timing, recording.count > 1 else { return "" }
  let span = times[times.count - 1].seconds
  return "by timestamps, \(decimal(Double(times.count - 1) / span)) Hz on average"
}

private func gaps(_ recording: Recording, _ statistics: RecordingStatistics) -> String {
  var words: [String] = []
  if recording.segments.count > 1 { words.append("\(recording.segments.count) parts") }
  if let longest = statistics.gaps.first {
    words.append(
      "\(statistics.gaps.count) steps of up to \(seconds(longest.length)), the longest at "
        + seconds(recording.start + longest.start))
  }
  return words.isEmpty ? "none" : words.joined(separator: "; ")
}

private func seconds(_ interval: Interval) -> String { "\(decimal(interval.seconds)) s" }

/// At most four decimals.
func decimal(_ value: Double) -> String {
  guard value.magnitude < 1e12 else { return "\(value)" }
  let scaled = Int64((value * 10_000).rounded())
  var digits = String(scaled.magnitude % 10_000 + 10_000).dropFirst()
  while digits.last == "0" { digits.removeLast() }
  let sign = scaled < 0 ? "-" : ""
  return "\(sign)\(scaled.magnitude / 10_000)" + (digits.isEmpty ? "" : ".\(digits)")
}
