/// One operator being lowered: its operands, their quantization, and errors that name it.
struct OperatorContext {
  let network: Network
  let step: Network.Operator?

  func error(_ message: String) -> NetworkError {
    guard let step else { return NetworkError(file: network.name, message: message) }
    return NetworkError(
      file: network.name, byte: step.byte,
      message: "operator \(step.index) (\(step.name)) \(message)")
  }

  var inputs: [Int] { step?.inputs ?? [] }

  /// The operands that hold data at run time: the others are parameters.
  func operands() throws(NetworkError) -> [Int] {
    let isVariadic = step?.name == "CONCATENATION" || step?.name == "PACK"
    let isBinary = ["ADD", "SUB", "MUL"].contains(step?.name)
    let count = isVariadic ? inputs.count : isBinary ? 2 : 1
    guard count > 0, inputs.count >= count, !inputs.prefix(count).contains(-1) else {
      throw error("has \(inputs.count) operands; expected at least \(max(count, 1))")
    }
    return Array(inputs.prefix(count))
  }

  /// The operand at a position.
  func input(_ position: Int) throws(NetworkError) -> Network.Tensor {
    guard position < inputs.count, inputs[position] >= 0 else {
      throw error("lacks operand \(position)")
    }
    return network.tensors[inputs[position]]
  }

  /// The operand at a position, or nil where it is left out.
  func optionalInput(_ position: Int) -> Network.Tensor? {
    guard position < inputs.count, inputs[position] >= 0 else { return nil }
    return network.tensors[inputs[position]]
  }

  func output() throws(NetworkError) -> Network.Tensor {
    guard let index = step?.outputs.first else { throw error("lacks an output") }
    return network.tensors[index]
  }

  /// Scale and zero point of an int8 tensor with one of each.
  struct Scalar {
    let scale: Float
    let zeroPoint: Int32
  }

  func quantization(
    _ tensor: Network.Tensor, _ role: String
  ) throws(NetworkError) -> Scalar {
    guard tensor.type == .int8, tensor.count > 0 else {
      throw error("has \(role) of \(tensor.type) \(tensor.shapeText); expected int8, not empty")
    }
    guard let quantization = tensor.quantization, quantization.scales.count == 1 else {
      throw error("has \(role) without a scale; expected one scale")
    }
    let zeroPoint = quantization.zeroPoints.first ?? 0
    guard (-128...127).contains(zeroPoint) else {
      throw error("has \(role) with zero point \(zeroPoint); expected -128 to 127")
    }
    return Scalar(
      scale: try positive(quantization.scales[0], role), zeroPoint: Int32(zeroPoint))
  }

  func quantization(_ index: Int, _ role: String) throws(NetworkError) -> Scalar {
    try quantization(network.tensors[index], role)
  }

  /// A scale that can be divided by.
  func positive(_ scale: Float, _ role: String) throws(NetworkError) -> Float {
    guard scale.isFinite, scale.isNormal, scale > 0 else {
      throw error("has \(role) with scale \(scale); expected a positive number")
    }
    return scale
  }

  /// The values of an int32 constant.
  func integers(_ position: Int, _ role: String) throws(NetworkError) -> [Int] {
    let tensor = try input(position)
    guard tensor.type == .int32, let data = tensor.data else {
      throw error("has \(role) that is not an int32 constant")
    }
    return OperatorContext.integers(data)
  }

  static func integers(_ data: ArraySlice<UInt8>) -> [Int] {
    stride(from: data.startIndex, to: data.endIndex - 3, by: 4).map { at in
      let low = UInt32(data[at]) | UInt32(data[at + 1]) << 8
      let high = UInt32(data[at + 2]) | UInt32(data[at + 3]) << 8
      return Int(Int32(bitPattern: low | high << 16))
    }
  }

  /// The values of an int8 constant.
  func weights(_ position: Int) throws(NetworkError) -> (Network.Tensor, [Int8]) {
    let tensor = try input(position)
    guard tensor.type == .int8, tensor.count > 0, let data = tensor.data else {
      throw error("has weights of \(tensor.type) at run time; expected int8 constants")
    }
    return (tensor, data.map { Int8(bitPattern: $0) })
  }

  /// The bounds that a fused activation sets on stored outputs.
  ///
  /// Reference: TensorFlow Lite Micro, `CalculateActivationRangeQuantized`.
  func bounds(
    _ activation: Network.Activation, _ output: Scalar
  ) throws(NetworkError) -> ClosedRange<Int32> {
    func stored(_ real: Float) -> Int {
      let steps = (real / output.scale).rounded(.toNearestOrAwayFromZero)
      return Int(output.zeroPoint) + Int(max(min(steps, 1e9), -1e9))
    }
    let (low, high) =
      switch activation {
      case .none: (-128, 127)
      case .rectified: (stored(0), 127)
      case .rectifiedOne: (stored(-1), stored(1))
      case .rectifiedSix: (stored(0), stored(6))
      case .hyperbolicTangent, .signBit:
        throw error("has a fused activation that is not supported; expected none or a RELU")
      }
    let least = Int32(clamping: max(low, -128))
    return least...max(least, Int32(clamping: min(high, 127)))
  }

  /// Demands that two stored representations mean the same.
  func checkSame(_ a: Scalar, _ b: Scalar) throws(NetworkError) {
    guard (a.scale - b.scale).magnitude <= 1e-6, a.zeroPoint == b.zeroPoint else {
      throw error("has input and output of different quantization; expected the same")
    }
  }

  /// Chooses the kernel.
  func kernel() throws(NetworkError) -> Kernel {
    switch step?.name {
    case "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED": try matrixKernel()
    case "MAX_POOL_2D", "AVERAGE_POOL_2D": try poolKernel()
    case "SOFTMAX": try softmaxKernel()
    case "LOGISTIC", "RELU", "RELU6", "QUANTIZE": try lookupKernel()
    case "ADD", "SUB", "MUL": try arithmeticKernel()
    case "MEAN": try meanKernel()
    case "RESHAPE", "EXPAND_DIMS", "SQUEEZE": try reshapeKernel()
    case "TRANSPOSE": try transposeKernel()
    case "STRIDED_SLICE": try sliceKernel()
    case "PAD": try padKernel()
    case "CONCATENATION", "PACK": try joinKernel()
    default: throw error("is not supported here; expected int8 operands")
    }
  }
}
