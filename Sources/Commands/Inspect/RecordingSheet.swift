import Documents
import Streams
import Units
import Verdicts

/// What a recording holds.
func recordingSheet(_ path: String) throws(CommandFailure) -> Sheet {
  let recording: Recording
  var note: String?
  do throws(StreamError) {
    do throws(StreamError) { recording = try Recording(file: path) } catch {
      // Without its own times, a table of numbers is read as one sample a second.
      guard error.kind == .wrongRate || error.kind == .malformed else { throw error }
      let options = ReadingOptions(rate: Hertz(1))
      guard let read = try? Recording(file: path, options: options) else { throw error }
      recording = read
      note = "not in the file; give the stream's 'rate:'"
    }
  } catch { throw CommandFailure(error) }
  var sheet = Sheet(title: path)
  var rows = [Sheet.Row.fact("samples", "\(recording.count)")]
  rows.append(.fact("rate", note ?? rate(recording)))
  if note == nil { rows.append(.fact("length", seconds(recording.duration))) }
  if recording.start != .zero { rows.append(.fact("first sample", seconds(recording.start))) }
  rows.append(.fact("gaps", gaps(recording)))
  if recording.isTruncated { rows.append(.fact("cut off", "shorter than its header says")) }
  sheet.facts("recording", rows)
  sheet.table(
    "channels",
    zip(recording.channels, recording.samples).map { channel, samples in
      let sum = samples.reduce(0, +)
      return Sheet.Row([
        ("channel", channel.name), ("unit", channel.unit ?? "not given"),
        ("min", number(samples.min() ?? 0)), ("mean", number(sum / Double(samples.count))),
        ("max", number(samples.max() ?? 0)),
      ])
    })
  return sheet
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
  let names = Set(labels.map(\.text)).sorted()
  sheet.table(
    "classes",
    names.map { name in
      let own = labels.filter { $0.text == name }
      let time = own.reduce(Interval.zero) { $0 + $1.length }
      return Sheet.Row([("label", name), ("count", "\(own.count)"), ("time", seconds(time))])
    })
  return sheet
}

private func rate(_ recording: Recording) -> String {
  if let rate = recording.rate { return Quantity.text(rate) }
  guard case .timestamps(let times) = recording.timing, recording.count > 1 else { return "" }
  let span = times[times.count - 1].seconds
  return "by timestamps, \(number(Double(times.count - 1) / span)) Hz on average"
}

/// Steps of the time column longer than one and a half of the middle one.
private func gaps(_ recording: Recording) -> String {
  var words: [String] = []
  if recording.segments.count > 1 { words.append("\(recording.segments.count) parts") }
  if case .timestamps(let times) = recording.timing {
    let steps = zip(times, times.dropFirst()).map { $1.picoseconds - $0.picoseconds }
    let middle = steps.sorted()[steps.count / 2]
    let long = steps.filter { $0 > middle + middle / 2 }
    if let longest = long.max() {
      words.append("\(long.count) steps of up to \(seconds(Interval(picoseconds: longest)))")
    }
  }
  return words.isEmpty ? "none" : words.joined(separator: "; ")
}

private func seconds(_ interval: Interval) -> String { "\(number(interval.seconds)) s" }

/// At most four decimals.
private func number(_ value: Double) -> String {
  guard value.magnitude < 1e12 else { return "\(value)" }
  let scaled = Int64((value * 10_000).rounded())
  var digits = String(scaled.magnitude % 10_000 + 10_000).dropFirst()
  while digits.last == "0" { digits.removeLast() }
  let sign = scaled < 0 ? "-" : ""
  return "\(sign)\(scaled.magnitude / 10_000)" + (digits.isEmpty ? "" : ".\(digits)")
}
