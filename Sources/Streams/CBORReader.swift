import CCBOR

/// CBOR into a tree; libcbor decodes one item after the other, and nothing is held but the tree.
///
/// Reference: RFC 8949. Tags are dropped, byte strings are read as text, integers as binary64.
struct CBORReader {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var signature: Range<Int>?
  private let items = CBORItems()

  static func read(_ bytes: [UInt8], _ path: String) throws(StreamError) -> DataDocument {
    var reader = CBORReader(bytes, path)
    let item = try reader.next()
    let root = try reader.value(item, depth: 0)
    if reader.position < bytes.count {
      throw reader.malformed("bytes after the last item")
    }
    return DataDocument(root: root, signature: reader.signature)
  }

  private init(_ bytes: [UInt8], _ path: String) { (self.bytes, self.path) = (bytes, path) }

  /// The next item that is no tag.
  private mutating func next() throws(StreamError) -> CBORItem {
    while true {
      guard let (item, length) = items.decode(bytes, from: position) else {
        if position == bytes.count {
          throw StreamError(
            .truncated, path, "cut off at byte \(position)", hint: "copy it whole")
        }
        throw malformed("no CBOR item, or one that is cut off,")
      }
      position += length
      if case .tag = item { continue }
      return item
    }
  }

  private mutating func value(_ item: CBORItem, depth: Int) throws(StreamError) -> DataTree {
    if depth > DataTree.deepest { throw malformed("more than \(DataTree.deepest) levels") }
    switch item {
    case .number(let value): return .number(value)
    case .boolean(let value): return .boolean(value)
    case .null: return .null
    case .text(let length):
      return .text(String(decoding: bytes[position - length..<position], as: UTF8.self))
    case .textStart: return .text(try parts())
    case .list(let count): return .list(try list(count, depth))
    case .map(let count): return .map(try map(count, depth))
    case .tag, .end: throw malformed("an end without a start")
    }
  }

  /// The parts of a text of no given length.
  private mutating func parts() throws(StreamError) -> String {
    var text: [UInt8] = []
    while true {
      let item = try next()
      if case .end = item { return String(decoding: text, as: UTF8.self) }
      guard case .text(let length) = item else { throw malformed("no part of a text") }
      text += bytes[position - length..<position]
    }
  }

  /// So many elements; nil: up to an end.
  private mutating func list(_ count: Int?, _ depth: Int) throws(StreamError) -> [DataTree] {
    try check(count)
    var list: [DataTree] = []
    while list.count != count {
      let item = try next()
      if count == nil, case .end = item { break }
      list.append(try value(item, depth: depth + 1))
    }
    return list
  }

  private mutating func map(
    _ count: Int?, _ depth: Int
  ) throws(StreamError) -> [DataTree.Entry] {
    try check(count)
    var entries: [DataTree.Entry] = []
    while entries.count != count {
      let item = try next()
      if count == nil, case .end = item { break }
      guard case .text(let key) = try value(item, depth: depth + 1) else {
        throw malformed("a key that is no text")
      }
      let content = try next()
      let value = try value(content, depth: depth + 1)
      if depth == 0, key == "signature", case .text(let length) = content {
        signature = position - length..<position
      }
      entries.append(.init(key: key, value: value))
    }
    return entries
  }

  /// Every element takes at least a byte.
  private func check(_ count: Int?) throws(StreamError) {
    if let count, count > bytes.count - position {
      throw malformed("\(count) elements promised, \(bytes.count - position) bytes left,")
    }
  }

  private func malformed(_ message: String) -> StreamError {
    StreamError(
      .malformed, path, "\(message) at byte \(position)", hint: "expected CBOR; copy it whole")
  }
}

/// One item of a CBOR file, or the start of one that holds others.
private enum CBORItem {
  case number(Double)
  case boolean(Bool)
  /// Null and undefined.
  case null
  /// So many bytes, which are the item's last.
  case text(Int)
  /// Texts follow up to an end.
  case textStart
  /// nil: up to an end.
  case list(Int?)
  case map(Int?)
  case tag
  case end
}

private func take(_ context: UnsafeMutableRawPointer?, _ item: CBORItem) {
  // libcbor hands back the pointer it was given.
  Unmanaged<CBORItems>.fromOpaque(context!).takeUnretainedValue().item = item
}

private func number(_ value: UInt64) -> CBORItem { .number(Double(value)) }

private func negative(_ value: UInt64) -> CBORItem { .number(-1 - Double(value)) }

/// A count beyond Int is beyond every file.
private func size(_ count: Int) -> Int { count < 0 ? .max : count }

/// What libcbor calls with each item it decodes.
private final class CBORItems {
  fileprivate var item: CBORItem?
  private var callbacks: cbor_callbacks

  init() {
    callbacks = cbor_empty_callbacks
    callbacks.uint8 = { take($0, number(UInt64($1))) }
    callbacks.uint16 = { take($0, number(UInt64($1))) }
    callbacks.uint32 = { take($0, number(UInt64($1))) }
    callbacks.uint64 = { take($0, number($1)) }
    callbacks.negint8 = { take($0, negative(UInt64($1))) }
    callbacks.negint16 = { take($0, negative(UInt64($1))) }
    callbacks.negint32 = { take($0, negative(UInt64($1))) }
    callbacks.negint64 = { take($0, negative($1)) }
    callbacks.byte_string = { take($0, .text($2)) }
    callbacks.byte_string_start = { take($0, .textStart) }
    callbacks.string = { take($0, .text($2)) }
    callbacks.string_start = { take($0, .textStart) }
    callbacks.array_start = { take($0, .list(size($1))) }
    callbacks.indef_array_start = { take($0, .list(nil)) }
    callbacks.map_start = { take($0, .map(size($1))) }
    callbacks.indef_map_start = { take($0, .map(nil)) }
    callbacks.tag = { context, _ in take(context, .tag) }
    callbacks.float2 = { take($0, .number(Double($1))) }
    callbacks.float4 = { take($0, .number(Double($1))) }
    callbacks.float8 = { take($0, .number($1)) }
    callbacks.null = { take($0, .null) }
    callbacks.undefined = { take($0, .null) }
    callbacks.boolean = { take($0, .boolean($1)) }
    callbacks.indef_break = { take($0, .end) }
  }

  /// The item that starts there and how many bytes it takes; nil when there is none whole.
  func decode(_ bytes: [UInt8], from position: Int) -> (CBORItem, Int)? {
    item = nil
    let result = bytes.withUnsafeBufferPointer { buffer in
      cbor_stream_decode(
        buffer.baseAddress?.advanced(by: position), buffer.count - position, &callbacks,
        Unmanaged.passUnretained(self).toOpaque())
    }
    guard result.status == CBOR_DECODER_FINISHED, let item else { return nil }
    return (item, Int(result.read))
  }
}
