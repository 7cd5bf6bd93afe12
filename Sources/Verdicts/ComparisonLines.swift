public import Profiling

extension ComparisonSide {
  /// A line of the source that cost something in one function, or a function's code without a line.
  public struct Line: Sendable, Hashable {
    public var function: String
    /// Without its directory; nil: the compiler noted no place.
    public var file: String?
    public var line: Int
    /// From the function's own declaration; nil: it lies in another file.
    public var offset: Int?
    /// As it stands in the source; nil: that was not found.
    public var text: String?
    public var cycles: UInt64

    public init(
      function: String, file: String?, line: Int, offset: Int?, text: String?, cycles: UInt64
    ) {
      (self.function, self.file, self.line, self.offset) = (function, file, line, offset)
      (self.text, self.cycles) = (text, cycles)
    }
  }

  /// The lines of a run; their cycles sum exactly to the active cycles.
  public static func lines(_ view: ViewData) -> [Line] {
    var lines: [Line] = []
    var known: [LineKey: Int] = [:]
    func add(_ frame: ViewData.Frame, _ place: ViewData.Place?, _ cost: Cost) {
      let cycles = UInt64(clamping: cost[.cycles])
      if cycles == 0 { return }
      let key = LineKey(frame: frame, file: place?.file, line: place?.line ?? 0)
      if let index = known[key] {
        lines[index].cycles += cycles
        return
      }
      known[key] = lines.count
      var offset: Int?
      if let place, place.file == frame.file, let first = frame.line { offset = place.line - first }
      let text = place.flatMap { view.sources[$0.file]?[$0.line] }
      lines.append(
        Line(
          function: frame.name, file: place?.file.split(separator: "/").last.map(String.init),
          line: key.line, offset: offset, text: text.map(trimmed), cycles: cycles))
    }
    for instruction in view.instructions {
      add(
        view.frames[instruction.frame], instruction.place.map { view.places[$0] }, instruction.cost)
    }
    for remainder in view.remainders where view.frames[remainder.frame].name != "[sleep]" {
      add(view.frames[remainder.frame], nil, remainder.cost)
    }
    return lines.sorted {
      ($0.function, $0.file ?? "", $0.line) < ($1.function, $1.file ?? "", $1.line)
    }
  }

  private struct LineKey: Hashable {
    var frame: ViewData.Frame
    var file: String?
    var line: Int
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}

/// What a line of the source contributes to the difference of two runs' active cycles.
public struct LineDifference: Sendable, Hashable {
  public var base: ComparisonSide.Line?
  public var head: ComparisonSide.Line?

  public var delta: Int128 { Int128(head?.cycles ?? 0) - Int128(base?.cycles ?? 0) }

  /// `pipeline.c:35`; nil: the compiler noted no place.
  public var place: String? {
    guard let line = head ?? base, let file = line.file else { return nil }
    return "\(file):\(line.line)"
  }

  /// The lines of two runs, those of one function matched by their text where both sources were found, else
  /// by where they stand in their function; largest difference first. The deltas sum exactly to the whole.
  static func all(_ base: ComparisonSide, _ head: ComparisonSide) -> [LineDifference] {
    if base.lines.isEmpty || head.lines.isEmpty { return [] }
    var functions: [String: (base: [ComparisonSide.Line], head: [ComparisonSide.Line])] = [:]
    func key(_ line: ComparisonSide.Line) -> String { "\(line.function)\n\(line.file ?? "")" }
    for line in base.lines { functions[key(line), default: ([], [])].base.append(line) }
    for line in head.lines { functions[key(line), default: ([], [])].head.append(line) }
    let all = functions.values.flatMap { matched($0.base, $0.head) }
    return all.sorted { a, b in
      if a.delta.magnitude != b.delta.magnitude { return a.delta.magnitude > b.delta.magnitude }
      return a.order < b.order
    }
  }

  private var order: String {
    let line = head ?? base
    let number = String((line?.line ?? 0) + 1_000_000)
    return "\(line?.function ?? "") \(line?.file ?? "") \(number) \(head == nil ? 0 : 1)"
  }

  private static let mostLines = 3_000

  private static func matched(
    _ base: [ComparisonSide.Line], _ head: [ComparisonSide.Line]
  ) -> [LineDifference] {
    let hasText = (base + head).allSatisfy { $0.text != nil }
    if hasText, base.count <= mostLines, head.count <= mostLines { return aligned(base, head) }
    var rest = head
    var result: [LineDifference] = base.map { line in
      let twin = rest.firstIndex { other in
        if let offset = line.offset, let found = other.offset { return offset == found }
        return line.line == other.line
      }
      return LineDifference(base: line, head: twin.map { rest.remove(at: $0) })
    }
    result += rest.map { LineDifference(base: nil, head: $0) }
    return result
  }

  /// By the longest common sequence of their texts.
  private static func aligned(
    _ base: [ComparisonSide.Line], _ head: [ComparisonSide.Line]
  ) -> [LineDifference] {
    var lengths = [[Int]](
      repeating: [Int](repeating: 0, count: head.count + 1), count: base.count + 1)
    for i in base.indices.reversed() {
      for j in head.indices.reversed() {
        lengths[i][j] =
          base[i].text == head[j].text
          ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
      }
    }
    var (i, j) = (0, 0)
    var result: [LineDifference] = []
    while i < base.count || j < head.count {
      if i < base.count, j < head.count, base[i].text == head[j].text {
        result.append(LineDifference(base: base[i], head: head[j]))
        (i, j) = (i + 1, j + 1)
      } else if j == head.count || (i < base.count && lengths[i + 1][j] >= lengths[i][j + 1]) {
        result.append(LineDifference(base: base[i], head: nil))
        i += 1
      } else {
        result.append(LineDifference(base: nil, head: head[j]))
        j += 1
      }
    }
    return result
  }
}

/// What a layer of the network contributes to the difference; what is no layer is `[no layer]`.
public struct LayerDifference: Sendable, Hashable {
  /// `0 conv_2d`.
  public var name: String
  public var base: UInt64 = 0
  public var head: UInt64 = 0

  public var delta: Int128 { Int128(head) - Int128(base) }

  /// In the order of their numbers; the deltas sum exactly to the whole.
  static func all(_ base: ComparisonSide, _ head: ComparisonSide) -> [LayerDifference] {
    if base.layers.isEmpty && head.layers.isEmpty { return [] }
    var rows: [LayerDifference] = []
    func add(_ side: WritableKeyPath<LayerDifference, UInt64>, _ layers: [ComparisonSide.Layer]) {
      for layer in layers {
        let name = "\(layer.index) \(layer.operatorName)"
        if let index = rows.firstIndex(where: { $0.name == name }) {
          rows[index][keyPath: side] += layer.cycles
        } else {
          var row = LayerDifference(name: name)
          row[keyPath: side] = layer.cycles
          rows.append(row)
        }
      }
    }
    add(\.base, base.layers)
    add(\.head, head.layers)
    func others(_ side: ComparisonSide) -> UInt64 {
      let active = side.functions.reduce(UInt64(0)) { $0 + $1.cycles }
      let layers = side.layers.reduce(UInt64(0)) { $0 + $1.cycles }
      return active - min(active, layers)
    }
    rows.append(LayerDifference(name: "[no layer]", base: others(base), head: others(head)))
    return rows
  }
}
