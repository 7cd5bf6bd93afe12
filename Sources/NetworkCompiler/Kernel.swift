/// What one operator does to memory once every parameter is settled: plain integers, no scales.
///
/// The reference interpreter runs kernels and the C generator prints them.
enum Kernel: Sendable {
  /// No work: the output shares the input's memory, or is shape arithmetic settled at build time.
  case none
  case convolution(ConvolutionKernel)
  case depthwise(ConvolutionKernel)
  case pool(PoolKernel)
  case softmax(SoftmaxKernel)
  /// Element by element through a table indexed by value + 128.
  case lookup([Int8], count: Int)
  case gather(GatherKernel)
  case join([JoinPart])
  case arithmetic(ArithmeticKernel)
  case mean(MeanKernel)
}

/// The sizes of a window that moves over an image in NHWC order.
struct WindowGeometry: Sendable, Equatable {
  let batches: Int
  let inputHeight: Int
  let inputWidth: Int
  let inputChannels: Int
  let outputHeight: Int
  let outputWidth: Int
  let outputChannels: Int
  let kernelHeight: Int
  let kernelWidth: Int
  let strideHeight: Int
  let strideWidth: Int
  let dilationHeight: Int
  let dilationWidth: Int
  let paddingTop: Int
  let paddingLeft: Int

  var taps: Int { kernelHeight * kernelWidth }

  /// Whether some window reaches beyond the image.
  var isPadded: Bool {
    let bottom = (outputHeight - 1) * strideHeight + (kernelHeight - 1) * dilationHeight
    let right = (outputWidth - 1) * strideWidth + (kernelWidth - 1) * dilationWidth
    return paddingTop > 0 || paddingLeft > 0 || bottom - paddingTop >= inputHeight
      || right - paddingLeft >= inputWidth
  }
}

/// From an accumulator to an output: scale, add the zero point, clamp.
struct OutputStage: Sendable {
  /// One for each output channel.
  let multipliers: [QuantizedMultiplier]
  let zeroPoint: Int32
  let minimum: Int32
  let maximum: Int32

  func output(_ accumulator: Int32, channel: Int) -> Int8 {
    let scaled = multipliers[channel].times(accumulator) &+ zeroPoint
    return Int8(truncatingIfNeeded: min(max(scaled, minimum), maximum))
  }
}

/// A convolution, full or one filter for each channel; fully connected layers are one position.
struct ConvolutionKernel: Sendable {
  let geometry: WindowGeometry
  /// Full: [output][kernel row][kernel column][input]. Depthwise: [row][column][output].
  let weights: [Int8]
  /// One for each output channel.
  let bias: [Int32]
  let inputZeroPoint: Int32
  let stage: OutputStage
}

struct PoolKernel: Sendable {
  let geometry: WindowGeometry
  let isMaximum: Bool
  let minimum: Int32
  let maximum: Int32
}

/// Softmax over the last dimension: e to differences from the row's maximum in Q5.
struct SoftmaxKernel: Sendable {
  let rows: Int
  let depth: Int
  let multiplier: QuantizedMultiplier
  /// Differences below this count as zero.
  let smallestDifference: Int32
}

/// A copy between strided boxes, with what lies outside the box filled: transpose, slice and pad.
struct GatherKernel: Sendable {
  /// Extents of the box, outermost first.
  let extents: [Int]
  let inputStrides: [Int]
  let inputOffset: Int
  let outputStrides: [Int]
  let outputOffset: Int
  let outputCount: Int
  /// Fills the whole output first when the box does not cover it.
  let fill: Int8?
}

/// One operand of a concatenation: `rows` runs of `length` bytes, each `pitch` apart in the output.
struct JoinPart: Sendable {
  let rows: Int
  let length: Int
  let pitch: Int
  let offset: Int
}

/// ADD, SUB and MUL of two broadcast operands.
struct ArithmeticKernel: Sendable {
  enum Operation: Sendable {
    case add
    case subtract
    case multiply
  }

  let operation: Operation
  /// Extents of the output, outermost first, and how far each operand steps (0 repeats it).
  let extents: [Int]
  let leftStrides: [Int]
  let rightStrides: [Int]
  let leftZeroPoint: Int32
  let rightZeroPoint: Int32
  /// Multipliers of the operands; unused by a multiplication.
  let left: QuantizedMultiplier
  let right: QuantizedMultiplier
  let stage: OutputStage

  /// Bits that sums are shifted left by before they are scaled.
  static let headroom: Int32 = 20

  func output(_ a: Int8, _ b: Int8) -> Int8 {
    let x = Int32(a) - leftZeroPoint
    let y = Int32(b) - rightZeroPoint
    switch operation {
    case .multiply:
      return stage.output(x * y, channel: 0)
    case .add:
      return stage.output(
        left.times(x << Self.headroom) + right.times(y << Self.headroom), channel: 0)
    case .subtract:
      return stage.output(
        left.times(x << Self.headroom) - right.times(y << Self.headroom), channel: 0)
    }
  }
}

/// A mean over some axes: kept axes walk the output, reduced axes are summed.
struct MeanKernel: Sendable {
  let keptExtents: [Int]
  let keptStrides: [Int]
  let reducedExtents: [Int]
  let reducedStrides: [Int]
  let inputZeroPoint: Int32
  let stage: OutputStage

  var reducedCount: Int { reducedExtents.reduce(1, *) }
}
