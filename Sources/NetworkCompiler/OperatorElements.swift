extension OperatorContext {
  /// SOFTMAX over the last dimension.
  ///
  /// Reference: TensorFlow Lite Micro, `CalculateSoftmaxParams`, `PreprocessSoftmaxScaling`.
  func softmaxKernel() throws(NetworkError) -> Kernel {
    guard case .softmax(let beta) = step?.options, beta.isFinite, beta > 0 else {
      throw error("has no positive beta")
    }
    let source = try quantization(try input(0), "an input")
    let target = try quantization(try output(), "an output")
    guard target.zeroPoint == -128, target.scale == 1 / 256 else {
      throw error("has an output of another scale; expected 1/256 with zero point -128")
    }
    let shape = try input(0).shape
    guard shape == (try output().shape), let depth = shape.last, depth <= 511 else {
      throw error("works on \(try input(0).shapeText); expected at most 511 classes")
    }
    let real = min(Double(beta) * Double(source.scale) * 67_108_864, 2_147_483_647)
    guard real > 1 else { throw error("has a scale too small for fixed-point arithmetic") }
    let multiplier = QuantizedMultiplier(real)
    return .softmax(
      SoftmaxKernel(
        rows: try input(0).count / depth, depth: depth, multiplier: multiplier,
        smallestDifference: -Int32((Int64(31) << 26) >> Int64(multiplier.shift))))
  }

  /// Operators that map each stored value to another: tabulated with the reference's arithmetic.
  func lookupKernel() throws(NetworkError) -> Kernel {
    let source = try quantization(try input(0), "an input")
    let target = try quantization(try output(), "an output")
    let count = try output().count
    guard try input(0).count == count else {
      throw error("has input and output of different sizes")
    }
    switch step?.name {
    case "LOGISTIC":
      return .lookup(try logistic(source, target), count: count)
    case "RELU6":
      let six = Int(source.zeroPoint) + Int(max(min((6 / source.scale).rounded(), 1e9), 0))
      let high = Int32(clamping: min(six, 127))
      return .lookup(table { min(max($0, source.zeroPoint), high) }, count: count)
    default:
      // RELU divides in single precision, QUANTIZE in double; both then scale and clamp.
      let isRelu = step?.name == "RELU"
      let real =
        isRelu
        ? Double(source.scale / target.scale) : Double(source.scale) / Double(target.scale)
      let multiplier = QuantizedMultiplier(real)
      try checkRange(255, multiplier)
      let low = isRelu ? max(target.zeroPoint, -128) : -128
      return .lookup(
        table {
          min(max(multiplier.times($0 - source.zeroPoint) + target.zeroPoint, low), 127)
        }, count: count)
    }
  }

  private func table(_ map: (Int32) -> Int32) -> [Int8] {
    (-128...127).map { Int8(truncatingIfNeeded: map(Int32($0))) }
  }

  /// Reference: TensorFlow Lite Micro, `reference_integer_ops::Logistic`.
  private func logistic(_ source: Scalar, _ target: Scalar) throws(NetworkError) -> [Int8] {
    guard target.zeroPoint == -128 else {
      throw error("has an output with zero point \(target.zeroPoint); expected -128")
    }
    let multiplier = QuantizedMultiplier(Double(source.scale) * 134_217_728)
    guard (0...31).contains(multiplier.shift) else {
      throw error("has a scale of \(source.scale), out of the range of fixed-point arithmetic")
    }
    let radius = Int32((Int64(15) << 27) >> Int64(multiplier.shift))
    return table { value in
      let difference = value - source.zeroPoint
      if difference <= -radius { return -128 }
      if difference >= radius { return 127 }
      let result = FixedPoint.logistic(multiplier.times(difference))
      return min(max(FixedPoint.divide(result, byPowerOfTwo: 23) - 128, -128), 127)
    }
  }

  /// ADD, SUB and MUL with broadcasting.
  func arithmeticKernel() throws(NetworkError) -> Kernel {
    guard case .arithmetic(let activation) = step?.options else { throw error("has no options") }
    let (a, b) = (
      try quantization(try input(0), "an input"), try quantization(try input(1), "an input")
    )
    let target = try quantization(try output(), "an output")
    let extents = try output().shape
    let isProduct = step?.name == "MUL"
    let bounds = try bounds(activation, target)
    let twice = 2 * Double(max(a.scale, b.scale))
    let scale =
      isProduct
      ? Double(a.scale) * Double(b.scale) / Double(target.scale)
      : twice / (1_048_576 * Double(target.scale))
    let multiplier = QuantizedMultiplier(scale)
    guard isProduct || scale < 1 else {
      throw error("has an output scale too small for its inputs")
    }
    try checkRange(isProduct ? 255 * 255 : 1 << 29, multiplier)
    return .arithmetic(
      ArithmeticKernel(
        operation: isProduct ? .multiply : step?.name == "ADD" ? .add : .subtract,
        extents: extents, leftStrides: try broadcast(try input(0), extents),
        rightStrides: try broadcast(try input(1), extents), leftZeroPoint: a.zeroPoint,
        rightZeroPoint: b.zeroPoint, left: QuantizedMultiplier(Double(a.scale) / twice),
        right: QuantizedMultiplier(Double(b.scale) / twice),
        stage: OutputStage(
          multipliers: [multiplier], zeroPoint: target.zeroPoint, minimum: bounds.lowerBound,
          maximum: bounds.upperBound)))
  }

  /// How far an operand steps along each axis of the output.
  private func broadcast(
    _ tensor: Network.Tensor, _ extents: [Int]
  ) throws(NetworkError) -> [Int] {
    let missing = extents.count - tensor.shape.count
    let shape = Array(repeating: 1, count: max(missing, 0)) + tensor.shape
    guard missing >= 0, zip(shape, extents).allSatisfy({ $0 == $1 || $0 == 1 }) else {
      throw error("cannot spread \(tensor.shapeText) over \(try output().shapeText)")
    }
    let strides = rowMajorStrides(shape)
    return zip(shape, strides).map { $0 == 1 ? 0 : $1 }
  }

  /// MEAN over constant axes.
  ///
  /// Reference: TensorFlow Lite Micro, `QuantizedMeanOrSum`: the count divides the multiplier.
  func meanKernel() throws(NetworkError) -> Kernel {
    let source = try quantization(try input(0), "an input")
    let target = try quantization(try output(), "an output")
    let shape = try input(0).shape
    var isReduced = Array(repeating: false, count: shape.count)
    for axis in try integers(1, "axes") {
      guard (-shape.count..<shape.count).contains(axis) else {
        throw error("reduces axis \(axis) of \(shape.count)")
      }
      isReduced[axis < 0 ? axis + shape.count : axis] = true
    }
    let strides = rowMajorStrides(shape)
    let kept = shape.indices.filter { !isReduced[$0] }
    let reduced = shape.indices.filter { isReduced[$0] }
    let count = reduced.reduce(1) { $0 * shape[$1] }
    guard try output().count * count == input(0).count else {
      throw error("has an output of shape \(try output().shapeText), which is not its mean's")
    }
    let whole = QuantizedMultiplier(Double(source.scale) / Double(target.scale))
    let shift = min(63 - UInt64(count).leadingZeroBitCount, 31 + whole.shift)
    guard shift >= 0 else { throw error("has scales too far apart") }
    let multiplier = QuantizedMultiplier(
      value: Int32(truncatingIfNeeded: (Int64(whole.value) << Int64(shift)) / Int64(count)),
      shift: whole.shift - shift)
    try checkRange(UInt64(count) * 255, multiplier)
    return .mean(
      MeanKernel(
        keptExtents: kept.map { shape[$0] }, keptStrides: kept.map { strides[$0] },
        reducedExtents: reduced.map { shape[$0] }, reducedStrides: reduced.map { strides[$0] },
        inputZeroPoint: source.zeroPoint,
        stage: OutputStage(
          multipliers: [multiplier], zeroPoint: target.zeroPoint, minimum: -128, maximum: 127)))
  }
}

/// The distance between neighbours along each axis, outermost first.
func rowMajorStrides(_ shape: [Int]) -> [Int] {
  var strides = Array(repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return strides
}
