internal import CExpat
import Documents

/// What an XML document may be at most, whatever its content.
enum XMLLimits {
  static let bytes = 64 << 20
  static let depth = 64
  static let elements = 1 << 22
  /// Of one element's text; what is longer is cut.
  static let text = 4096
}

/// Reads an XML document into elements.
///
/// Reference: XML 1.0, by expat. Document types, and with them entities of the document's own, are
/// refused: no description needs them, and they are how XML grows without bound.
struct XMLReader {
  /// What the callbacks share with the reader.
  private final class State {
    let file: String
    let parser: XML_Parser
    var root: XMLElement?
    /// Open elements, outermost first, with the text that each has so far.
    var open: [(element: XMLElement, text: [UInt8])] = []
    var count = 0
    var failure: DocumentError?

    init(file: String, parser: XML_Parser) { (self.file, self.parser) = (file, parser) }

    var position: Position {
      Position(
        file: file, line: Int(clamping: XML_GetCurrentLineNumber(parser)),
        column: Int(clamping: XML_GetCurrentColumnNumber(parser)) + 1)
    }

    func fail(_ message: String) {
      guard failure == nil else { return }
      failure = DocumentError(message, at: position)
      XML_StopParser(parser, 0)
    }

    func start(_ name: String, derivedFrom: String?) {
      count += 1
      if count > XMLLimits.elements { return fail("more than \(XMLLimits.elements) elements") }
      if open.count >= XMLLimits.depth { return fail("nested deeper than \(XMLLimits.depth)") }
      let element = XMLElement(name: name, position: position, derivedFrom: derivedFrom)
      if let parent = open.last?.element { parent.append(element) } else { root = element }
      open.append((element, []))
    }

    func end() {
      guard let (element, text) = open.popLast() else { return }
      if element.children.isEmpty { element.setText(text) }
    }

    func add(_ bytes: UnsafeBufferPointer<UInt8>) {
      guard let last = open.indices.last else { return }
      let room = XMLLimits.text - open[last].text.count
      if room > 0 { open[last].text += bytes.prefix(room) }
    }
  }

  /// The document's root; errors name the document `file`.
  static func root(of bytes: [UInt8], file: String) throws(DocumentError) -> XMLElement {
    guard let parser = XML_ParserCreate(nil) else {
      throw DocumentError("out of memory", at: Position(file: file))
    }
    defer { XML_ParserFree(parser) }
    let state = State(file: file, parser: parser)
    let status = withExtendedLifetime(state) { parse(bytes, parser, state) }
    if let failure = state.failure { throw failure }
    guard status == XML_STATUS_OK, let root = state.root else {
      let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) }
      throw DocumentError("no XML: \(reason ?? "unknown error")", at: state.position)
    }
    return root
  }

  private static func parse(
    _ bytes: [UInt8], _ parser: XML_Parser, _ state: State
  ) -> XML_Status {
    XML_SetUserData(parser, Unmanaged.passUnretained(state).toOpaque())
    XML_SetElementHandler(
      parser,
      { user, name, attributes in
        guard let user, let name else { return }
        let state = Unmanaged<State>.fromOpaque(user).takeUnretainedValue()
        state.start(String(cString: name), derivedFrom: XMLReader.derivedFrom(attributes))
      },
      { user, _ in
        guard let user else { return }
        Unmanaged<State>.fromOpaque(user).takeUnretainedValue().end()
      })
    XML_SetCharacterDataHandler(parser) { user, text, count in
      guard let user, let text, count > 0 else { return }
      let state = Unmanaged<State>.fromOpaque(user).takeUnretainedValue()
      text.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
        state.add(UnsafeBufferPointer(start: $0, count: Int(count)))
      }
    }
    XML_SetStartDoctypeDeclHandler(parser) { user, _, _, _, _ in
      guard let user else { return }
      Unmanaged<State>.fromOpaque(user).takeUnretainedValue()
        .fail("a document type is not accepted here")
    }
    return bytes.withUnsafeBytes { buffer in
      let text = buffer.bindMemory(to: CChar.self).baseAddress
      return XML_Parse(parser, text, Int32(clamping: buffer.count), 1)
    }
  }

  /// Names and values in turn, ended by nil.
  private static func derivedFrom(
    _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
  ) -> String? {
    guard let attributes else { return nil }
    var index = 0
    while let name = attributes[index], let value = attributes[index + 1] {
      if String(cString: name) == "derivedFrom" { return String(cString: value) }
      index += 2
    }
    return nil
  }
}
