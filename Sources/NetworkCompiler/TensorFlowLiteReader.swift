/// Reads a `.tflite` file into a network.
///
/// Memory is bounded by the file: constants stay slices of it, and the other vectors together may
/// not hold more bytes than four times the file (tables of a hostile file may share one vector).
/// Reference: TensorFlow, `schema.fbs` version 3. Not modelled: constants stored after the
/// FlatBuffer (files beyond 2 GiB), sparsity, subgraphs after the first.
struct TensorFlowLiteReader {
  typealias Schema = TensorFlowLiteSchema

  /// Elements that a tensor may have: far more than a microcontroller's memory.
  static let largestTensor = 1 << 24
  static let largestRank = 6

  let file: FlatBuffer
  private var budget: Int
  private var buffers: FlatVector?
  private var codes: [(code: Int, name: String)] = []

  init(bytes: [UInt8], name: String) {
    file = FlatBuffer(bytes: bytes, name: name)
    budget = 4 * bytes.count + 1024
  }

  mutating func read() throws(NetworkError) -> Network {
    guard file.bytes.count >= 8, Array(file.bytes[4..<8]) == Schema.identifier else {
      throw file.error(
        min(4, file.bytes.count), "expected a TensorFlow Lite network ('TFL3' at byte 4)")
    }
    let model = try file.table(offsetAt: 0, "the model")
    let version = try model.index(Schema.Model.version, "the schema version")
    guard version == Schema.version else {
      throw file.error(model.position, "expected schema version 3, found \(version)")
    }
    codes = try readCodes(model)
    buffers = try model.vector(Schema.Model.buffers, of: 4, "the buffers")
    guard let graphs = try model.vector(Schema.Model.subgraphs, of: 4, "the subgraphs"),
      graphs.count > 0
    else {
      throw file.error(model.position, "expected at least one subgraph, found none")
    }
    return try readGraph(try file.table(offsetAt: graphs.start, "subgraph 0"))
  }

  /// Takes bytes from what the file's vectors may hold together.
  private mutating func spend(_ bytes: Int, at byte: Int) throws(NetworkError) {
    budget -= bytes
    guard budget >= 0 else {
      throw file.error(byte, "the tables refer to more data than the file holds")
    }
  }

  private mutating func integers(
    _ table: FlatTable, _ slot: Int, bytes size: Int = 4, _ label: String
  ) throws(NetworkError) -> [Int] {
    guard let vector = try table.vector(slot, of: size, label) else { return [] }
    try spend(vector.count * size, at: vector.start)
    var values: [Int] = []
    values.reserveCapacity(vector.count)
    let shift = UInt64(64 - 8 * size)
    for index in 0..<vector.count {
      let raw = try file.unsigned(vector.start + index * size, size, label)
      values.append(Int(Int64(bitPattern: raw << shift) >> Int64(shift)))
    }
    return values
  }

  private mutating func text(
    _ table: FlatTable, _ slot: Int, _ label: String
  ) throws(NetworkError) -> String {
    guard let vector = try table.vector(slot, of: 1, label) else { return "" }
    try spend(vector.count, at: vector.start)
    return String(decoding: file.bytes[vector.range], as: UTF8.self)
  }

  private mutating func readCodes(
    _ model: FlatTable
  ) throws(NetworkError) -> [(code: Int, name: String)] {
    guard let vector = try model.vector(Schema.Model.operatorCodes, of: 4, "the operator codes")
    else { return [] }
    var result: [(code: Int, name: String)] = []
    for index in 0..<vector.count {
      let what = "operator code \(index)"
      let table = try file.table(offsetAt: vector.start + 4 * index, what)
      try spend(16, at: table.position)
      // Files older than version 3a hold the code in one byte; newer ones in both while it fits.
      let old = try table.integer(Schema.OperatorCode.deprecatedBuiltin, bytes: 1, "its old code")
      let new = try table.integer(Schema.OperatorCode.builtin, bytes: 4, "its code")
      let code = max(old, new)
      var name = Schema.operatorName(code)
      if code == Schema.customOperator {
        name += " " + (try text(table, Schema.OperatorCode.customName, "its custom name"))
      }
      result.append((code, name))
    }
    return result
  }

  private mutating func readGraph(_ graph: FlatTable) throws(NetworkError) -> Network {
    var tensors: [Network.Tensor] = []
    if let vector = try graph.vector(Schema.Subgraph.tensors, of: 4, "the tensors") {
      for index in 0..<vector.count {
        let what = "tensor \(index)"
        tensors.append(
          try readTensor(try file.table(offsetAt: vector.start + 4 * index, what), what))
      }
    }
    var operators: [Network.Operator] = []
    if let vector = try graph.vector(Schema.Subgraph.operators, of: 4, "the operators") {
      for index in 0..<vector.count {
        let what = "operator \(index)"
        let table = try file.table(offsetAt: vector.start + 4 * index, what)
        operators.append(try readOperator(table, index, tensors.count))
      }
    }
    let inputs = try integers(graph, Schema.Subgraph.inputs, "the inputs")
    let outputs = try integers(graph, Schema.Subgraph.outputs, "the outputs")
    try check(inputs + outputs, tensors.count, allowsAbsent: false, "the graph", graph.position)
    return Network(
      name: file.name, tensors: tensors, operators: operators, inputs: inputs, outputs: outputs,
      byteCount: file.bytes.count)
  }

  private func check(
    _ indices: [Int], _ count: Int, allowsAbsent: Bool, _ what: String, _ byte: Int
  ) throws(NetworkError) {
    for index in indices where index < (allowsAbsent ? -1 : 0) || index >= count {
      throw file.error(byte, "\(what) refers to tensor \(index); the file has \(count) tensors")
    }
  }

  private mutating func readTensor(
    _ table: FlatTable, _ what: String
  ) throws(NetworkError) -> Network.Tensor {
    try spend(16, at: table.position)
    let shape = try integers(table, Schema.Tensor.shape, "the shape")
    let count = try elements(shape, what, table.position)
    let code = try table.integer(Schema.Tensor.type, bytes: 1, "the type")
    guard let type = Network.ElementType(rawValue: code) else {
      throw file.error(table.position, "\(what) has an unknown element type \(code)")
    }
    if try table.field(Schema.Tensor.sparsity, "the sparsity") != nil {
      throw file.error(table.position, "\(what) is sparse; expected a dense tensor")
    }
    var quantization: Network.Quantization?
    if let details = try table.table(Schema.Tensor.quantization, "the quantization") {
      quantization = try readQuantization(details)
    }
    return Network.Tensor(
      name: try text(table, Schema.Tensor.name, "the name"), type: type, shape: shape,
      quantization: quantization,
      data: try readData(table, type, count, what), count: count, byte: table.position)
  }

  private func elements(
    _ shape: [Int], _ what: String, _ byte: Int
  ) throws(NetworkError) -> Int {
    guard shape.count <= Self.largestRank else {
      throw file.error(
        byte, "\(what) has \(shape.count) dimensions; at most \(Self.largestRank) are supported")
    }
    for extent in shape where extent < 0 {
      throw file.error(byte, "\(what) has a dimension of \(extent); expected fixed ones")
    }
    let count = saturatingProduct(shape)
    guard count <= Self.largestTensor else {
      throw file.error(
        byte, "\(what) has \(count) elements; at most \(Self.largestTensor) are supported")
    }
    return count
  }

  private mutating func readQuantization(
    _ table: FlatTable
  ) throws(NetworkError) -> Network.Quantization? {
    let bits = try integers(table, Schema.Quantization.scale, "the scales")
    guard !bits.isEmpty else { return nil }
    return Network.Quantization(
      scales: bits.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) },
      zeroPoints: try integers(
        table, Schema.Quantization.zeroPoint, bytes: 8, "the zero points"),
      dimension: try table.integer(
        Schema.Quantization.dimension, bytes: 4, "the quantized dimension"))
  }

  /// The contents of a constant; buffer 0 and buffers without data mean a value of run time.
  private func readData(
    _ table: FlatTable, _ type: Network.ElementType, _ count: Int, _ what: String
  ) throws(NetworkError) -> ArraySlice<UInt8>? {
    let index = try table.index(Schema.Tensor.buffer, "the buffer")
    guard index != 0, let buffers else { return nil }
    guard index < buffers.count else {
      throw file.error(
        table.position,
        "\(what) refers to buffer \(index); the file has \(buffers.count) buffers")
    }
    let buffer = try file.table(offsetAt: buffers.start + 4 * index, "buffer \(index)")
    if try buffer.integer(Schema.Buffer.offset, bytes: 8, "the far offset") > 1 {
      throw file.error(
        buffer.position, "\(what) is stored after the FlatBuffer; expected it inside")
    }
    guard let vector = try buffer.vector(Schema.Buffer.data, of: 1, "the data"), vector.count > 0
    else { return nil }
    if let size = type.byteCount, size * count != vector.count {
      throw file.error(
        vector.start,
        "\(what) needs \(size * count) bytes, but its buffer holds \(vector.count)")
    }
    return file.bytes[vector.range]
  }

  private mutating func readOperator(
    _ table: FlatTable, _ index: Int, _ tensorCount: Int
  ) throws(NetworkError) -> Network.Operator {
    try spend(16, at: table.position)
    let codeIndex = try table.index(Schema.Operator.code, "the operator code")
    guard codeIndex < codes.count else {
      throw file.error(
        table.position,
        "operator \(index) refers to operator code \(codeIndex); the file has \(codes.count)")
    }
    let (code, name) = codes[codeIndex]
    let inputs = try integers(table, Schema.Operator.inputs, "the inputs")
    let outputs = try integers(table, Schema.Operator.outputs, "the outputs")
    let what = "operator \(index) (\(name))"
    try check(inputs, tensorCount, allowsAbsent: true, what, table.position)
    try check(outputs, tensorCount, allowsAbsent: false, what, table.position)
    return Network.Operator(
      index: index, code: code, name: name, inputs: inputs, outputs: outputs,
      options: try TensorFlowLiteOptions(table, code, what).read(), byte: table.position)
  }
}
