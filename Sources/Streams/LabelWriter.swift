import Units

extension Labels {
  /// DeepCraft Studio's label track: seconds to a picosecond.
  public static func deepCraft(_ labels: [Label]) -> [UInt8] {
    var text = "Time(Seconds),Length(Seconds),Label(string),Confidence(double),Comment(string)\n"
    for label in labels {
      text += DecimalText.seconds(label.start.picoseconds) + ","
      text += DecimalText.seconds(label.length.picoseconds) + ","
      text += CSVText.quoted(label.text) + "," + DecimalText.plain(label.confidence) + ","
      text += CSVText.quoted(label.comment) + "\n"
    }
    return Array(text.utf8)
  }

  /// Edge Impulse's `info.labels` for one recording, by numbers of samples.
  public static func edgeImpulse(
    _ labels: [Label], of recording: Recording
  ) throws(StreamError) -> [UInt8] {
    try EdgeImpulseLabels.file(labels, of: recording)
  }
}
