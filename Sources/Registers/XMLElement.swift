import Documents

/// One element of an XML document: its text or its children, and where it stands.
final class XMLElement {
  let name: String
  let position: Position
  /// The value of the only attribute that is of use here.
  let derivedFrom: String?
  /// The text of an element without children, white space at its ends taken off.
  private(set) var text = ""
  private(set) var children: [XMLElement] = []

  init(name: String, position: Position, derivedFrom: String? = nil, children: [XMLElement] = []) {
    (self.name, self.position, self.derivedFrom) = (name, position, derivedFrom)
    self.children = children
  }

  func append(_ child: XMLElement) { children.append(child) }

  func setText(_ bytes: [UInt8]) {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
    let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
    text = String(decoding: bytes[start..<end], as: UTF8.self)
  }

  subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  func error(_ message: String) -> DocumentError { DocumentError(message, at: position) }
}
