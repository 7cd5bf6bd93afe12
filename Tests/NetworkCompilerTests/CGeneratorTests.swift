import NetworkCompiler
import Testing

@Suite(
  "Generated C", .enabled(if: SharedModel.isThere, SharedModel.missing),
  .enabled(if: HostCompiler.isThere, "the C compiler cc is missing"))
struct CGeneratorTests {
  @Test(
    "equals TensorFlow Lite Micro on every row, clean under the sanitizers",
    arguments: [
      "nanguoyu_magicwand_int8", "tflm_hello_world_int8", "tflm_micro_speech_quantized",
      "ei_voice_i8", "mlperf_kws_ref_model", "tflm_person_detect",
    ])
  func equalsReference(name: String) throws {
    let model = SharedModel(name: name)
    let generator = try CGenerator(try model.network())
    let (inputs, expected) = (try model.inputs(), try model.expected())
    let depth = generator.summary.outputCount
    let rows = try HostCompiler.run(generator, rows: inputs)
    #expect(rows.count == inputs.count / generator.summary.inputCount)
    #expect(rows.count * depth == expected.count)
    for (index, row) in rows.enumerated() {
      #expect(row.scores == Array(expected[(index * depth)..<((index + 1) * depth)]), "\(index)")
      #expect(row.best == ReferenceInterpreter.bestClass(row.scores), "row \(index)")
    }
  }

  @Test(
    "gives the same on a Cortex-M4 with DSP instructions",
    .enabled(if: EmulatedCore.isThere, "arm-none-eabi-gcc or qemu-system-arm is missing"),
    arguments: [
      ("nanguoyu_magicwand_int8", 100), ("tflm_hello_world_int8", 64),
      ("tflm_micro_speech_quantized", 4), ("ei_voice_i8", 4), ("mlperf_kws_ref_model", 20),
      ("tflm_person_detect", 2),
    ])
  func equalsReferenceOnTarget(name: String, rows: Int) throws {
    let model = SharedModel(name: name)
    let generator = try CGenerator(try model.network())
    let inputs = Array(try model.inputs()[..<(rows * generator.summary.inputCount)])
    var expected = Array(try model.expected()[..<(rows * generator.summary.outputCount)])
    #expect(try EmulatedCore.agrees(generator, inputs: inputs, expected: expected))
    expected[expected.count - 1] ^= 1
    #expect(try !EmulatedCore.agrees(generator, inputs: inputs, expected: expected))
  }

  @Test("says what a network holds and costs")
  func summary() throws {
    let network = try SharedModel(name: "nanguoyu_magicwand_int8").network()
    let summary = try CGenerator(network).summary
    #expect(summary.inputCount == 714)
    #expect(summary.outputCount == 5)
    #expect(summary.inputZeroPoint == -128)
    #expect(summary.outputScale == 0.00390625)
    #expect(summary.layers.map(\.operatorName).first == "RESHAPE")
    #expect(summary.layers.count == 12)
    #expect(summary.layers[1].symbol == "deepcraft_layer_01_conv_2d")
    #expect(summary.layers[1].multiplyAccumulates == 119 * 32 * 5 * 6)
    #expect(summary.arenaBytes >= 119 * 32 + 59 * 32)
    #expect(summary.arenaBytes <= 119 * 32 + 59 * 32 + 64)
  }

  @Test("names neither the machine's folders nor the time")
  func isReproducible() throws {
    let network = try SharedModel(name: "tflm_hello_world_int8").network()
    let (first, second) = (try CGenerator(network).files(), try CGenerator(network).files())
    #expect(first.map(\.name) == ["deepcraft.h", "deepcraft.c"])
    #expect(first.map(\.contents) == second.map(\.contents))
    #expect(!first.contains { $0.contents.contains(SharedModel.folder) })
  }
}
