import NetworkCompiler
import Testing

@Suite("Edges of a network")
struct NetworkEdgeTests {
  @Test("lose their float conversions, and shapes computed at run time are settled")
  func floatEdgesAndShapes() throws {
    var net = TinyNetwork()
    let real = net.tensor([1, 6], type: 0)
    let stored = net.tensor([1, 6], scales: [0.5], zeroPoints: [3])
    net.add(114, [real], stored)
    let shape = net.tensor([2], type: 2)
    net.add(77, [stored], shape, kind: 55)
    let first = net.tensor([], type: 2)
    net.add(
      45, [shape, net.integers([0]), net.integers([1]), net.integers([1])], first, kind: 32,
      options: [4: .int(1)])
    let packed = net.tensor([3], type: 2)
    let (two, three) = (
      net.tensor([], type: 2, data: [2, 0, 0, 0]), net.tensor([], type: 2, data: [3, 0, 0, 0])
    )
    net.add(83, [first, two, three], packed, kind: 59, options: [0: .int(3)])
    let reshaped = net.tensor([1, 2, 3], scales: [0.5], zeroPoints: [3])
    net.add(22, [stored, packed], reshaped, kind: 17)
    let rectified = net.tensor([1, 2, 3], scales: [0.5], zeroPoints: [3])
    net.add(19, [reshaped], rectified)
    let result = net.tensor([1, 2, 3], type: 0)
    net.add(6, [rectified], result)
    let network = try Network(bytes: net.file(input: real, output: result), name: "edges")

    let values: [Int8] = [-128, -1, 2, 3, 4, 127]
    #expect(try ReferenceInterpreter(network).run(values) == [3, 3, 3, 3, 4, 127])
    let generator = try CGenerator(network)
    #expect(generator.summary.inputScale == 0.5 && generator.summary.inputZeroPoint == 3)
    #expect(generator.summary.arenaBytes == 0)
    let source = generator.files()[1].contents
    #expect(source.contains("void deepcraft_layer_05_relu(const int8_t *input)"))
    #expect(!source.contains("void deepcraft_layer_01_shape"))
    if HostCompiler.isThere {
      #expect(
        try HostCompiler.run(generator, rows: values).map(\.scores) == [[3, 3, 3, 3, 4, 127]])
    }
  }

  @Test("must be int8")
  func refusesOtherTypes() throws {
    var net = TinyNetwork()
    let input = net.tensor([1, 4], type: 0)
    let output = net.tensor([1, 4], type: 0)
    net.add(19, [input], output)
    let network = try Network(bytes: net.file(input: input, output: output), name: "float.tflite")
    let error = #expect(throws: NetworkError.self) { try CGenerator(network) }
    #expect(
      try #require(error).message
        == "the network's input is float32; expected int8 with one scale "
        + "(convert the network with full integer quantization)")
  }

  @Test("ties go to the lowest class")
  func ties() {
    #expect(ReferenceInterpreter.bestClass([-128, 5, 5, -3]) == 1)
    #expect(ReferenceInterpreter.bestClass([7]) == 0)
  }

  @Test("refuses scales whose sums could overflow")
  func refusesOverflow() throws {
    var net = TinyNetwork()
    let input = net.tensor([1, 4], scales: [1e9], zeroPoints: [0])
    let weights = net.tensor(
      [2, 4], scales: [1], zeroPoints: [0], data: Array(repeating: 127, count: 8))
    let output = net.tensor([1, 2], scales: [1], zeroPoints: [0])
    net.add(9, [input, weights, -1], output, kind: 8)
    let network = try Network(bytes: net.file(input: input, output: output), name: "n")
    let error = #expect(throws: NetworkError.self) { try CGenerator(network) }
    #expect(
      try #require(error).message
        == "operator 0 (FULLY_CONNECTED) has weights and scales that can overflow a 32-bit "
        + "accumulator")
  }

  @Test("buffers that never live at once share the arena")
  func sharesArena() throws {
    var net = TinyNetwork()
    var last = net.tensor([1, 1000], scales: [0.1], zeroPoints: [0])
    let input = last
    for _ in 0..<6 {
      let next = net.tensor([1, 1000], scales: [0.1], zeroPoints: [0])
      net.add(19, [last], next)
      last = next
    }
    let network = try Network(bytes: net.file(input: input, output: last), name: "chain")
    #expect(try CGenerator(network).summary.arenaBytes == 2000)
  }

  @Test(
    "buffers that live at once do not share bytes, however operators branch and join",
    .enabled(if: HostCompiler.isThere, "the C compiler cc is missing"), arguments: 0..<6)
  func keepsLiveBuffers(seed: Int) throws {
    var random = SeededNumbers(seed)
    var net = TinyNetwork()
    func value(_ scale: Float) -> Int { net.tensor([1, 20], scales: [scale], zeroPoints: [1]) }
    let input = value(0.02)
    var known = [input]
    for _ in 0..<random.number(in: 5...14) {
      let next = value(random.scale(0.02, 0.05))
      let (a, b) = (
        known[random.number(in: 0...(known.count - 1))],
        known[random.number(in: max(0, known.count - 2)...(known.count - 1))]
      )
      net.add(0, [a, b], next, kind: 11, options: [0: .byte(0)])
      known.append(next)
    }
    let network = try Network(
      bytes: net.file(input: input, output: known[known.count - 1]), name: "graph")
    let rows = random.bytes(100).map { Int8(bitPattern: $0) }
    let interpreter = try ReferenceInterpreter(network)
    let generated = try HostCompiler.run(try CGenerator(network), rows: rows)
    #expect(generated.count == 5)
    for (row, result) in generated.enumerated() {
      #expect(result.scores == interpreter.run(Array(rows[(row * 20)..<((row + 1) * 20)])))
    }
  }
}
