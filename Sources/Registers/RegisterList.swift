public import Documents
public import Units

extension RegisterMap {
  /// Reads a text file with one register a line: `TIMER0 0x510 PRESCALER 0x4 rw`, with the width after
  /// the access when it is not 32; `bases` are the addresses of the peripherals.
  public init(
    list path: String, bases: [Substring: Address]
  ) throws(DocumentError) {
    try self.init(list: try documentBytes(path), file: path, bases: bases)
  }

  /// The same from the bytes of a file.
  public init(
    list bytes: [UInt8], file path: String, bases: [Substring: Address]
  ) throws(DocumentError) {
    self.init()
    let text = String(decoding: bytes, as: UTF8.self)
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      if line.isEmpty || line.first == "#" { continue }
      let words = line.split(separator: " ")
      guard let register = Register(words, bases: bases) else {
        throw DocumentError(
          "expected BLOCK OFFSET NAME RESET ACCESS of a known block",
          at: Position(file: path, line: number, column: 1))
      }
      append(register)
    }
  }
}

extension Register {
  fileprivate init?(_ words: [Substring], bases: [Substring: Address]) {
    guard words.count == 5 || words.count == 6, let base = bases[words[0]],
      let offset = UInt32(words[1].dropFirst(2), radix: 16),
      let reset = UInt32(words[3].dropFirst(2), radix: 16),
      let width = words.count == 6 ? Int(words[5]) : 32, (1...32).contains(width)
    else { return nil }
    let (isReadable, isWritable) = (words[4].contains("r"), words[4].contains("w"))
    self.init(
      block: String(words[0]), name: String(words[2]), address: base + offset, reset: reset,
      width: width,
      access: isReadable ? isWritable ? .readWrite : .readOnly : .writeOnly)
  }
}
