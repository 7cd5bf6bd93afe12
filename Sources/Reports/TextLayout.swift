/// Fits text into a terminal's lines.
enum TextLayout {
  /// Columns of a line.
  static let width = 80
  /// Lines of a screen.
  static let height = 24
  /// Columns of the keyword that opens a section.
  static let gutter = 10

  /// `text` in at most `width` columns, its middle left out: the ends of names differ most.
  static func shortened(_ text: String, to width: Int) -> String {
    let clean = printable(text)
    if clean.count <= width { return clean }
    if width <= 4 { return String(clean.prefix(max(width, 0))) }
    let kept = width - 2
    return "\(clean.prefix((kept + 1) / 2))..\(clean.suffix(kept / 2))"
  }

  /// Without control characters, which would move the cursor.
  static func printable(_ text: String) -> String {
    let isClean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    if isClean { return text }
    return String(text.map { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } ? $0 : "?" })
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// The keyword, padded to the gutter.
  static func keyword(_ word: String) -> String {
    left(shortened(word, to: gutter - 1), gutter)
  }

  /// A section of one or more lines: the keyword opens the first, the others are indented.
  static func section(_ word: String, _ lines: [String]) -> [String] {
    lines.enumerated().map { index, line in
      (index == 0 ? keyword(word) : String(repeating: " ", count: gutter)) + line
    }
  }

  /// Two texts at both ends of a line after the gutter.
  static func ends(_ first: String, _ second: String, width: Int = TextLayout.width) -> String {
    let room = width - gutter
    let left = shortened(first, to: room - second.count - 2)
    return left + right(second, room - left.count)
  }

  /// Pieces joined by spaces in as few lines as hold them; a piece is never split.
  static func wrapped(_ pieces: [String], width: Int = width - gutter) -> [String] {
    var lines: [String] = []
    for piece in pieces {
      let piece = shortened(piece, to: width)
      if let last = lines.last, last.count + 1 + piece.count <= width {
        lines[lines.count - 1] = last + " " + piece
      } else {
        lines.append(piece)
      }
    }
    return lines
  }

  /// Words of a sentence in at most `limit` lines; what does not fit is left out.
  static func sentence(_ text: String, limit: Int = 2, width: Int = width - gutter) -> [String] {
    var words: [String] = []
    for word in printable(text).split(separator: " ") {
      // A number stays with its unit.
      if let last = words.last, last.last?.isNumber == true, word.first?.isNumber == false {
        words[words.count - 1] = "\(last) \(word)"
      } else {
        words.append(String(word))
      }
    }
    let lines = wrapped(words, width: width)
    if lines.count <= limit { return lines }
    var kept = Array(lines.prefix(limit))
    kept[limit - 1] = kept[limit - 1].prefix(width - 2) + ".."
    return kept
  }
}
