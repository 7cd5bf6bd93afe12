public import Documents

extension RegisterMap {
  /// Takes names of bits from a text file: `USART1,USART2 ISR PE:0 FE:1 ADDCODE:23:17`, with one
  /// register of some blocks a line and its fields by their bit, or by the highest and the lowest.
  public mutating func takeNames(list path: String) throws(DocumentError) {
    try takeNames(list: try documentBytes(path), file: path)
  }

  mutating func takeNames(list bytes: [UInt8], file path: String) throws(DocumentError) {
    let text = String(decoding: bytes, as: UTF8.self)
    let places = Dictionary(grouping: registers.indices) { registers[$0].name }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.isEmpty || line.first == "#" { continue }
      let words = line.split(separator: " ")
      let fields = words.dropFirst(2).compactMap { RegisterField($0) }
      let blocks = words.first.map { $0.split(separator: ",") } ?? []
      let named = words.count > 2 ? places[String(words[1])] ?? [] : []
      let indices = named.filter { blocks.contains(Substring(registers[$0].block)) }
      guard !fields.isEmpty, fields.count == words.count - 2, indices.count >= blocks.count else {
        throw DocumentError(
          "expected BLOCK,... REGISTER FIELD:BIT FIELD:HIGH:LOW ... of known registers",
          at: Position(file: path, line: index + 1, column: 1))
      }
      name(fields, of: indices)
    }
  }
}

extension RegisterField {
  fileprivate init?(_ word: Substring) {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, !parts[0].isEmpty, let high = Int(parts[1]),
      let low = parts.count == 3 ? Int(parts[2]) : high, 0 <= low, low <= high, high < 32
    else { return nil }
    self.init(name: String(parts[0]), lowest: low, width: high - low + 1)
  }
}
