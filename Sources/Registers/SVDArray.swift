import Documents

/// One element of an array: `CC[%s]` with its index put in, and how far it lies from the first.
struct SVDArray {
  let name: String
  let distance: UInt64

  /// The elements that `dim` makes of an element; itself alone without.
  static func elements(of element: XMLElement) throws(DocumentError) -> [SVDArray] {
    let name = try element.required("name").text
    guard let dim = element["dim"] else { return [SVDArray(name: name, distance: 0)] }
    let count = Int(try dim.number(upTo: UInt64(DescriptionLimits.array)))
    let increment = try element.required("dimIncrement").number(upTo: 1 << 32)
    let indices = try indices(element, count)
    return (0..<count).map { index in
      SVDArray(
        name: name.split(separator: "%s", omittingEmptySubsequences: false)
          .joined(separator: indices[index]),
        distance: UInt64(index) * increment)
    }
  }

  /// `0,1,2`, `A-D` or `3-6`; without `dimIndex` from 0 on.
  private static func indices(
    _ element: XMLElement, _ count: Int
  ) throws(DocumentError) -> [String] {
    guard let listed = element["dimIndex"], !listed.text.isEmpty else {
      return (0..<count).map(String.init)
    }
    var indices = listed.text.split(separator: ",").map { $0.filter { $0 != " " } }
    if indices.count == 1 { indices = range(indices[0]) ?? indices }
    guard indices.count >= count else {
      throw listed.error("expected \(count) indices in <dimIndex>, found \(indices.count)")
    }
    return indices
  }

  private static func range(_ text: String) -> [String]? {
    let ends = text.split(separator: "-")
    guard ends.count == 2 else { return nil }
    if let first = Int(ends[0]), let last = Int(ends[1]) {
      guard first >= 0, last >= first, last - first < DescriptionLimits.array else { return nil }
      return (first...last).map(String.init)
    }
    guard let first = ends[0].utf8.first, let last = ends[1].utf8.first, ends[0].utf8.count == 1,
      ends[1].utf8.count == 1, first <= last, last < 0x80
    else { return nil }
    return (first...last).map { String(Unicode.Scalar($0)) }
  }
}
