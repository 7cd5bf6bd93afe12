extension OperatorContext {
  /// Demands int8 on both sides with the same meaning.
  private func checkMoves() throws(NetworkError) {
    try checkSame(
      try quantization(try input(0), "an input"), try quantization(try output(), "an output"))
  }

  /// RESHAPE, EXPAND_DIMS and SQUEEZE: the bytes stay where they are.
  func reshapeKernel() throws(NetworkError) -> Kernel {
    try checkMoves()
    guard try input(0).count == output().count else {
      throw error("turns \(try input(0).shapeText) into \(try output().shapeText)")
    }
    guard try input(0).data != nil else { return .none }
    return .gather(try copy(extents: [try output().count], strides: [1], offset: 0))
  }

  /// A box of the input that fills the output in order.
  private func copy(
    extents: [Int], strides: [Int], offset: Int
  ) throws(NetworkError) -> GatherKernel {
    GatherKernel(
      extents: extents, inputStrides: strides, inputOffset: offset,
      outputStrides: rowMajorStrides(extents), outputOffset: 0,
      outputCount: try output().count, fill: nil)
  }

  func transposeKernel() throws(NetworkError) -> Kernel {
    try checkMoves()
    let shape = try input(0).shape
    let order = try integers(1, "a permutation").map { $0 < 0 ? $0 + shape.count : $0 }
    guard order.sorted() == Array(shape.indices) else {
      throw error("has \(order) as permutation of \(shape.count) axes")
    }
    let extents = order.map { shape[$0] }
    guard try output().shape == extents else {
      throw error("has an output of shape \(try output().shapeText), not of its permutation")
    }
    let strides = rowMajorStrides(shape)
    return .gather(try copy(extents: extents, strides: order.map { strides[$0] }, offset: 0))
  }

  /// STRIDED_SLICE with constant bounds.
  ///
  /// Reference: TensorFlow Lite Micro, `strided_slice_logic.h`.
  func sliceKernel() throws(NetworkError) -> Kernel {
    try checkMoves()
    guard case .stridedSlice(let masks) = step?.options, masks.ellipsis == 0, masks.newAxis == 0
    else {
      throw error("adds axes or skips some; expected plain bounds")
    }
    let shape = try input(0).shape
    let (begins, ends) = (try integers(1, "begins"), try integers(2, "ends"))
    let steps = try integers(3, "steps")
    guard begins.count == shape.count, ends.count == shape.count, steps.count == shape.count
    else {
      throw error("has bounds for other than its \(shape.count) axes")
    }
    let strides = rowMajorStrides(shape)
    var (extents, pitches, offset): ([Int], [Int], Int) = ([], [], 0)
    for axis in shape.indices {
      let (size, pitch) = (shape[axis], steps[axis])
      guard pitch != 0, pitch.magnitude <= size + 1 else { throw error("has a step of \(pitch)") }
      let range = pitch > 0 ? 0...size : -1...(size - 1)
      func bound(_ value: Int, _ mask: Int, _ implied: Int) -> Int {
        if mask >> axis & 1 == 1 { return implied }
        return min(max(value < 0 ? value + size : value, range.lowerBound), range.upperBound)
      }
      let first = bound(begins[axis], masks.begin, pitch > 0 ? 0 : size - 1)
      let isSingle = masks.shrinkAxis >> axis & 1 == 1
      let last =
        isSingle ? first + pitch : bound(ends[axis], masks.end, pitch > 0 ? size : -1)
      let count = isSingle ? 1 : max((last - first + pitch - pitch.signum()) / pitch, 0)
      guard count > 0, (0..<size).contains(first) else {
        throw error("takes nothing of axis \(axis)")
      }
      extents.append(count)
      pitches.append(strides[axis] * pitch)
      offset += strides[axis] * first
    }
    guard try output().count == extents.reduce(1, *) else {
      throw error("has an output of shape \(try output().shapeText), not of its bounds")
    }
    return .gather(try copy(extents: extents, strides: pitches, offset: offset))
  }

  /// PAD with the stored value that means zero.
  func padKernel() throws(NetworkError) -> Kernel {
    try checkMoves()
    let (shape, target) = (try input(0).shape, try output().shape)
    let paddings = try integers(1, "paddings")
    guard paddings.count == 2 * shape.count, paddings.allSatisfy({ $0 >= 0 }),
      target.count == shape.count
    else {
      throw error("has \(paddings.count) paddings for \(shape.count) axes")
    }
    let strides = rowMajorStrides(target)
    var offset = 0
    for axis in shape.indices {
      let (before, after) = (paddings[2 * axis], paddings[2 * axis + 1])
      guard target[axis] == shape[axis] + before + after else {
        throw error("has an output of shape \(try output().shapeText), not of its paddings")
      }
      offset += before * strides[axis]
    }
    let zero = try quantization(try output(), "an output").zeroPoint
    return .gather(
      GatherKernel(
        extents: shape, inputStrides: rowMajorStrides(shape), inputOffset: 0,
        outputStrides: strides, outputOffset: offset, outputCount: try output().count,
        fill: Int8(truncatingIfNeeded: zero)))
  }

  /// CONCATENATION and PACK.
  func joinKernel() throws(NetworkError) -> Kernel {
    let target = try output()
    let rank = target.shape.count
    var axis: Int
    var isPack = false
    switch step?.options {
    case .concatenation(let value, .none): axis = value
    case .pack(let value): (axis, isPack) = (value, true)
    default: throw error("has a fused activation; expected none")
    }
    if axis < 0 { axis += rank }
    guard (0..<rank).contains(axis) else { throw error("joins along axis \(axis) of \(rank)") }
    let inner = target.shape[(axis + 1)...].reduce(1, *)
    let rows = target.shape[..<axis].reduce(1, *)
    let meaning = try quantization(target, "an output")
    var (parts, offset): ([JoinPart], Int) = ([], 0)
    for position in inputs.indices {
      let source = try input(position)
      try checkSame(try quantization(source, "an input"), meaning)
      var shape = source.shape
      if isPack, axis <= shape.count { shape.insert(1, at: axis) }
      guard shape.count == rank, shape[..<axis] == target.shape[..<axis],
        shape[(axis + 1)...] == target.shape[(axis + 1)...]
      else {
        throw error("cannot join \(source.shapeText) into \(target.shapeText)")
      }
      let length = shape[axis] * inner
      parts.append(
        JoinPart(rows: rows, length: length, pitch: target.shape[axis] * inner, offset: offset))
      offset += length
    }
    guard offset == target.shape[axis] * inner else {
      throw error("joins \(offset) elements where \(target.shapeText) expects others")
    }
    return .join(parts)
  }
}
