import Deployments
import Streams
import Units
import Verdicts

/// The labels of a deployment in the run's time.
///
/// Labels count from the same zero as the recording that they belong to: the stream with their file's
/// name, else the first. Where it repeats, so do they.
func trueLabels(
  _ deployment: Deployment, end: Instant
) throws(CommandFailure) -> [TrueLabel]? {
  guard let path = deployment.labels else { return nil }
  do throws(StreamError) {
    let labels = try Labels(file: path).labels
    guard let stream = labelledStream(deployment, path) else {
      return labels.map { label in
        TrueLabel(start: .zero + label.start, end: .zero + label.end, text: label.text)
      }
    }
    let recording = try Recording(
      file: stream.file,
      options: ReadingOptions(
        rate: stream.rate, channel: stream.soundChannel, timeColumn: stream.timeColumn))
    return LabelClock(stream: stream, recording: recording, end: end).played(labels)
  } catch { throw CommandFailure(error) }
}

private func labelledStream(_ deployment: Deployment, _ path: String) -> StreamInput? {
  func stem(_ path: String) -> Substring {
    let name = path.split(separator: "/").last ?? ""
    return name[..<(name.lastIndex(of: ".") ?? name.endIndex)]
  }
  return deployment.streams.first { stem($0.file) == stem(path) } ?? deployment.streams.first
}

/// Turns a recording's own time into the run's.
private struct LabelClock {
  let stream: StreamInput
  let recording: Recording
  /// Of the run: later labels do not matter.
  let end: Instant

  func played(_ labels: [Label]) -> [TrueLabel] {
    var played: [TrueLabel] = []
    var shift: Int128 = 0
    while true {
      let added = labels.map { label in
        TrueLabel(
          start: instant(label.start, shift), end: instant(label.end, shift), text: label.text)
      }.filter { $0.start < end }
      played += added
      shift += Int128(recording.duration.picoseconds)
      if stream.end != .repeat || added.isEmpty || shift >= Int128(Int64.max) { return played }
    }
  }

  private func instant(_ time: Interval, _ shift: Int128) -> Instant {
    let own = Int128(time.picoseconds) - Int128(recording.start.picoseconds) + shift
    let speed = 1_000_000_000 + Int128(stream.drift.partsPerBillion)
    let played = own * 1_000_000_000 / speed + Int128(stream.offset.picoseconds)
    return Instant(picoseconds: Int64(clamping: played))
  }
}
