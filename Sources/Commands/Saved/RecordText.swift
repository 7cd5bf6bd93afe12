import Units

/// A run record or another plain value as JSON, the same bytes for the same run: keys in order, whole
/// numbers exact.
struct RecordText {
  let text: String

  init(_ value: some Encodable) {
    let encoder = TreeEncoder(codingPath: [])
    // The encoder itself never fails, and nothing in a record does.
    do { try value.encode(to: encoder) } catch { fatalError("a record that cannot be saved") }
    var text = ""
    encoder.node.write(to: &text)
    self.text = text + "\n"
  }
}

/// A value under construction; containers that an encoder handed out write into it.
private final class TreeNode {
  enum Content {
    case empty
    case text(String)
    case array([TreeNode])
    case object([String: TreeNode])
  }
  var content = Content.empty

  func member(_ key: String) -> TreeNode {
    let node = TreeNode()
    guard case .object(var members) = content else { return node }
    content = .empty
    members[key] = node
    content = .object(members)
    return node
  }

  func element() -> TreeNode {
    let node = TreeNode()
    guard case .array(var elements) = content else { return node }
    content = .empty
    elements.append(node)
    content = .array(elements)
    return node
  }

  var count: Int { if case .array(let elements) = content { elements.count } else { 0 } }

  func write(to text: inout String) {
    switch content {
    case .empty: text += "null"
    case .text(let value): text += value
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        text += index == 0 ? "" : ",\n"
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        text += (index == 0 ? "" : ",") + JSONText.quoted(member.key) + ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }
}

private struct TreeEncoder: Encoder, SingleValueEncodingContainer {
  var codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }
  var node = TreeNode()

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .object = node.content {} else { node.content = .object([:]) }
    return KeyedEncodingContainer(TreeObject<Key>(codingPath: codingPath, node: node))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .array = node.content {} else { node.content = .array([]) }
    return TreeArray(codingPath: codingPath, node: node)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() { node.content = .text("null") }
  func encode(_ value: Bool) { node.content = .text(value ? "true" : "false") }
  func encode(_ value: String) { node.content = .text(JSONText.quoted(value)) }
  func encode(_ value: Double) { node.content = .text("\(value)") }
  func encode(_ value: Float) { node.content = .text("\(value)") }
  func encode<Value: Encodable & BinaryInteger>(_ value: Value) {
    node.content = .text(String(value))
  }
  func encode<Value: Encodable>(_ value: Value) throws { try value.encode(to: self) }
}

private struct TreeObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
  var codingPath: [any CodingKey]
  let node: TreeNode

  private func encoder(_ key: some CodingKey) -> TreeEncoder {
    TreeEncoder(codingPath: codingPath + [key], node: node.member(key.stringValue))
  }
  func encodeNil(forKey key: Key) { encoder(key).encodeNil() }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try value.encode(to: encoder(key))
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { encoder(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder(key).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { TreeEncoder(codingPath: codingPath, node: node) }
  func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

private struct TreeArray: UnkeyedEncodingContainer {
  var codingPath: [any CodingKey]
  let node: TreeNode
  var count: Int { node.count }

  private func encoder() -> TreeEncoder {
    TreeEncoder(codingPath: codingPath, node: node.element())
  }
  func encodeNil() { encoder().encodeNil() }
  func encode<Value: Encodable>(_ value: Value) throws { try value.encode(to: encoder()) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> { encoder().container(keyedBy: type) }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder() }
}
