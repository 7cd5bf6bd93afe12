import Deployments
import Streams
import Units
import Verdicts

/// The labels of a deployment, to be told in the run's time.
///
/// Labels count from the same zero as the recording that they belong to: the stream with their file's
/// name, else the first. Where it repeats, so do they.
struct RunLabels {
  private let labels: [Label]
  /// The recording that they belong to; nil: there is none, and they count from power-on.
  private let played: (stream: StreamInput, recording: Recording)?

  /// nil when the deployment names none.
  init?(_ deployment: Deployment) throws(CommandFailure) {
    guard let path = deployment.labels else { return nil }
    do throws(StreamError) {
      if let stream = labelledStream(deployment, path) {
        let options = ReadingOptions(
          rate: stream.rate, channel: stream.soundChannel, timeColumn: stream.timeColumn)
        played = (stream, try Recording.tracks(file: stream.file, options: options)[0])
      } else {
        played = nil
      }
      labels = try Labels(file: path, of: played?.recording).labels
    } catch { throw CommandFailure(error) }
  }

  /// Those that begin before the run's end.
  func played(until end: Instant) -> [TrueLabel] {
    var result: [TrueLabel] = []
    let period = Int128(played?.recording.duration.picoseconds ?? 0)
    var shift: Int128 = 0
    while true {
      let added = labels.map { label in
        TrueLabel(
          start: instant(label.start, shift), end: instant(label.end, shift), text: label.text)
      }.filter { $0.start < end }
      result += added
      shift += period
      let goesOn = played?.stream.end == .repeat && !added.isEmpty && period > 0
      if !goesOn || shift >= Int128(Int64.max) { return result }
    }
  }

  private func instant(_ time: Interval, _ shift: Int128) -> Instant {
    guard let (stream, recording) = played else { return .zero + time }
    let own = Int128(time.picoseconds) - Int128(recording.start.picoseconds) + shift
    let speed = 1_000_000_000 + Int128(stream.drift.partsPerBillion)
    let played = own * 1_000_000_000 / speed + Int128(stream.offset.picoseconds)
    return Instant(picoseconds: Int64(clamping: played))
  }
}

private func labelledStream(_ deployment: Deployment, _ path: String) -> StreamInput? {
  func stem(_ path: String) -> Substring {
    let name = path.split(separator: "/").last ?? ""
    return name[..<(name.lastIndex(of: ".") ?? name.endIndex)]
  }
  return deployment.streams.first { stem($0.file) == stem(path) } ?? deployment.streams.first
}
