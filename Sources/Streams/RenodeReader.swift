/// The plain sample files that Renode feeds its sensors: numbers parted by blanks, a sample a line.
///
/// The file gives neither names nor a rate: three numbers are called `x`, `y`, `z`, one is `value`,
/// others `c1`, `c2` ... unless a comment `# columns: ax ay az` names them. A comment `# rate: 119 Hz`
/// is understood, too, and units in brackets: `# columns: ax[g] ay[g] az[g]`.
///
/// Reference: Renode documentation, "Sensors": `FeedSample` and `FeedSamplesFromFile`; `#` opens a
/// comment line.
enum RenodeReader: RecordingReader {
  static let name = "Renode samples"
  static let extensions: [String] = []

  static func recognizes(_ bytes: [UInt8]) -> Bool {
    var lines = TextLines(Array(bytes.prefix(4_096)), "")
    while let line = lines.next() {
      if line.isBlank || line.isComment { continue }
      let words = line.words
      return words.count > 1 && words.allSatisfy { Decimal.double($0.text) != nil }
    }
    return false
  }

  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording] {
    var lines = TextLines(bytes, path)
    try lines.checkText()
    var comments = CommentFacts()
    var samples: [[Double]] = []
    while let line = lines.next() {
      if line.isComment { try comments.read(line, path) }
      if line.isBlank || line.isComment { continue }
      let words = line.words
      if samples.isEmpty { samples = Array(repeating: [], count: words.count) }
      guard words.count == samples.count else {
        throw StreamError(
          .malformed, path, line: line.number, column: 1,
          "\(words.count) numbers, the lines before have \(samples.count)",
          hint: "expected one number for each axis")
      }
      for (column, word) in words.enumerated() {
        guard let value = Decimal.double(word.text) else {
          throw StreamError(
            .malformed, path, line: line.number, column: word.column, "'\(word.string)'",
            hint: "expected a finite number")
        }
        samples[column].append(value)
      }
    }
    guard let rate = options.rate ?? comments.rate else {
      throw StreamError(
        .malformed, path, "Renode's sample files hold no rate",
        hint: "give the stream's rate, such as `rate: 119 Hz`")
    }
    guard !samples.isEmpty else {
      throw StreamError(.empty, path, "no samples", hint: "expected numbers parted by blanks")
    }
    return [
      Recording(
        path: path, channels: comments.channels(samples.count), samples: samples,
        timing: .rate(rate))
    ]
  }
}
