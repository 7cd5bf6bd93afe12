import Units

/// Comma-separated text with the seconds of each sample in the first column.
///
/// Numbers are the shortest that read the same again. Times have as many decimals as the period is
/// exact with, at most nine; the reader finds a whole rate again. Other rates take twelve.
enum CSVWriter: RecordingWriter {
  static let name = "csv"
  static let extensions = ["csv"]

  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording {
    CSVText.write(recording, header: "time")
  }
}

/// DeepCraft Studio's `.data`: comma-separated text with the seconds of each sample first.
///
/// Reference: DeepCraft Studio documentation, "Data file format".
enum DeepCraftWriter: RecordingWriter {
  static let name = "deepcraft"
  static let extensions = ["data"]

  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording {
    // Studio takes a blank line for the end.
    var written = CSVText.write(recording, header: "Time (seconds)", keepsSegments: false)
    if recording.segments.count > 1 {
      written.losses.insert("the \(recording.segments.count) parts that it was recorded in", at: 0)
    }
    return written
  }
}

enum CSVText {
  static func write(
    _ recording: Recording, header: String, keepsSegments: Bool = true
  ) -> WrittenRecording {
    var text = quoted(header)
    for channel in recording.channels {
      let unit = channel.unit.map { " [\($0)]" } ?? ""
      let isInName = channel == Channel(heading: channel.name)
      text += "," + quoted(channel.name + (isInName ? "" : unit))
    }
    text += "\n"
    var bytes = Array(text.utf8)
    let decimals = decimals(recording)
    let starts = Set(recording.segments.dropFirst().map(\.lowerBound))
    let times = recording.times()
    for index in 0..<recording.count {
      if keepsSegments, starts.contains(index) { bytes.append(0x0a) }
      let time = recording.start + times(index)
      bytes += DecimalText.seconds(time.picoseconds, decimals: decimals).utf8
      for samples in recording.samples {
        bytes.append(UInt8(ascii: ","))
        bytes += DecimalText.plain(samples[index]).utf8
      }
      bytes.append(0x0a)
    }
    var losses = recording.losses(start: false, segments: false)
    if let rate = recording.rate, !isKept(rate, recording.count) {
      losses.append("the rate, which became times rounded to a picosecond")
    }
    return WrittenRecording(bytes: bytes, losses: losses)
  }

  /// Whether reading the times gives the same rate.
  private static func isKept(_ rate: Hertz, _ count: Int) -> Bool {
    isExact(rate, decimals: 12) ? count > 1 : rate.denominator == 1 && count > 2
  }

  private static func isExact(_ rate: Hertz, decimals: Int) -> Bool {
    var unit: UInt128 = 1
    for _ in 0..<decimals { unit *= 10 }
    return unit * UInt128(rate.denominator) % UInt128(rate.numerator) == 0
  }

  private static func decimals(_ recording: Recording) -> Int {
    guard let rate = recording.rate, recording.start == .zero else { return 12 }
    if isExact(rate, decimals: 9) { return 9 }
    // A nanosecond tells whole rates apart up to a few kilohertz.
    return rate.denominator == 1 && rate.numerator <= 4_000 ? 9 : 12
  }

  static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { ",;\t\"\n\r".contains($0) }) || cell.first == "#" else {
      return cell
    }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
