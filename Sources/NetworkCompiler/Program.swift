/// A network made ready to run: kernels with settled parameters and the memory that they share.
struct Program: Sendable {
  /// Where an operand's bytes are.
  enum Place: Sendable, Equatable {
    case input
    case output
    /// The tensor that owns the memory in the arena.
    case arena(Int)
    case constant(Int)
  }

  struct Step: Sendable {
    let layer: Layer
    let kernel: Kernel
    let sources: [Place]
    let target: Place
  }

  let network: Network
  let steps: [Step]
  /// The int8 tensors that a caller fills and reads.
  let input: Int
  let output: Int

  var inputTensor: Network.Tensor { network.tensors[input] }
  var outputTensor: Network.Tensor { network.tensors[output] }

  /// The operators that can be run and generated, in alphabetical order.
  static let supported = [
    "ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "DEQUANTIZE",
    "EXPAND_DIMS", "FULLY_CONNECTED", "LOGISTIC", "MAX_POOL_2D", "MEAN", "MUL", "PACK", "PAD",
    "QUANTIZE", "RELU", "RELU6", "RESHAPE", "SHAPE", "SOFTMAX", "SQUEEZE", "STRIDED_SLICE",
    "SUB", "TRANSPOSE",
  ]
}
