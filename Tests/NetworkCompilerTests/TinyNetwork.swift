/// A `.tflite` file written in a test: just enough FlatBuffers for small networks.
struct TinyNetwork {
  /// What a field of a table holds.
  indirect enum Node {
    case byte(Int)
    case int(Int)
    case float(Float)
    case bytes([UInt8])
    case ints([Int])
    case longs([Int])
    case floats([Float])
    case tables([Node])
    case table([Int: Node])

    var size: Int { if case .byte = self { 1 } else { 4 } }
  }

  private var tensors: [Node] = []
  private var buffers: [Node] = [.table([:])]
  private var operators: [Node] = []
  private var codes: [Int] = []

  /// Adds a tensor; one with data is a constant. Types: 9 int8, 2 int32.
  mutating func tensor(
    _ shape: [Int], type: Int = 9, scales: [Float] = [], zeroPoints: [Int] = [],
    dimension: Int = 0, data: [UInt8]? = nil
  ) -> Int {
    var fields: [Int: Node] = [
      0: .ints(shape), 1: .byte(type), 3: .bytes(Array("t\(tensors.count)".utf8)),
    ]
    if let data {
      fields[2] = .int(buffers.count)
      buffers.append(.table([0: .bytes(data)]))
    }
    if !scales.isEmpty {
      fields[4] = .table([2: .floats(scales), 3: .longs(zeroPoints), 6: .int(dimension)])
    }
    tensors.append(.table(fields))
    return tensors.count - 1
  }

  /// Adds an int32 constant.
  mutating func integers(_ values: [Int], scales: [Float] = []) -> Int {
    tensor(
      [values.count], type: 2, scales: scales, zeroPoints: scales.map { _ in 0 },
      data: values.flatMap { FlatWriter.little($0, 4) })
  }

  /// Adds an operator by its built-in code.
  mutating func add(
    _ code: Int, _ inputs: [Int], _ output: Int, kind: Int = 0, options: [Int: Node] = [:]
  ) {
    if !codes.contains(code) { codes.append(code) }
    var fields: [Int: Node] = [
      0: .int(codes.firstIndex(of: code) ?? 0), 1: .ints(inputs), 2: .ints([output]),
    ]
    if kind != 0 {
      fields[3] = .byte(kind)
      fields[4] = .table(options)
    }
    operators.append(.table(fields))
  }

  /// The file.
  func file(input: Int, output: Int) -> [UInt8] {
    let graph = Node.table([
      0: .tables(tensors), 1: .ints([input]), 2: .ints([output]), 3: .tables(operators),
    ])
    let codes = self.codes.map { Node.table([0: .byte($0), 2: .int(1), 3: .int($0)]) }
    var writer = FlatWriter()
    writer.root(
      .table([0: .int(3), 1: .tables(codes), 2: .tables([graph]), 4: .tables(buffers)]))
    return writer.bytes
  }
}

/// Writes tables before what they refer to, so that every offset points forward.
struct FlatWriter {
  private(set) var bytes: [UInt8] = [0, 0, 0, 0] + Array("TFL3".utf8)

  static func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  mutating func root(_ node: TinyNetwork.Node) {
    let position = write(node)
    bytes.replaceSubrange(0..<4, with: Self.little(position, 4))
  }

  private mutating func align(_ unit: Int, after lead: Int = 0) {
    while (bytes.count + lead) % unit != 0 { bytes.append(0) }
  }

  private mutating func vector(_ count: Int, _ content: [UInt8]) -> Int {
    align(16, after: 4)
    let position = bytes.count
    bytes += Self.little(count, 4) + content
    return position
  }

  private mutating func write(_ node: TinyNetwork.Node) -> Int {
    switch node {
    case .byte, .int, .float: return bytes.count
    case .bytes(let values):
      let position = vector(values.count, values)
      bytes.append(0)
      return position
    case .ints(let values): return vector(values.count, values.flatMap { Self.little($0, 4) })
    case .longs(let values): return vector(values.count, values.flatMap { Self.little($0, 8) })
    case .floats(let values):
      return vector(values.count, values.flatMap { Self.little(Int($0.bitPattern), 4) })
    case .tables(let nodes):
      let position = vector(nodes.count, Array(repeating: 0, count: 4 * nodes.count))
      for (index, child) in nodes.enumerated() {
        link(position + 4 + 4 * index, to: write(child))
      }
      return position
    case .table(let fields): return table(fields)
    }
  }

  private mutating func link(_ place: Int, to target: Int) {
    bytes.replaceSubrange(place..<(place + 4), with: Self.little(target - place, 4))
  }

  private mutating func table(_ fields: [Int: TinyNetwork.Node]) -> Int {
    let slots = (fields.keys.max() ?? -1) + 1
    let order = fields.sorted { ($0.value.size, $1.key) > ($1.value.size, $0.key) }
    align(4, after: 4 + 2 * slots)
    let vtable = bytes.count
    var (offsets, next) = (Array(repeating: 0, count: slots), 4)
    for (slot, node) in order {
      offsets[slot] = next
      next += node.size
    }
    bytes += Self.little(4 + 2 * slots, 2) + Self.little(next, 2)
    bytes += offsets.flatMap { Self.little($0, 2) }
    let position = bytes.count
    bytes += Self.little(position - vtable, 4) + Array(repeating: 0, count: next - 4)
    for (slot, node) in order {
      let place = position + offsets[slot]
      switch node {
      case .byte(let value): bytes[place] = UInt8(truncatingIfNeeded: value)
      case .int(let value):
        bytes.replaceSubrange(place..<(place + 4), with: Self.little(value, 4))
      case .float(let value):
        bytes.replaceSubrange(
          place..<(place + 4), with: Self.little(Int(value.bitPattern), 4))
      default: link(place, to: write(node))
      }
    }
    return position
  }
}

/// A small generator of repeatable numbers (SplitMix64).
struct SeededNumbers {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  mutating func scale(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * Float(number(in: 0...1000)) / 1000
  }
}
