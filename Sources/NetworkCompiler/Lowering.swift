/// Turns a network's operators into kernels with settled parameters, and checks everything that
/// the kernels take for granted.
///
/// Reference: TensorFlow Lite Micro, the `Prepare` functions of `micro/kernels`.
struct Lowering {
  let network: Network
  /// For each tensor the one whose memory it shares.
  private var owners: [Int]
  private var written: [Bool]
  /// Integer tensors that hold shapes: their values are settled by the shapes in the file.
  private var isShape: [Bool]
  private var input = 0
  private var output = 0

  init(_ network: Network) {
    self.network = network
    owners = Array(network.tensors.indices)
    written = network.tensors.map { $0.data != nil }
    isShape = Array(repeating: false, count: network.tensors.count)
  }

  mutating func program() throws(NetworkError) -> Program {
    for step in network.operators where !Program.supported.contains(step.name) {
      throw OperatorContext(network: network, step: step).error(
        "is not supported; supported are \(Program.supported.joined(separator: ", "))")
    }
    try settleInterface()
    written[input] = true
    var drafts: [(step: Network.Operator, kernel: Kernel, sources: [Int], target: Int)] = []
    for step in network.operators {
      let context = OperatorContext(network: network, step: step)
      let (kernel, sources, target) = try lower(step, context)
      drafts.append((step, kernel, sources, target))
    }
    guard written[output] else {
      throw NetworkError(
        file: network.name, byte: network.tensors[output].byte,
        message: "no operator computes the network's output, tensor \(output)")
    }
    let layers = network.layers
    var steps: [Program.Step] = []
    for draft in drafts {
      steps.append(
        Program.Step(
          layer: layers[draft.step.index], kernel: draft.kernel,
          sources: draft.sources.map(place), target: place(draft.target)))
    }
    if owners[output] == owners[input] {
      throw NetworkError(
        file: network.name, message: "the network only renames its input; expected operators")
    }
    return Program(network: network, steps: steps, input: input, output: output)
  }

  /// Finds the int8 tensors at the network's edges, behind QUANTIZE and DEQUANTIZE if need be.
  private mutating func settleInterface() throws(NetworkError) {
    guard network.inputs.count == 1, network.outputs.count == 1 else {
      throw NetworkError(
        file: network.name,
        message: "expected one input and one output, found \(network.inputs.count) and "
          + "\(network.outputs.count)")
    }
    (input, output) = (network.inputs[0], network.outputs[0])
    for step in network.operators where step.outputs.count == 1 {
      if step.name == "QUANTIZE", step.inputs == [input], isFloat(input) {
        input = step.outputs[0]
        break
      }
    }
    for step in network.operators where step.inputs.count == 1 {
      if step.name == "DEQUANTIZE", step.outputs == [output], isFloat(output) {
        output = step.inputs[0]
        break
      }
    }
    for (index, role) in [(input, "input"), (output, "output")] {
      let tensor = network.tensors[index]
      guard tensor.type == .int8, tensor.data == nil, let quantization = tensor.quantization,
        quantization.scales.count == 1
      else {
        throw NetworkError(
          file: network.name, byte: tensor.byte,
          message: "the network's \(role) is \(tensor.type); expected int8 with one scale "
            + "(convert the network with full integer quantization)")
      }
      _ = try OperatorContext(network: network, step: nil).quantization(index, role)
    }
  }

  private func isFloat(_ index: Int) -> Bool {
    index >= 0 && network.tensors[index].type == .float32
  }

  private func place(_ tensor: Int) -> Program.Place {
    if network.tensors[tensor].data != nil { return .constant(tensor) }
    let owner = owners[tensor]
    if owner == owners[input] { return .input }
    if owner == owners[output] { return .output }
    return .arena(owner)
  }

  private mutating func lower(
    _ step: Network.Operator, _ context: OperatorContext
  ) throws(NetworkError) -> (Kernel, [Int], Int) {
    guard step.outputs.count == 1 else {
      throw context.error("has \(step.outputs.count) outputs; expected one")
    }
    let target = step.outputs[0]
    let isInterface =
      (step.name == "QUANTIZE" && step.inputs == [network.inputs[0]] && target == input)
      || (step.name == "DEQUANTIZE" && step.inputs == [output] && target == network.outputs[0])
    if isInterface { return (.none, [], target) }
    if let shape = try shapeArithmetic(step, context, target) { return shape }
    let sources = try context.operands()
    for source in sources where !written[source] {
      throw context.error("reads tensor \(source), which nothing has computed yet")
    }
    guard !written[target] else {
      throw context.error("writes tensor \(target) a second time")
    }
    let kernel = try context.kernel()
    written[target] = true
    if case .none = kernel, network.tensors[sources[0]].data == nil {
      owners[target] = owners[sources[0]]
    }
    return (kernel, sources, target)
  }

  /// Operators on shapes do no work: every shape is in the file already.
  private mutating func shapeArithmetic(
    _ step: Network.Operator, _ context: OperatorContext, _ target: Int
  ) throws(NetworkError) -> (Kernel, [Int], Int)? {
    guard network.tensors[target].type == .int32 else { return nil }
    for source in step.inputs where source >= 0 && step.name != "SHAPE" {
      guard isShape[source] || network.tensors[source].data != nil else {
        throw context.error("computes with int32 values other than shapes; expected int8")
      }
    }
    isShape[target] = true
    return (.none, [], target)
  }
}
