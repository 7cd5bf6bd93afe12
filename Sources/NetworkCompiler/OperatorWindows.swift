extension OperatorContext {
  /// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED.
  func matrixKernel() throws(NetworkError) -> Kernel {
    switch step?.options {
    case .fullyConnected(let activation):
      return .convolution(try fullyConnected(activation))
    case .window(let window):
      let isDepthwise = step?.name == "DEPTHWISE_CONV_2D"
      let (filter, weights) = try weights(1)
      let geometry = try convolutionGeometry(window, filter, isDepthwise: isDepthwise)
      let kernel = try convolution(
        geometry, weights, filter, window.activation, isDepthwise: isDepthwise)
      // With one input channel a depthwise convolution is a full one with its weights turned.
      if isDepthwise, geometry.inputChannels > 1, geometry.taps > 1024 {
        throw error("has a window of \(geometry.taps) pixels; at most 1024 are supported")
      }
      if isDepthwise, geometry.inputChannels == 1 { return .convolution(turned(kernel)) }
      return isDepthwise ? .depthwise(kernel) : .convolution(kernel)
    default:
      throw error("has no options")
    }
  }

  /// Four dimensions, or an error that says what is expected.
  private func image(_ tensor: Network.Tensor, _ role: String) throws(NetworkError) -> [Int] {
    guard tensor.shape.count == 4 else {
      throw error("has \(role) of shape \(tensor.shapeText); expected four dimensions")
    }
    return tensor.shape
  }

  private func convolutionGeometry(
    _ window: Network.Window, _ filter: Network.Tensor, isDepthwise: Bool
  ) throws(NetworkError) -> WindowGeometry {
    let kernel = try image(filter, "weights")
    let source = try image(try input(0), "an input")
    let channels = isDepthwise ? kernel[3] : kernel[0]
    guard isDepthwise ? kernel[0] == 1 && kernel[3] % source[3] == 0 : kernel[3] == source[3] else {
      throw error("has weights of shape \(filter.shapeText) for \(source[3]) input channels")
    }
    return try geometry(
      window, Network.Extent(height: kernel[1], width: kernel[2]), channels: channels)
  }

  /// Sizes and padding; the output's shape must be what they give.
  private func geometry(
    _ window: Network.Window, _ kernel: Network.Extent, channels: Int
  ) throws(NetworkError) -> WindowGeometry {
    let source = try image(try input(0), "an input")
    let target = try image(try output(), "an output")
    func axis(_ size: Int, _ taps: Int, _ stride: Int, _ dilation: Int) -> (Int, Int) {
      let reach = (taps - 1) * dilation + 1
      let count = window.isSame ? (size + stride - 1) / stride : (size + stride - reach) / stride
      return (count, max(((count - 1) * stride + reach - size) / 2, 0))
    }
    let (height, top) = axis(
      source[1], kernel.height, window.stride.height, window.dilation.height)
    let (width, left) = axis(source[2], kernel.width, window.stride.width, window.dilation.width)
    guard target == [source[0], height, width, channels], height > 0, width > 0 else {
      throw error(
        "has an output of shape \(try output().shapeText); its window gives "
          + "\(source[0])x\(height)x\(width)x\(channels)")
    }
    return WindowGeometry(
      batches: source[0], inputHeight: source[1], inputWidth: source[2],
      inputChannels: source[3], outputHeight: height, outputWidth: width,
      outputChannels: channels, kernelHeight: kernel.height, kernelWidth: kernel.width,
      strideHeight: window.stride.height, strideWidth: window.stride.width,
      dilationHeight: window.dilation.height, dilationWidth: window.dilation.width,
      paddingTop: top, paddingLeft: left)
  }

  private func fullyConnected(
    _ activation: Network.Activation
  ) throws(NetworkError) -> ConvolutionKernel {
    let (filter, weights) = try weights(1)
    let (source, target) = (try input(0), try output())
    guard filter.shape.count == 2, source.count % filter.shape[1] == 0,
      target.count == source.count / filter.shape[1] * filter.shape[0]
    else {
      throw error(
        "has weights of shape \(filter.shapeText) between \(source.shapeText) and "
          + "\(target.shapeText)")
    }
    let geometry = WindowGeometry(
      batches: source.count / filter.shape[1], inputHeight: 1, inputWidth: 1,
      inputChannels: filter.shape[1], outputHeight: 1, outputWidth: 1,
      outputChannels: filter.shape[0], kernelHeight: 1, kernelWidth: 1, strideHeight: 1,
      strideWidth: 1, dilationHeight: 1, dilationWidth: 1, paddingTop: 0, paddingLeft: 0)
    return try convolution(geometry, weights, filter, activation, isDepthwise: false)
  }

  private func convolution(
    _ geometry: WindowGeometry, _ weights: [Int8], _ filter: Network.Tensor,
    _ activation: Network.Activation, isDepthwise: Bool
  ) throws(NetworkError) -> ConvolutionKernel {
    let source = try quantization(try input(0), "an input")
    let target = try quantization(try output(), "an output")
    let bounds = try bounds(activation, target)
    let kernel = ConvolutionKernel(
      geometry: geometry, weights: weights, bias: try bias(geometry.outputChannels),
      inputZeroPoint: source.zeroPoint,
      stage: OutputStage(
        multipliers: try multipliers(geometry.outputChannels, filter, source, target),
        zeroPoint: target.zeroPoint, minimum: bounds.lowerBound, maximum: bounds.upperBound))
    try checkAccumulators(kernel, isDepthwise: isDepthwise)
    return kernel
  }

  private func bias(_ channels: Int) throws(NetworkError) -> [Int32] {
    guard let tensor = optionalInput(2) else { return Array(repeating: 0, count: channels) }
    let values = try integers(2, "a bias")
    guard values.count == channels else {
      throw error("has a bias of \(values.count) values for \(channels) channels: \(tensor.name)")
    }
    return values.map { Int32($0) }
  }

  /// input scale × weight scale ÷ output scale for each channel.
  private func multipliers(
    _ channels: Int, _ filter: Network.Tensor, _ source: Scalar, _ target: Scalar
  ) throws(NetworkError) -> [QuantizedMultiplier] {
    guard let quantization = filter.quantization,
      quantization.scales.count == 1 || quantization.scales.count == channels
    else {
      throw error("has weights with neither one scale nor one for each channel")
    }
    guard quantization.zeroPoints.allSatisfy({ $0 == 0 }) else {
      throw error("has weights with a zero point; expected 0")
    }
    var result: [QuantizedMultiplier] = []
    for scale in quantization.scales {
      let weight = try positive(scale, "weights")
      // One scale of a fully connected layer is multiplied in single precision by the reference.
      let isSingle = step?.name == "FULLY_CONNECTED" && quantization.scales.count == 1
      let product =
        isSingle ? Double(source.scale * weight) : Double(source.scale) * Double(weight)
      result.append(QuantizedMultiplier(product / Double(target.scale)))
    }
    return result.count == channels ? result : Array(repeating: result[0], count: channels)
  }

  /// Refuses weights and scales whose sums could leave 31 bits on some input.
  private func checkAccumulators(
    _ kernel: ConvolutionKernel, isDepthwise: Bool
  ) throws(NetworkError) {
    let geometry = kernel.geometry
    var bounds = kernel.bias.map { Int64($0).magnitude }
    let length = isDepthwise ? 1 : kernel.weights.count / geometry.outputChannels
    for (index, weight) in kernel.weights.enumerated() {
      let channel = isDepthwise ? index % geometry.outputChannels : index / length
      bounds[channel] += UInt64(weight.magnitude) * 384
    }
    for (channel, bound) in bounds.enumerated() {
      try checkRange(bound, kernel.stage.multipliers[channel])
    }
  }

  /// Refuses a multiplier that could take a number of this magnitude out of 31 bits.
  func checkRange(_ bound: UInt64, _ multiplier: QuantizedMultiplier) throws(NetworkError) {
    guard multiplier.shift <= 30, bound < (1 << 30) >> UInt64(max(multiplier.shift, 0)) else {
      throw error("has weights and scales that can overflow a 32-bit accumulator")
    }
  }

  private func turned(_ kernel: ConvolutionKernel) -> ConvolutionKernel {
    let (taps, channels) = (kernel.geometry.taps, kernel.geometry.outputChannels)
    var weights: [Int8] = []
    weights.reserveCapacity(taps * channels)
    for channel in 0..<channels {
      for tap in 0..<taps { weights.append(kernel.weights[tap * channels + channel]) }
    }
    return ConvolutionKernel(
      geometry: kernel.geometry, weights: weights, bias: kernel.bias,
      inputZeroPoint: kernel.inputZeroPoint, stage: kernel.stage)
  }

  /// MAX_POOL_2D and AVERAGE_POOL_2D.
  func poolKernel() throws(NetworkError) -> Kernel {
    guard case .window(let window) = step?.options else { throw error("has no options") }
    let source = try quantization(try input(0), "an input")
    let target = try quantization(try output(), "an output")
    try checkSame(source, target)
    let channels = try image(try input(0), "an input")[3]
    let geometry = try geometry(window, window.kernel, channels: channels)
    guard geometry.taps <= 1 << 16 else {
      throw error("has a window of \(geometry.taps) pixels; at most 65536 are supported")
    }
    let bounds = try bounds(window.activation, target)
    return .pool(
      PoolKernel(
        geometry: geometry, isMaximum: step?.name == "MAX_POOL_2D", minimum: bounds.lowerBound,
        maximum: bounds.upperBound))
  }
}
