import Documents

/// What registers inherit from what they lie in, and fields from their register.
struct SVDProperties {
  var size = 32
  var access = RegisterAccess.readWrite
  var reset: UInt64 = 0
  var resetMask: UInt64 = .max

  /// The same with what an element says itself.
  func changed(by element: XMLElement) throws(DocumentError) -> SVDProperties {
    var changed = self
    if let size = element["size"] { changed.size = Int(try size.number(upTo: 64)) }
    if let access = try element.choice("access", as: RegisterAccess.self) {
      changed.access = access
    }
    if let reset = element["resetValue"] { changed.reset = try reset.number() }
    if let mask = element["resetMask"] { changed.resetMask = try mask.number() }
    return changed
  }
}

extension XMLElement {
  /// `42`, `0x2A`, `#101010`, `4k`.
  func number(upTo limit: UInt64 = .max) throws(DocumentError) -> UInt64 {
    guard let value = Self.number(text) else {
      throw error("expected a number in <\(name)>, found '\(shortened(text))'")
    }
    guard value <= limit else {
      throw error("expected a number up to \(limit) in <\(name)>, found \(value)")
    }
    return value
  }

  static func number(_ text: String) -> UInt64? {
    var digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
    let lower = digits.lowercased()
    for (prefix, radix) in [("0x", 16), ("0b", 2), ("#", 2)] where lower.hasPrefix(prefix) {
      digits = digits.dropFirst(prefix.count)
      return digits.first == "-" || digits.first == "+" ? nil : UInt64(digits, radix: radix)
    }
    var scale: UInt64 = 1
    if let last = lower.last, let place = "kmgt".firstIndex(of: last) {
      scale = 1 << UInt64(10 * ("kmgt".distance(from: "kmgt".startIndex, to: place) + 1))
      digits = digits.dropLast()
    }
    guard digits.first != "-", digits.first != "+", let value = UInt64(digits) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: scale)
    return overflow ? nil : product
  }

  func required(_ child: String) throws(DocumentError) -> XMLElement {
    if let element = self[child] { return element }
    throw error("<\(name)> has no <\(child)>")
  }

  /// The text of a child; nil when it is missing or empty.
  func text(_ child: String) -> String? {
    guard let text = self[child]?.text, !text.isEmpty else { return nil }
    return text
  }

  func choice<Value: CaseIterable & RawRepresentable>(
    _ child: String, as type: Value.Type
  ) throws(DocumentError) -> Value? where Value.RawValue == String {
    guard let element = self[child], !element.text.isEmpty else { return nil }
    // Vendors differ in the case of letters.
    let word = element.text.lowercased()
    if let value = Value.allCases.first(where: { $0.rawValue.lowercased() == word }) {
      return value
    }
    throw element.error(
      "unknown \(child) '\(shortened(element.text))'"
        + hint(for: element.text, in: Value.allCases.map(\.rawValue)))
  }

  func boolean(_ child: String) -> Bool {
    let text = self[child]?.text.lowercased()
    return text == "true" || text == "1"
  }
}
