/// What a kernel takes of memory and of the C runtime.
extension Kernel {
  /// Bytes of working memory beside the operands.
  var scratchBytes: Int {
    switch self {
    case .convolution(let kernel):
      let g = kernel.geometry
      guard !kernel.isInPlace else { return 0 }
      let sides = g.outputHeight * g.outputWidth > 1 ? 2 : 1
      return sides * ArenaPlan.aligned(g.taps * g.inputChannels)
    case .depthwise(let kernel):
      return kernel.geometry.isPadded ? ArenaPlan.aligned(kernel.geometry.inputChannels) : 0
    case .softmax(let kernel):
      return 4 * kernel.depth
    default:
      return 0
    }
  }

  /// Bytes of weights, biases, multipliers and tables.
  var constantBytes: Int {
    switch self {
    case .convolution(let kernel), .depthwise(let kernel):
      kernel.weights.count + 9 * kernel.bias.count
    case .lookup(let table, _): table.count
    default: 0
    }
  }

  /// The C helpers that the generated layer calls.
  var helpers: Set<CRuntime> {
    switch self {
    case .convolution: [.convolve]
    case .depthwise: [.depthwise]
    case .pool(let kernel): [kernel.isMaximum ? .maximum : .average]
    case .softmax: [.softmax]
    case .arithmetic, .mean: [.scale]
    case .none, .lookup, .gather, .join: []
    }
  }
}

extension ConvolutionKernel {
  /// Whether every window lies in one piece in the input: nothing has to be gathered.
  var isInPlace: Bool {
    let g = geometry
    let isDense =
      (g.kernelHeight == 1 || g.dilationHeight == 1) && (g.kernelWidth == 1 || g.dilationWidth == 1)
    return isDense && !g.isPadded && (g.kernelHeight == 1 || g.kernelWidth == g.inputWidth)
  }

  /// Biases less the input's zero point times the sum of the weights: loops then multiply stored
  /// bytes.
  func foldedBias(isDepthwise: Bool) -> [Int32] {
    var sums = bias
    let length = weights.count / bias.count
    for (index, weight) in weights.enumerated() {
      let channel = isDepthwise ? index % bias.count : index / length
      sums[channel] -= inputZeroPoint * Int32(weight)
    }
    return sums
  }
}
