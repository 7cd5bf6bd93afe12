import Units

/// The plain sample files that Renode feeds its sensors; comments keep names, units and the rate.
enum RenodeWriter: RecordingWriter {
  static let name = "renode"
  static let extensions: [String] = []

  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording {
    let rate = try recording.constantRate(for: "a Renode file", path)
    let names = recording.channels.map { channel in
      let name = channel.name.replacing(" ", with: "_")
      return channel == Channel(heading: channel.name)
        ? name : name + (channel.unit.map { "[\($0.replacing(" ", with: ""))]" } ?? "")
    }
    var text = "# columns: \(names.joined(separator: " "))\n"
    var losses = recording.losses()
    if rate.denominator == 1 {
      text += "# rate: \(rate.numerator) Hz\n"
    } else {
      text += "# rate: \(DecimalText.plain(rate.value)) Hz\n"
      if DecimalText.rate(rate.value) != rate { losses.append("the rate's last digits") }
    }
    var bytes = Array(text.utf8)
    for index in 0..<recording.count {
      let numbers = recording.samples.map { DecimalText.plain($0[index]) }
      bytes += (numbers.joined(separator: " ") + "\n").utf8
    }
    return WrittenRecording(bytes: bytes, losses: losses)
  }
}
