import Streams
import Units

/// A recording drawn with braille characters: a band of lines for each channel, time to the right.
///
/// A column of dots spans all samples of its stretch of time, from the smallest to the largest.
struct RecordingPlot {
  /// Characters to the left of the drawing, and of the drawing.
  private static let margin = 12
  private static let width = 66
  /// Lines of one channel.
  private static let height = 3

  let recording: Recording
  let labels: [Label]
  let isFull: Bool

  var text: String {
    let channels = isFull ? recording.channels.count : min(6, recording.channels.count)
    var text = ""
    for channel in 0..<channels { text += band(channel) }
    if channels < recording.channels.count {
      text += "and \(recording.channels.count - channels) more (--full)\n"
    }
    return text + axis + labelLine
  }

  private func band(_ channel: Int) -> String {
    let samples = recording.samples[channel]
    guard let low = samples.min(), let high = samples.max() else { return "" }
    let cells = cells(samples, low, high)
    let name = recording.channels[channel].name
    let middle = recording.channels[channel].unit.map { "\(name) \($0)" } ?? name
    let heads = [decimal(high), middle, decimal(low)]
    var text = ""
    for (head, row) in zip(heads, cells) {
      let shown = head.count > Self.margin - 1 ? head.prefix(Self.margin - 3) + ".." : head
      let padding = String(repeating: " ", count: Self.margin - 1 - shown.count)
      text += trimmed(padding + shown + " " + String(row)) + "\n"
    }
    return text
  }

  /// Rows of braille characters, top first.
  private func cells(_ samples: [Double], _ low: Double, _ high: Double) -> [[Character]] {
    let rows = Self.height * 4
    var dots = [[UInt32]](
      repeating: [UInt32](repeating: 0, count: Self.width), count: Self.height)
    // Differences of the largest numbers overflow unless halved.
    let span = high / 2 - low / 2
    func row(_ value: Double) -> Int {
      if span == 0 { return rows / 2 }
      let part = (value / 2 - low / 2) / span
      return rows - 1 - min(rows - 1, Int(part * Double(rows - 1) + 0.5))
    }
    for (place, range) in columns.enumerated() {
      guard let smallest = samples[range].min(), let largest = samples[range].max() else {
        continue
      }
      for line in row(largest)...row(smallest) {
        dots[line / 4][place / 2] |= Self.dot(column: place % 2, line: line % 4)
      }
    }
    return dots.map { row in
      row.map { $0 == 0 ? " " : Character(Unicode.Scalar(0x2800 + $0) ?? " ") }
    }
  }

  /// Reference: Unicode, "Braille Patterns": the fourth line's dots are the highest bits.
  private static func dot(column: Int, line: Int) -> UInt32 {
    line == 3 ? 0x40 << UInt32(column) : 1 << UInt32(line + 3 * column)
  }

  /// The samples of each column of dots; a column between two samples shows the one before.
  private var columns: [Range<Int>] {
    let count = Self.width * 2
    var result: [Range<Int>] = []
    let length = Int128(max(recording.duration.picoseconds, 1))
    var next = 0
    for place in 0..<count {
      let end = Int64(length * Int128(place + 1) / Int128(count))
      let first = next
      next = recording.sample(at: Interval(picoseconds: end))
      result.append(first < next ? first..<next : held(before: first, place))
    }
    return result
  }

  /// At a low rate the sample before; in a gap nothing.
  private func held(before index: Int, _ place: Int) -> Range<Int> {
    guard index > 0, recording.rate != nil else { return 0..<0 }
    return index - 1..<index
  }

  private var axis: String {
    let end = "\(decimal(recording.duration.seconds)) s"
    let padding = String(repeating: " ", count: max(1, Self.width - 3 - end.count))
    return String(repeating: " ", count: Self.margin) + "0 s" + padding + end + "\n"
  }

  /// The name of each label where it starts.
  private var labelLine: String {
    let length = recording.duration.seconds
    guard !labels.isEmpty, length > 0 else { return "" }
    func place(_ time: Interval) -> Int {
      let part = (time - recording.start).seconds / length
      return max(0, min(Self.width, Int(part * Double(Self.width))))
    }
    var line = [Character](repeating: " ", count: Self.width)
    for label in labels {
      let (first, last) = (place(label.start), place(label.end))
      for (index, character) in ("|" + label.text).enumerated() where first + index < last {
        line[first + index] = character
      }
    }
    return trimmed("     labels " + String(line)) + "\n"
  }

  private func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }
}
