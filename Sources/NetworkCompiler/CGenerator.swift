/// Prints a network as two C files without dependencies: `deepcraft.h` and `deepcraft.c`.
///
/// Portable C99; on cores with the DSP extension the inner loops use SXTB16 and SMLAD and give the
/// same sums. Weights are constants and stay in flash; values of run time share one static arena.
/// Right shifts of negative numbers must be arithmetic, as on every compiler for Arm; cores with
/// DSP instructions must allow unaligned words, as Armv7-M does after reset.
public struct CGenerator: Sendable {
  let program: Program
  let plan: ArenaPlan

  /// Prepares a network; an operator that is not supported is an error.
  public init(_ network: Network) throws(NetworkError) {
    var lowering = Lowering(network)
    program = try lowering.program()
    plan = ArenaPlan(program, scratchBytes: program.steps.map { $0.kernel.scratchBytes })
  }

  /// The generated sources by file name.
  public func files() -> [(name: String, contents: String)] {
    [(name: "deepcraft.h", contents: header), (name: "deepcraft.c", contents: source)]
  }

  /// What the generated code holds and costs.
  public var summary: GeneratedNetwork {
    let (input, output) = (program.inputTensor, program.outputTensor)
    return GeneratedNetwork(
      layers: program.steps.map(\.layer), inputShape: input.shape, outputShape: output.shape,
      inputCount: input.count, outputCount: output.count,
      inputScale: input.quantization?.scales.first ?? 1,
      inputZeroPoint: input.quantization?.zeroPoints.first ?? 0,
      outputScale: output.quantization?.scales.first ?? 1,
      outputZeroPoint: output.quantization?.zeroPoints.first ?? 0, arenaBytes: plan.byteCount,
      weightBytes: program.steps.reduce(0) { $0 + $1.kernel.constantBytes })
  }

  private var title: String {
    let macs = program.network.multiplyAccumulates
    return
      "/* Generated from \(CText.fileName(program.network.name)): \(program.steps.count) layers,"
      + " \(macs) multiply-accumulates an inference. */\n"
  }

  private var header: String {
    let facts = summary
    return title + """
      #ifndef DEEPCRAFT_H
      #define DEEPCRAFT_H

      #include <stdint.h>

      /* Stored values of the input (\(program.inputTensor.shapeText)) and of the scores. */
      #define DEEPCRAFT_INPUT_COUNT \(facts.inputCount)
      #define DEEPCRAFT_OUTPUT_COUNT \(facts.outputCount)
      #define DEEPCRAFT_LAYER_COUNT \(facts.layers.count)
      #define DEEPCRAFT_ARENA_BYTES \(facts.arenaBytes)

      /* real = scale * (stored - zero point) */
      #define DEEPCRAFT_INPUT_SCALE \(CText.float(facts.inputScale))
      #define DEEPCRAFT_INPUT_ZERO_POINT (\(facts.inputZeroPoint))
      #define DEEPCRAFT_OUTPUT_SCALE \(CText.float(facts.outputScale))
      #define DEEPCRAFT_OUTPUT_ZERO_POINT (\(facts.outputZeroPoint))

      #ifdef __cplusplus
      extern "C" {
      #endif

      /* The scores of the latest inference. */
      extern int8_t deepcraft_scores[DEEPCRAFT_OUTPUT_COUNT];

      /* Runs the network on DEEPCRAFT_INPUT_COUNT stored values, fills deepcraft_scores and returns
         the index of the highest score, the lowest index where several tie. Not reentrant. */
      int deepcraft_infer(const int8_t *input);

      #ifdef __cplusplus
      }
      #endif

      #endif

      """
  }

  private var source: String {
    var used: Set<CRuntime> = []
    for step in program.steps { used.formUnion(step.kernel.helpers) }
    var text = title + "#include \"deepcraft.h\"\n\n#include <string.h>\n\n"
    text += CRuntime.text(used)
    text += "int8_t deepcraft_scores[DEEPCRAFT_OUTPUT_COUNT] DEEPCRAFT_ALIGNED;\n"
    if plan.byteCount > 0 {
      text += "static int8_t deepcraft_arena[DEEPCRAFT_ARENA_BYTES] DEEPCRAFT_ALIGNED;\n"
    }
    for constant in constantOperands {
      let data = program.network.tensors[constant].data ?? []
      text += "\n"
      text += CText.array(
        "int8_t", "deepcraft_constant_\(constant)", data.map { Int8(bitPattern: $0) })
    }
    for index in program.steps.indices { text += "\n" + layer(index) }
    return text + "\n" + inference
  }

  /// Constants that are operands themselves, not weights baked into a kernel.
  private var constantOperands: [Int] {
    var result: Set<Int> = []
    for step in program.steps {
      if case .none = step.kernel { continue }
      for case .constant(let tensor) in step.sources { result.insert(tensor) }
    }
    return result.sorted()
  }

  private func expression(_ place: Program.Place) -> String {
    switch place {
    case .input: "input"
    case .output: "deepcraft_scores"
    case .arena(let tensor): "deepcraft_arena + \(plan.tensors[tensor] ?? 0)"
    case .constant(let tensor): "deepcraft_constant_\(tensor)"
    }
  }

  private func layer(_ index: Int) -> String {
    let step = program.steps[index]
    let layer = step.layer
    var title = "/* Layer \(layer.index), \(layer.operatorName): \(Self.shape(layer.inputShape)) to"
    title += " \(Self.shape(layer.outputShape))"
    if layer.multiplyAccumulates > 0 { title += ", \(layer.multiplyAccumulates) products" }
    if case .none = step.kernel { return title + "; no work. */\n" }
    let scratch = plan.scratch[index].map { "deepcraft_arena + \($0)" } ?? "NULL"
    let printer = CLayer(
      symbol: layer.symbol, sources: step.sources.map(expression),
      target: expression(step.target), scratch: scratch)
    let (data, body) = printer.text(step.kernel)
    let parameter = step.sources.contains(.input) ? "const int8_t *input" : "void"
    return title + ". */\n" + data
      + "DEEPCRAFT_LAYER void \(layer.symbol)(\(parameter)) {\n\(body)}\n"
  }

  private static func shape(_ extents: [Int]) -> String {
    extents.isEmpty ? "scalar" : extents.map(String.init).joined(separator: "x")
  }

  private var inference: String {
    var text = "int deepcraft_infer(const int8_t *input) {\n"
    for step in program.steps {
      if case .none = step.kernel { continue }
      text += "  \(step.layer.symbol)(\(step.sources.contains(.input) ? "input" : ""));\n"
    }
    return text + """
        int best = 0;
        for (int index = 1; index < DEEPCRAFT_OUTPUT_COUNT; index++) {
          if (deepcraft_scores[index] > deepcraft_scores[best]) best = index;
        }
        return best;
      }

      """
  }
}

/// What a generated network holds and costs, for reports and for the firmware around it.
public struct GeneratedNetwork: Sendable, Equatable {
  /// In the order in which they run.
  public let layers: [Layer]
  public let inputShape: [Int]
  public let outputShape: [Int]
  public let inputCount: Int
  public let outputCount: Int
  public let inputScale: Float
  public let inputZeroPoint: Int
  public let outputScale: Float
  public let outputZeroPoint: Int
  /// RAM of the values between layers and of scratch memory; the scores are beside it.
  public let arenaBytes: Int
  /// Flash of weights, biases, multipliers and tables.
  public let weightBytes: Int
}
