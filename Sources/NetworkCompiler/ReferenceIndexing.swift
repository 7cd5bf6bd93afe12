/// Walks every index of a box, outermost axis first.
struct BoxWalk: Sequence, IteratorProtocol {
  private let extents: [Int]
  private var index: [Int]
  private var isDone: Bool

  init(_ extents: [Int]) {
    self.extents = extents
    index = Array(repeating: 0, count: extents.count)
    isDone = extents.contains(0)
  }

  mutating func next() -> [Int]? {
    guard !isDone else { return nil }
    let current = index
    isDone = true
    for axis in extents.indices.reversed() {
      index[axis] += 1
      if index[axis] < extents[axis] {
        isDone = false
        break
      }
      index[axis] = 0
    }
    return current
  }
}

private func dot(_ index: [Int], _ strides: [Int]) -> Int {
  zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
}

extension GatherKernel {
  func run(_ input: [Int8]) -> [Int8] {
    var output = [Int8](repeating: fill ?? 0, count: outputCount)
    for index in BoxWalk(extents) {
      output[outputOffset + dot(index, outputStrides)] =
        input[inputOffset + dot(index, inputStrides)]
    }
    return output
  }
}

extension ArithmeticKernel {
  func run(_ a: [Int8], _ b: [Int8]) -> [Int8] {
    BoxWalk(extents).map { output(a[dot($0, leftStrides)], b[dot($0, rightStrides)]) }
  }
}

extension MeanKernel {
  func run(_ input: [Int8]) -> [Int8] {
    BoxWalk(keptExtents).map { kept in
      let start = dot(kept, keptStrides)
      let sum = BoxWalk(reducedExtents).reduce(Int32(0)) {
        $0 + Int32(input[start + dot($1, reducedStrides)]) - inputZeroPoint
      }
      return stage.output(sum, channel: 0)
    }
  }
}
