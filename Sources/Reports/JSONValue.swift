/// A JSON document whose members keep their order, so that equal results give equal bytes.
///
/// Reference: RFC 8259.
indirect enum JSONValue: Sendable {
  case null
  case boolean(Bool)
  case number(Int128)
  /// `value / 10^digits`, written exactly.
  case decimal(Int128, digits: Int)
  /// Shortest text that reads back the same; for what is not a result, such as wall-clock time.
  case real(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  static func integer(_ value: some BinaryInteger) -> JSONValue { .number(Int128(value)) }
  static func optional<T>(_ value: T?, _ make: (T) -> JSONValue) -> JSONValue {
    value.map(make) ?? .null
  }
}

extension JSONValue: CustomStringConvertible {
  /// Objects and arrays of objects one member a line; what holds only scalars on one line.
  var description: String {
    var text = ""
    write(to: &text, indent: 0)
    return text
  }

  private func write(to text: inout String, indent: Int) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .number(let value): text += String(value)
    case .decimal(let value, let digits): text += exactDecimal(value, digits)
    case .real(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): quote(value, to: &text)
    case .array(let values):
      list(values.map { (nil, $0) }, "[", "]", to: &text, indent)
    case .object(let members):
      list(members.map { ($0.0, $0.1) }, "{", "}", to: &text, indent)
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array(let values): values.isEmpty
    case .object(let members): members.isEmpty
    default: true
    }
  }

  private func list(
    _ members: [(String?, JSONValue)], _ open: String, _ close: String, to text: inout String,
    _ indent: Int
  ) {
    let isFlat = indent > 0 && members.allSatisfy { $0.1.isScalar }
    text += open
    for (index, (key, value)) in members.enumerated() {
      if index > 0 { text += isFlat ? ", " : "," }
      if !isFlat { newLine(&text, indent + 1) }
      if let key {
        quote(key, to: &text)
        text += ": "
      }
      value.write(to: &text, indent: indent + 1)
    }
    if !isFlat && !members.isEmpty { newLine(&text, indent) }
    text += close
  }

  private func newLine(_ text: inout String, _ indent: Int) {
    text += "\n"
    text += String(repeating: "  ", count: indent)
  }

  private func quote(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7f {
          let digits = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}

/// `value / 10^digits` without zeros at its end.
func exactDecimal(_ value: Int128, _ digits: Int) -> String {
  var text = String(value.magnitude)
  if digits > 0 {
    if text.utf8.count <= digits {
      text = String(repeating: "0", count: digits + 1 - text.utf8.count) + text
    }
    let whole = text.dropLast(digits)
    var fraction = text.suffix(digits)
    while fraction.last == "0" { fraction.removeLast() }
    text = fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
  }
  return value < 0 ? "-" + text : text
}
