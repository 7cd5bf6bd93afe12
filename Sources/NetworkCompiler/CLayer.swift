/// Prints one layer: its constants and the body of its function.
struct CLayer {
  let symbol: String
  let sources: [String]
  let target: String
  let scratch: String

  /// The constants that stand before the function, and its body.
  func text(_ kernel: Kernel) -> (data: String, body: String) {
    switch kernel {
    case .none: ("", "")
    case .convolution(let kernel): convolution(kernel, isDepthwise: false)
    case .depthwise(let kernel): convolution(kernel, isDepthwise: true)
    case .pool(let kernel): pool(kernel)
    case .softmax(let kernel): ("", softmax(kernel))
    case .lookup(let table, let count): lookup(table, count)
    case .gather(let kernel): ("", gather(kernel))
    case .join(let parts): ("", join(parts))
    case .arithmetic(let kernel): arithmetic(kernel)
    case .mean(let kernel): mean(kernel)
    }
  }

  private func window(_ g: WindowGeometry) -> String {
    // Dilation of a single row or column means nothing: 1 lets the window stay in place.
    let dilation = (
      g.kernelHeight == 1 ? 1 : g.dilationHeight, g.kernelWidth == 1 ? 1 : g.dilationWidth
    )
    return """
      static const deepcraft_window \(symbol)_window = {
        \(g.batches), \(g.inputHeight), \(g.inputWidth), \(g.inputChannels),
        \(g.outputHeight), \(g.outputWidth), \(g.outputChannels),
        \(g.kernelHeight), \(g.kernelWidth), \(g.strideHeight), \(g.strideWidth),
        \(dilation.0), \(dilation.1), \(g.paddingTop), \(g.paddingLeft),
        \(g.isPadded ? 1 : 0)
      };

      """
  }

  func stage(_ stage: OutputStage, inputZeroPoint: Int32) -> String {
    return """
      static const deepcraft_stage \(symbol)_stage = {
        \(inputZeroPoint), \(stage.zeroPoint), \(stage.minimum), \(stage.maximum), \(stage.hasRightShifts ? 1 : 0)
      };

      """
  }

  private func convolution(
    _ kernel: ConvolutionKernel, isDepthwise: Bool
  ) -> (data: String, body: String) {
    let data =
      CText.array("int8_t", symbol + "_weights", kernel.weights)
      + CText.array("int32_t", symbol + "_bias", kernel.foldedBias(isDepthwise: isDepthwise))
      + CText.array("int32_t", symbol + "_multiplier", kernel.stage.multipliers.map(\.value))
      + CText.array("int8_t", symbol + "_shift", kernel.stage.cShifts.map { Int8(clamping: $0) })
      + window(kernel.geometry) + stage(kernel.stage, inputZeroPoint: kernel.inputZeroPoint)
    let constants =
      "&\(symbol)_window, &\(symbol)_stage, \(symbol)_weights,\n      \(symbol)_bias, "
      + "\(symbol)_multiplier, \(symbol)_shift,\n      "
    if isDepthwise {
      return (
        data,
        "  const int8_t *taps[\(kernel.geometry.taps)];\n  deepcraft_depthwise(\n      " + constants
          + "\(sources[0]), \(target), taps, \(scratch));\n"
      )
    }
    return (
      data,
      "  deepcraft_convolve(\n      " + constants + "\(sources[0]), \(target), \(scratch));\n"
    )
  }

  private func pool(_ kernel: PoolKernel) -> (data: String, body: String) {
    let name = kernel.isMaximum ? "deepcraft_maximum" : "deepcraft_average"
    return (
      window(kernel.geometry),
      "  \(name)(&\(symbol)_window, \(kernel.minimum), \(kernel.maximum),\n"
        + "      \(sources[0]), \(target));\n"
    )
  }

  private func softmax(_ kernel: SoftmaxKernel) -> String {
    "  deepcraft_softmax(\(kernel.rows), \(kernel.depth), \(kernel.multiplier.value), "
      + "\(kernel.multiplier.shift), \(kernel.smallestDifference),\n"
      + "      \(sources[0]), \(target), \(scratch));\n"
  }
}

extension OutputStage {
  /// Whether every multiplier shifts to the right, which the C does faster.
  var hasRightShifts: Bool { multipliers.allSatisfy { $0.shift < 0 } }

  /// Shifts to the right as the C takes them: one short where all go to the right.
  var cShifts: [Int] { multipliers.map { hasRightShifts ? -$0.shift - 1 : -$0.shift } }
}
