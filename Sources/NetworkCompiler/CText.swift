/// Pieces of C text.
enum CText {
  /// An initialised constant array, wrapped at 96 columns.
  static func array<Element: FixedWidthInteger>(
    _ type: String, _ name: String, _ values: [Element]
  ) -> String {
    var text = "static const \(type) \(name)[\(values.count)] DEEPCRAFT_ALIGNED = {\n"
    var line = " "
    for value in values {
      // The most negative 32-bit number has no literal of its own type.
      let item = Int64(value) == Int64(Int32.min) ? " INT32_MIN," : " \(value),"
      if line.utf8.count + item.utf8.count > 96 {
        text += line + "\n"
        line = " "
      }
      line += item
    }
    return text + line + "\n};\n"
  }

  /// A float's shortest literal.
  static func float(_ value: Float) -> String { "\(value)f" }

  /// Nested loops over a box with a body innermost; axes of one element need no loop.
  static func loops(_ extents: [Int], indent: Int, body: [String]) -> String {
    var (text, depth) = ("", indent)
    for (axis, extent) in extents.enumerated() where extent > 1 {
      text += spaces(depth) + "for (int32_t i\(axis) = 0; i\(axis) < \(extent); i\(axis)++) {\n"
      depth += 2
    }
    for line in body { text += spaces(depth) + line + "\n" }
    while depth > indent {
      depth -= 2
      text += spaces(depth) + "}\n"
    }
    return text
  }

  /// The index of the element at the loops' position.
  static func index(_ extents: [Int], _ strides: [Int], offset: Int = 0) -> String {
    var terms: [String] = []
    for axis in extents.indices where extents[axis] > 1 && strides[axis] != 0 {
      terms.append(strides[axis] == 1 ? "i\(axis)" : "i\(axis) * \(strides[axis])")
    }
    if offset != 0 || terms.isEmpty { terms.append("\(offset)") }
    return terms.joined(separator: " + ")
  }

  static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

  /// The last part of a path, fit for a comment.
  static func fileName(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return String(
      name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_. ".contains($0)) ? $0 : "_" })
  }
}
