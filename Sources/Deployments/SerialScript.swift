public import Documents
import FileSystem
public import Units

/// A scripted dialogue with a serial port, one step a line:
///
///     expect "TEXT" [TIMEOUT]
///     send "TEXT"
///     wait DURATION
///
/// Texts have C's escapes; times are simulated time. `#` begins a comment.
public struct SerialScript: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    /// The port must say this within the time, counted from the step before.
    case expect([UInt8], timeout: Interval)
    case send([UInt8])
    case wait(Interval)
  }

  public struct Step: Hashable, Sendable {
    public var action: Action
    public var position: Position
  }

  /// How long `expect` waits where it does not say.
  public static let defaultTimeout = Interval.milliseconds(10_000)

  public var path: String
  public var steps: [Step]

  /// Reads a script's file.
  public static func load(path: String) throws(DocumentError) -> SerialScript {
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: 1 << 24) } catch {
      throw DocumentError(
        "cannot open: \(error.reason)", at: Position(file: path), kind: .cannotOpen)
    }
    return try SerialScript(bytes: bytes, path: path)
  }

  /// The same from bytes already read; `path` is for messages.
  public init(bytes: [UInt8], path: String) throws(DocumentError) {
    self.path = path
    steps = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      var reader = SerialScriptLine(line, path: path, number: index + 1)
      if let step = try reader.step() { steps.append(step) }
    }
  }
}

extension SerialScript {
  /// Reads one text in double quotes, which says something.
  static func text(_ quoted: String) throws(DocumentError) -> [UInt8] {
    var line = SerialScriptLine(Array(quoted.utf8)[...], path: "", number: 1)
    return try line.onlyText()
  }

  /// A text as a script writes it.
  public static func quoted(_ bytes: [UInt8]) -> String {
    var text = "\""
    for byte in bytes {
      switch byte {
      case 0x0a: text += "\\n"
      case 0x0d: text += "\\r"
      case 0x09: text += "\\t"
      case 0x22: text += "\\\""
      case 0x5c: text += "\\\\"
      case 0x20...0x7e: text += String(Unicode.Scalar(byte))
      default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return text + "\""
  }
}

/// One line of a script, read from left to right.
struct SerialScriptLine {
  private let bytes: [UInt8]
  private let path: String
  private let number: Int
  private var index = 0

  init(_ bytes: ArraySlice<UInt8>, path: String, number: Int) {
    var bytes = bytes
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    self.bytes = Array(bytes)
    self.path = path
    self.number = number
  }

  private func position(_ index: Int) -> Position {
    Position(file: path, line: number, column: index + 1)
  }

  private func error(_ message: String, at index: Int) -> DocumentError {
    DocumentError(message, at: position(index))
  }

  /// Nil for a line that says nothing.
  mutating func step() throws(DocumentError) -> SerialScript.Step? {
    skipBlanks()
    guard index < bytes.count, bytes[index] != UInt8(ascii: "#") else { return nil }
    let start = index
    let action = try action(named: word(), at: start)
    skipBlanks()
    if index < bytes.count, bytes[index] != UInt8(ascii: "#") {
      throw error("expected the end of the line, found \(found())", at: index)
    }
    return SerialScript.Step(action: action, position: position(start))
  }

  /// The line as nothing but a text that is not empty.
  mutating func onlyText() throws(DocumentError) -> [UInt8] {
    let text = try text(of: "the port")
    skipBlanks()
    guard index == bytes.count else {
      throw error("expected the end after the text, found \(found())", at: index)
    }
    guard !text.isEmpty else { throw error("expected a text that is not empty", at: 0) }
    return text
  }

  private mutating func action(
    named name: String, at start: Int
  ) throws(DocumentError) -> SerialScript.Action {
    switch name {
    case "expect":
      let text = try text(of: "expect")
      guard !text.isEmpty else { throw error("expected a text that is not empty", at: start) }
      return .expect(text, timeout: try duration() ?? SerialScript.defaultTimeout)
    case "send": return .send(try text(of: "send"))
    case "wait":
      skipBlanks()
      let place = index
      guard let time = try duration() else {
        throw error("expected a duration such as 10 ms after 'wait'", at: place)
      }
      return .wait(time)
    default:
      throw error(
        "unknown step '\(shortened(name))'"
          + hint(for: name, in: ["expect", "send", "wait"]), at: start)
    }
  }

  private mutating func skipBlanks() {
    while index < bytes.count, [0x20, 0x09].contains(bytes[index]) { index += 1 }
  }

  /// Up to the next blank, quote or comment.
  private mutating func word() -> String {
    let start = index
    while index < bytes.count, !Array(" \t\"#".utf8).contains(bytes[index]) { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private func found() -> String {
    index < bytes.count
      ? "'\(shortened(String(decoding: bytes[index...], as: UTF8.self)))'" : "the end of the line"
  }

  /// The rest of the line up to a comment, as a duration; nil when nothing is there.
  private mutating func duration() throws(DocumentError) -> Interval? {
    skipBlanks()
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "#") { index += 1 }
    let text = trimmed(String(decoding: bytes[start..<index], as: UTF8.self))
    if text.isEmpty { return nil }
    let time = try Node(.scalar(text, quoted: false), at: position(start)).interval()
    guard time >= .zero else {
      throw error("expected a duration that is not negative, found '\(text)'", at: start)
    }
    return time
  }

  private func trimmed(_ text: String) -> String {
    var characters = text[...]
    while let last = characters.last, last == " " || last == "\t" { characters.removeLast() }
    return String(characters)
  }

  // MARK: Texts

  private mutating func text(of step: String) throws(DocumentError) -> [UInt8] {
    skipBlanks()
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
      throw error("expected a text in double quotes after '\(step)', found \(found())", at: index)
    }
    let start = index
    index += 1
    var text: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"): text.append(try escape(at: index - 1))
      default: text.append(byte)
      }
    }
    throw error("a text without its closing double quote", at: start)
  }

  /// C's escapes: letters, up to three octal digits, `x` and up to two hexadecimal ones.
  private mutating func escape(at start: Int) throws(DocumentError) -> UInt8 {
    guard index < bytes.count else {
      throw error("a text without its closing double quote", at: start)
    }
    let letter = bytes[index]
    if let value = Self.escapes[letter] {
      index += 1
      return value
    }
    let isHexadecimal = letter == UInt8(ascii: "x")
    if isHexadecimal { index += 1 }
    let radix = isHexadecimal ? 16 : 8
    let most = isHexadecimal ? 2 : 3
    let first = index
    while index < bytes.count, index - first < most,
      Character(Unicode.Scalar(bytes[index])).hexDigitValue.map({ $0 < radix }) == true
    { index += 1 }
    let digits = String(decoding: bytes[first..<index], as: UTF8.self)
    guard let value = UInt8(digits, radix: radix) else {
      let end = min(max(index, start + 2), bytes.count)
      throw error(
        "unknown escape '\(String(decoding: bytes[start..<end], as: UTF8.self))'; "
          + "expected one of C's, such as \\n or \\x1b", at: start)
    }
    return value
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "n"): 0x0a, UInt8(ascii: "r"): 0x0d, UInt8(ascii: "t"): 0x09,
    UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0c,
    UInt8(ascii: "v"): 0x0b, UInt8(ascii: "e"): 0x1b, UInt8(ascii: "\\"): 0x5c,
    UInt8(ascii: "\""): 0x22, UInt8(ascii: "'"): 0x27, UInt8(ascii: "?"): 0x3f,
  ]
}
