import Documents

/// Where a field lies in its register, and the names of its values.
enum SVDBits {
  /// `bitOffset` and `bitWidth`, `lsb` and `msb`, or `bitRange` as `[7:4]`.
  static func range(of field: XMLElement) throws(DocumentError) -> (lowest: Int, width: Int) {
    if let range = field["bitRange"] {
      let ends = range.text.split(separator: ":").map { $0.filter { $0 != "[" && $0 != "]" } }
      guard ends.count == 2, let high = Int(ends[0]), let low = Int(ends[1]), 0 <= low, low <= high,
        high < 64
      else { throw range.error("expected bits like [7:4], found '\(shortened(range.text))'") }
      return (low, high - low + 1)
    }
    if let lowest = field["lsb"] {
      let low = Int(try lowest.number(upTo: 63))
      let highest = try field.required("msb")
      let high = Int(try highest.number(upTo: 63))
      guard high >= low else { throw highest.error("<msb> \(high) is below <lsb> \(low)") }
      return (low, high - low + 1)
    }
    let low = Int(try field.required("bitOffset").number(upTo: 63))
    guard let bits = field["bitWidth"] else { return (low, 1) }
    let width = Int(try bits.number(upTo: 64))
    guard width > 0, low + width <= 64 else {
      throw bits.error("expected a width from 1 to \(64 - low), found \(width)")
    }
    return (low, width)
  }

  /// Values with don't-care bits and the default have no number of their own.
  static func values(
    of field: XMLElement, _ derivation: SVDDerivation, _ siblings: [XMLElement]
  ) throws(DocumentError) -> [RegisterField.EnumeratedValue] {
    var values: [RegisterField.EnumeratedValue] = []
    var names: Set<String> = []
    for list in field.all("enumeratedValues") {
      // Those of other fields may be what these are derived from.
      let near = list.derivedFrom == nil ? [] : siblings.flatMap { $0.all("enumeratedValues") }
      for element in try derivation.resolved(list, among: near).all("enumeratedValue") {
        guard let name = element.text("name"), let text = element.text("value"),
          let value = XMLElement.number(text), let value = UInt32(exactly: value),
          names.insert(name).inserted
        else { continue }
        values.append(RegisterField.EnumeratedValue(name: name, value: value))
      }
    }
    return values
  }
}
