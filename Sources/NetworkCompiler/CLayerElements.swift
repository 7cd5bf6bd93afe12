/// The layers that are printed as plain loops with every number in place.
extension CLayer {
  func lookup(_ table: [Int8], _ count: Int) -> (data: String, body: String) {
    (
      CText.array("int8_t", symbol + "_table", table),
      """
        const int8_t *from = \(sources[0]);
        int8_t *to = \(target);
        for (int32_t index = 0; index < \(count); index++) {
          to[index] = \(symbol)_table[from[index] + 128];
        }

      """
    )
  }

  func gather(_ kernel: GatherKernel) -> String {
    var text = "  const int8_t *from = \(sources[0]);\n  int8_t *to = \(target);\n"
    if let fill = kernel.fill { text += "  memset(to, \(fill), \(kernel.outputCount));\n" }
    var extents = kernel.extents
    var run = 1
    // Innermost axes that lie together on both sides move as one run.
    for axis in extents.indices.reversed() where extents[axis] > 1 {
      guard kernel.inputStrides[axis] == run, kernel.outputStrides[axis] == run else { break }
      run *= extents[axis]
      extents[axis] = 1
    }
    let to = CText.index(extents, kernel.outputStrides, offset: kernel.outputOffset)
    let from = CText.index(extents, kernel.inputStrides, offset: kernel.inputOffset)
    let body =
      run == 1 ? "to[\(to)] = from[\(from)];" : "memcpy(to + \(to), from + \(from), \(run));"
    return text + CText.loops(extents, indent: 2, body: [body])
  }

  func join(_ parts: [JoinPart]) -> String {
    zip(parts, sources).map { part, source in
      CText.loops(
        [part.rows], indent: 2,
        body: [
          "memcpy(\(target) + \(CText.index([part.rows], [part.pitch], offset: part.offset)),",
          "       \(source) + \(CText.index([part.rows], [part.length])), \(part.length));",
        ])
    }.joined()
  }

  func arithmetic(_ kernel: ArithmeticKernel) -> (data: String, body: String) {
    let (a, b) = (
      "(left[\(CText.index(kernel.extents, kernel.leftStrides))] - (\(kernel.leftZeroPoint)))",
      "(right[\(CText.index(kernel.extents, kernel.rightStrides))] - (\(kernel.rightZeroPoint)))"
    )
    var body: [String]
    if kernel.operation == .multiply {
      body = ["int32_t sum = \(a) * \(b);"]
    } else {
      body = [
        "int32_t first = " + scale("\(a) * \(1 << ArithmeticKernel.headroom)", kernel.left) + ";",
        "int32_t second = " + scale("\(b) * \(1 << ArithmeticKernel.headroom)", kernel.right) + ";",
        "int32_t sum = first \(kernel.operation == .add ? "+" : "-") second;",
      ]
    }
    let place = CText.index(kernel.extents, rowMajorStrides(kernel.extents))
    body += ["to[\(place)] = \(stored(kernel.stage));"]
    return (
      stage(kernel.stage, inputZeroPoint: 0),
      "  const int8_t *left = \(sources[0]), *right = \(sources[1]);\n  int8_t *to = \(target);\n"
        + CText.loops(kernel.extents, indent: 2, body: body)
    )
  }

  func mean(_ kernel: MeanKernel) -> (data: String, body: String) {
    // The reduced axes follow the kept ones, so that one set of loop names serves both.
    let names = Array(repeating: 1, count: kernel.keptExtents.count) + kernel.reducedExtents
    let strides = kernel.keptStrides + kernel.reducedStrides
    let inner = CText.loops(
      names, indent: 0,
      body: ["sum += from[\(CText.index(kernel.keptExtents + kernel.reducedExtents, strides))];"])
    let place = CText.index(kernel.keptExtents, rowMajorStrides(kernel.keptExtents))
    let start = -Int64(kernel.inputZeroPoint) * Int64(kernel.reducedCount)
    var body = ["int32_t sum = \(start);"]
    body += inner.split(separator: "\n").map(String.init)
    body += ["to[\(place)] = \(stored(kernel.stage));"]
    return (
      stage(kernel.stage, inputZeroPoint: kernel.inputZeroPoint),
      "  const int8_t *from = \(sources[0]);\n  int8_t *to = \(target);\n"
        + CText.loops(kernel.keptExtents, indent: 2, body: body)
    )
  }

  private func scale(_ value: String, _ multiplier: QuantizedMultiplier) -> String {
    // A single multiplier is a stage of its own.
    let isRight = multiplier.shift < 0
    return "deepcraft_scale(\(value), \(multiplier.value), "
      + "\(isRight ? -multiplier.shift - 1 : -multiplier.shift), \(isRight ? 1 : 0))"
  }

  private func stored(_ stage: OutputStage) -> String {
    "deepcraft_store(sum, \(stage.multipliers[0].value), \(stage.cShifts[0]), "
      + "&\(symbol)_stage)"
  }
}
