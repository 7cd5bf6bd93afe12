import Units

/// What the comment lines of a text file say of its samples: `# rate: 119 Hz`, `# columns: ax[g] ay[g]`.
struct CommentFacts {
  private(set) var rate: Hertz?
  private var columns: [Channel] = []

  mutating func read(_ line: TextLine, _ path: String) throws(StreamError) {
    let text = String(decoding: line.bytes.drop { " \t#".utf8.contains($0) }, as: UTF8.self)
    guard let colon = text.firstIndex(where: { $0 == ":" || $0 == "=" }) else { return }
    let value = text[text.index(after: colon)...]
    switch text[..<colon].lowercased().filter({ $0 != " " && $0 != "_" }) {
    case "rate", "samplerate", "samplingrate", "frequency", "samplefrequency", "odr":
      rate = Self.rate(value) ?? rate
    case "columns":
      columns = value.split { $0 == " " || $0 == "\t" }.map { Channel(heading: String($0)) }
    default: break
    }
  }

  /// `119 Hz`, `119`, `16 kHz`; nil for anything else: a comment binds nobody.
  private static func rate(_ text: Substring) -> Hertz? {
    let words = text.split { $0 == " " || $0 == "\t" }
    guard let number = words.first, words.count <= 2,
      let value = Decimal.double(ArraySlice(number.utf8))
    else { return nil }
    switch words.count == 2 ? words[1].lowercased() : "hz" {
    case "hz": return DecimalText.rate(value)
    case "khz": return DecimalText.rate(value * 1_000)
    default: return nil
    }
  }

  /// Names for so many numbers a line.
  func channels(_ count: Int) -> [Channel] {
    let names = columns.map(\.name)
    if columns.count == count, Set(names).count == count, !names.contains("") { return columns }
    switch count {
    case 1: return [Channel(name: "value")]
    case 3: return ["x", "y", "z"].map { Channel(name: $0) }
    default: return (1...count).map { Channel(name: "c\($0)") }
    }
  }
}
