/// Runs an int8 network on the host as TensorFlow Lite Micro's reference kernels do, bit for bit.
///
/// Reference: TensorFlow Lite Micro, `kernels/internal/reference/integer_ops`. Plain loops over
/// plain arrays: the generated C is checked against it, so it shares no shortcut with it.
public struct ReferenceInterpreter: Sendable {
  let program: Program

  /// Prepares a network; an operator that is not supported is an error.
  public init(_ network: Network) throws(NetworkError) {
    var lowering = Lowering(network)
    program = try lowering.program()
  }

  /// Number of bytes that `run` takes.
  public var inputCount: Int { program.inputTensor.count }
  /// Number of bytes that `run` returns.
  public var outputCount: Int { program.outputTensor.count }

  /// The scores of one input: quantized values in the tensors' own order.
  public func run(_ input: [Int8]) -> [Int8] {
    precondition(input.count == inputCount, "expected \(inputCount) inputs")
    var memory: [Int: [Int8]] = [:]
    var output: [Int8] = []
    for step in program.steps {
      if case .none = step.kernel { continue }
      let sources = step.sources.map { place in
        switch place {
        case .input: input
        case .output: output
        case .arena(let tensor): memory[tensor] ?? []
        case .constant(let tensor):
          program.network.tensors[tensor].data?.map { Int8(bitPattern: $0) } ?? []
        }
      }
      let result = step.kernel.run(sources)
      switch step.target {
      case .output: output = result
      case .arena(let tensor): memory[tensor] = result
      case .input, .constant: break
      }
    }
    return output
  }

  /// The index of the highest score; the lowest such index when several tie.
  public static func bestClass(_ scores: [Int8]) -> Int {
    var best = 0
    for (index, score) in scores.enumerated() where score > scores[best] { best = index }
    return best
  }
}

extension Kernel {
  /// The output for these operands.
  func run(_ sources: [[Int8]]) -> [Int8] {
    switch self {
    case .none: sources[0]
    case .convolution(let kernel): kernel.run(sources[0], isDepthwise: false)
    case .depthwise(let kernel): kernel.run(sources[0], isDepthwise: true)
    case .pool(let kernel): kernel.run(sources[0])
    case .softmax(let kernel): kernel.run(sources[0])
    case .lookup(let table, _): sources[0].map { table[Int($0) + 128] }
    case .gather(let kernel): kernel.run(sources[0])
    case .join(let parts): Kernel.join(parts, sources)
    case .arithmetic(let kernel): kernel.run(sources[0], sources[1])
    case .mean(let kernel): kernel.run(sources[0])
    }
  }

  private static func join(_ parts: [JoinPart], _ sources: [[Int8]]) -> [Int8] {
    let count = parts.reduce(0) { $0 + $1.rows * $1.length }
    var output = [Int8](repeating: 0, count: count)
    for (part, source) in zip(parts, sources) {
      for row in 0..<part.rows {
        for index in 0..<part.length {
          output[part.offset + row * part.pitch + index] = source[row * part.length + index]
        }
      }
    }
    return output
  }
}

extension ConvolutionKernel {
  func run(_ input: [Int8], isDepthwise: Bool) -> [Int8] {
    let g = geometry
    var output: [Int8] = []
    output.reserveCapacity(g.batches * g.outputHeight * g.outputWidth * g.outputChannels)
    for batch in 0..<g.batches {
      for row in 0..<g.outputHeight {
        for column in 0..<g.outputWidth {
          for channel in 0..<g.outputChannels {
            let sum = bias[channel] + accumulate(input, batch, row, column, channel, isDepthwise)
            output.append(stage.output(sum, channel: channel))
          }
        }
      }
    }
    return output
  }

  private func accumulate(
    _ input: [Int8], _ batch: Int, _ row: Int, _ column: Int, _ channel: Int, _ isDepthwise: Bool
  ) -> Int32 {
    let g = geometry
    // A filter for each channel reads one input channel; a full one reads them all.
    let first = isDepthwise ? channel / (g.outputChannels / g.inputChannels) : 0
    let count = isDepthwise ? 1 : g.inputChannels
    var sum: Int32 = 0
    for tap in 0..<g.taps {
      let (down, across) = (tap / g.kernelWidth, tap % g.kernelWidth)
      let y = row * g.strideHeight - g.paddingTop + down * g.dilationHeight
      let x = column * g.strideWidth - g.paddingLeft + across * g.dilationWidth
      guard y >= 0, y < g.inputHeight, x >= 0, x < g.inputWidth else { continue }
      let pixel = ((batch * g.inputHeight + y) * g.inputWidth + x) * g.inputChannels + first
      let filter =
        isDepthwise ? tap * g.outputChannels + channel : (channel * g.taps + tap) * count
      for index in 0..<count {
        sum &+= Int32(weights[filter + index]) &* (Int32(input[pixel + index]) &- inputZeroPoint)
      }
    }
    return sum
  }
}

extension PoolKernel {
  func run(_ input: [Int8]) -> [Int8] {
    let g = geometry
    var output: [Int8] = []
    for batch in 0..<g.batches {
      for row in 0..<g.outputHeight {
        for column in 0..<g.outputWidth {
          let (top, left) = (
            row * g.strideHeight - g.paddingTop, column * g.strideWidth - g.paddingLeft
          )
          let rows = max(top, 0)..<min(top + g.kernelHeight, g.inputHeight)
          let columns = max(left, 0)..<min(left + g.kernelWidth, g.inputWidth)
          for channel in 0..<g.inputChannels {
            var values: [Int32] = []
            for y in rows {
              for x in columns {
                let pixel = (batch * g.inputHeight + y) * g.inputWidth + x
                values.append(Int32(input[pixel * g.inputChannels + channel]))
              }
            }
            let value = isMaximum ? values.max() ?? -128 : Self.average(values)
            output.append(Int8(truncatingIfNeeded: min(max(value, minimum), maximum)))
          }
        }
      }
    }
    return output
  }

  /// The mean, rounded to nearest, ties away from zero.
  private static func average(_ values: [Int32]) -> Int32 {
    let (sum, count) = (values.reduce(0, +), Int32(values.count))
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count
  }
}

extension SoftmaxKernel {
  func run(_ input: [Int8]) -> [Int8] {
    var output: [Int8] = []
    for row in 0..<rows {
      let values = input[(row * depth)..<((row + 1) * depth)]
      let peak = Int32(values.max() ?? 0)
      let powers = values.map { value -> Int32? in
        let difference = Int32(value) - peak
        guard difference >= smallestDifference else { return nil }
        let scaled = FixedPoint.highMultiply(
          difference &<< Int32(multiplier.shift), multiplier.value)
        return FixedPoint.exponential(scaled, integerBits: 5)
      }
      let sum = powers.reduce(Int32(0)) {
        $0 + FixedPoint.divide($1 ?? 0, byPowerOfTwo: 12)
      }
      let zeros = sum.leadingZeroBitCount
      let rest = Int32(bitPattern: (UInt32(bitPattern: sum) << UInt32(zeros)) &- (1 << 31))
      let reciprocal = FixedPoint.reciprocalOfOnePlus(rest)
      for power in powers {
        let share = FixedPoint.highMultiply(reciprocal, power ?? 0)
        let value = FixedPoint.divide(share, byPowerOfTwo: 12 - zeros + 23) - 128
        output.append(power == nil ? -128 : Int8(truncatingIfNeeded: min(max(value, -128), 127)))
      }
    }
    return output
  }
}
