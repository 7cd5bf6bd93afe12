/// A network of one operator with random shapes and scales, by kind and seed.
struct RandomNetwork {
  static let kinds = [
    "conv", "conv-valid", "depthwise", "depthwise-multiplied", "fully-connected", "max-pool",
    "average-pool", "add", "subtract", "multiply", "mean", "pad", "slice", "concatenate",
    "logistic", "relu", "relu6", "requantize", "transpose", "softmax", "pack", "expand",
  ]

  let file: [UInt8]
  let inputCount: Int

  init(kind: String, seed: Int) {
    var maker = Maker(seed: seed)
    (file, inputCount) = maker.make(kind)
  }

  private struct Maker {
    var random: SeededNumbers
    var net = TinyNetwork()

    init(seed: Int) { random = SeededNumbers(seed) }

    mutating func activation(
      _ shape: [Int], _ scale: Float? = nil, _ zero: Int? = nil
    ) -> Int {
      net.tensor(
        shape, scales: [scale ?? random.scale(0.01, 0.1)],
        zeroPoints: [zero ?? random.number(in: -128...127)])
    }

    mutating func make(_ kind: String) -> ([UInt8], Int) {
      switch kind {
      case "conv", "conv-valid": return window(kind, isDepthwise: false, multiplier: 0)
      case "depthwise": return window(kind, isDepthwise: true, multiplier: 1)
      case "depthwise-multiplied": return window(kind, isDepthwise: true, multiplier: 3)
      case "fully-connected": return fullyConnected()
      case "max-pool", "average-pool": return pool(kind)
      case "add", "subtract", "multiply": return arithmetic(kind)
      case "mean": return mean()
      case "pad", "slice", "transpose", "expand": return move(kind)
      case "concatenate", "pack": return join(kind)
      default: return elements(kind)
      }
    }

    private func product(_ shape: [Int]) -> Int { shape.reduce(1, *) }

    mutating func window(_ kind: String, isDepthwise: Bool, multiplier: Int) -> ([UInt8], Int) {
      let isSame = kind == "conv-valid" ? false : random.number(in: 0...3) > 0
      let (height, width) = (random.number(in: 7...11), random.number(in: 7...11))
      let channels = isDepthwise ? random.number(in: 2...9) : random.number(in: 1...6)
      let filters = isDepthwise ? channels * multiplier : random.number(in: 1...7)
      let (down, across) = (random.number(in: 1...3), random.number(in: 1...3))
      let dilation = (random.number(in: 1...2), random.number(in: 1...2))
      let stride =
        dilation == (1, 1) ? (random.number(in: 1...3), random.number(in: 1...3)) : (1, 1)
      func count(_ size: Int, _ taps: Int, _ step: Int, _ spread: Int) -> Int {
        isSame ? (size + step - 1) / step : (size + step - (taps - 1) * spread - 1) / step
      }
      let shape = [random.number(in: 1...2), height, width, channels]
      let input = activation(shape)
      let kernel = isDepthwise ? [1, down, across, filters] : [filters, down, across, channels]
      let scales = (0..<filters).map { _ in random.scale(0.002, 0.02) }
      let weights = net.tensor(
        kernel, scales: scales, zeroPoints: scales.map { _ in 0 }, dimension: isDepthwise ? 3 : 0,
        data: random.bytes(product(kernel)))
      let bias = net.integers(
        (0..<filters).map { _ in random.number(in: -3000...3000) }, scales: scales)
      let output = activation([
        shape[0], count(height, down, stride.0, dilation.0),
        count(width, across, stride.1, dilation.1), filters,
      ])
      var options: [Int: TinyNetwork.Node] = [
        0: .byte(isSame ? 0 : 1), 1: .int(stride.1), 2: .int(stride.0),
      ]
      let last = isDepthwise ? 4 : 3
      if isDepthwise { options[3] = .int(multiplier) }
      options[last] = .byte([0, 1, 3][random.number(in: 0...2)])
      options[last + 1] = .int(dilation.1)
      options[last + 2] = .int(dilation.0)
      net.add(
        isDepthwise ? 4 : 3, [input, weights, bias], output, kind: isDepthwise ? 2 : 1,
        options: options)
      return (net.file(input: input, output: output), product(shape))
    }

    mutating func fullyConnected() -> ([UInt8], Int) {
      let (rows, depth) = (random.number(in: 1...3), random.number(in: 1...37))
      let width = random.number(in: 1...11)
      let input = activation([rows, depth])
      let weights = net.tensor(
        [width, depth], scales: [random.scale(0.002, 0.02)], zeroPoints: [0],
        data: random.bytes(width * depth))
      let output = activation([rows, width])
      net.add(
        9, [input, weights, -1], output, kind: 8,
        options: [0: .byte([0, 1, 3][random.number(in: 0...2)])])
      return (net.file(input: input, output: output), rows * depth)
    }

    mutating func pool(_ kind: String) -> ([UInt8], Int) {
      let shape = [
        1, random.number(in: 4...9), random.number(in: 4...9), random.number(in: 1...9),
      ]
      let (down, across) = (random.number(in: 1...4), random.number(in: 1...4))
      let (step, side) = (random.number(in: 1...3), random.number(in: 1...3))
      let input = activation(shape, 0.05, 3)
      let output = activation(
        [1, (shape[1] + step - 1) / step, (shape[2] + side - 1) / side, shape[3]], 0.05, 3)
      net.add(
        kind == "max-pool" ? 17 : 1, [input], output, kind: 5,
        options: [
          0: .byte(0), 1: .int(side), 2: .int(step), 3: .int(across), 4: .int(down),
          5: .byte([0, 1, 3][random.number(in: 0...2)]),
        ])
      return (net.file(input: input, output: output), product(shape))
    }

    mutating func arithmetic(_ kind: String) -> ([UInt8], Int) {
      let shape = [1, random.number(in: 2...5), random.number(in: 2...5), random.number(in: 2...5)]
      let input = activation(shape)
      let other = [[1, 1, 1, shape[3]], shape, [1, shape[1], 1, 1]][random.number(in: 0...2)]
      let constant = net.tensor(
        other, scales: [random.scale(0.01, 0.1)], zeroPoints: [random.number(in: -100...100)],
        data: random.bytes(product(other)))
      let output = activation(shape)
      let (code, options) =
        kind == "add" ? (0, 11) : kind == "subtract" ? (41, 28) : (18, 21)
      net.add(
        code, [input, constant], output, kind: options,
        options: [0: .byte(random.number(in: 0...1))])
      return (net.file(input: input, output: output), product(shape))
    }

    mutating func mean() -> ([UInt8], Int) {
      let shape = [1, random.number(in: 2...7), random.number(in: 2...7), random.number(in: 2...7)]
      let input = activation(shape)
      let axes = [[1, 2], [1], [2, 3], [3]][random.number(in: 0...3)]
      let keeps = random.number(in: 0...1)
      var kept: [Int] = []
      for axis in 0..<4 {
        if !axes.contains(axis) { kept.append(shape[axis]) } else if keeps == 1 { kept.append(1) }
      }
      let list = net.integers(axes.map { $0 == 3 ? -1 : $0 })
      let output = activation(kept)
      net.add(40, [input, list], output, kind: 27, options: [0: .byte(keeps)])
      return (net.file(input: input, output: output), product(shape))
    }

    mutating func move(_ kind: String) -> ([UInt8], Int) {
      let shape = [
        random.number(in: 1...3), random.number(in: 3...5), random.number(in: 3...5),
        random.number(in: 3...6),
      ]
      let input = activation(shape, 0.05, 7)
      let output: Int
      switch kind {
      case "pad":
        let paddings = (0..<8).map { $0 == 0 || $0 == 1 ? 0 : random.number(in: 0...2) }
        let list = net.tensor(
          [4, 2], type: 2, data: paddings.flatMap { FlatWriter.little($0, 4) })
        output = activation(
          (0..<4).map { shape[$0] + paddings[2 * $0] + paddings[2 * $0 + 1] }, 0.05, 7)
        net.add(34, [input, list], output, kind: 22)
      case "slice":
        let begins = net.integers([0, 1, -1, 0])
        let ends = net.integers([shape[0], shape[1], -shape[2] - 1, 0])
        let steps = net.integers([1, 1, -1, 2])
        output = activation([shape[0], shape[1] - 1, shape[2], (shape[3] + 1) / 2], 0.05, 7)
        net.add(
          45, [input, begins, ends, steps], output, kind: 32,
          options: [0: .int(0), 1: .int(8), 2: .int(0), 3: .int(0), 4: .int(0)])
      case "transpose":
        let order = [[0, 2, 1, 3], [3, 1, 2, 0], [0, 3, 1, 2]][random.number(in: 0...2)]
        output = activation(order.map { shape[$0] }, 0.05, 7)
        net.add(39, [input, net.integers(order)], output, kind: 26)
      default:
        // Followed by a RELU, because a network that only renames its input is refused.
        let middle = activation([1] + shape, 0.05, 7)
        net.add(70, [input, net.integers([0])], middle, kind: 52)
        output = activation([1] + shape, 0.05, 7)
        net.add(19, [middle], output)
      }
      return (net.file(input: input, output: output), product(shape))
    }

    mutating func join(_ kind: String) -> ([UInt8], Int) {
      let shape = [random.number(in: 1...3), random.number(in: 2...4), random.number(in: 2...5)]
      let input = activation(shape, 0.05, 7)
      let axis = random.number(in: 0...2)
      var other = shape
      if kind == "concatenate" { other[axis] = random.number(in: 1...4) }
      let constant = net.tensor(
        other, scales: [0.05], zeroPoints: [7], data: random.bytes(product(other)))
      var joined = shape
      if kind == "concatenate" {
        joined[axis] = 2 * shape[axis] + other[axis]
        let output = activation(joined, 0.05, 7)
        net.add(2, [input, constant, input], output, kind: 10, options: [0: .int(axis - 3)])
        return (net.file(input: input, output: output), product(shape))
      }
      joined.insert(2, at: axis)
      let output = activation(joined, 0.05, 7)
      net.add(83, [constant, input], output, kind: 59, options: [0: .int(2), 1: .int(axis)])
      return (net.file(input: input, output: output), product(shape))
    }

    mutating func elements(_ kind: String) -> ([UInt8], Int) {
      let shape = [random.number(in: 1...4), 64]
      let input: Int
      let output: Int
      switch kind {
      case "logistic":
        input = activation(shape)
        output = activation(shape, 1 / 256, -128)
        net.add(14, [input], output)
      case "softmax":
        input = activation(shape, random.scale(0.02, 0.2))
        output = activation(shape, 1 / 256, -128)
        net.add(25, [input], output, kind: 9, options: [0: .float(1)])
      case "relu":
        input = activation(shape)
        output = activation(shape)
        net.add(19, [input], output)
      case "relu6":
        let (scale, zero) = (random.scale(0.03, 0.1), random.number(in: -128...0))
        input = activation(shape, scale, zero)
        output = activation(shape, scale, zero)
        net.add(21, [input], output)
      default:
        input = activation(shape)
        output = activation(shape)
        net.add(114, [input], output)
      }
      return (net.file(input: input, output: output), product(shape))
    }
  }
}
