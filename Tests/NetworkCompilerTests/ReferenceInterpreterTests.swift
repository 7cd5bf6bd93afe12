import NetworkCompiler
import Testing

@Suite("The reference interpreter", .enabled(if: SharedModel.isThere, SharedModel.missing))
struct ReferenceInterpreterTests {
  /// Rows are few where a network is large: the tests run unoptimised.
  @Test(
    "gives TensorFlow Lite Micro's outputs bit for bit",
    arguments: [
      ("nanguoyu_magicwand_int8", 100), ("tflm_hello_world_int8", 64),
      ("tflm_micro_speech_quantized", 4), ("ei_voice_i8", 4), ("mlperf_kws_ref_model", 3),
      ("tflm_person_detect", 1),
    ])
  func equalsReference(name: String, rows: Int) throws {
    let model = SharedModel(name: name)
    let interpreter = try ReferenceInterpreter(try model.network())
    let (inputs, expected) = (try model.inputs(), try model.expected())
    let (width, depth) = (interpreter.inputCount, interpreter.outputCount)
    #expect(inputs.count >= rows * width && expected.count >= rows * depth)
    for row in 0..<rows {
      let scores = interpreter.run(Array(inputs[(row * width)..<((row + 1) * width)]))
      #expect(scores == Array(expected[(row * depth)..<((row + 1) * depth)]), "row \(row)")
    }
  }

  @Test(
    "names an operator that is not supported, its index and the supported ones",
    arguments: [
      ("tflm_mnist_lstm_int8", "(UNIDIRECTIONAL_SEQUENCE_LSTM)"),
      ("mww_v2_vad", "(CALL_ONCE)"),
    ])
  func namesUnsupported(name: String, part: String) throws {
    let network = try SharedModel(name: name).network()
    let error = #expect(throws: NetworkError.self) { try ReferenceInterpreter(network) }
    let text = try #require(error).description
    #expect(text.contains(part))
    #expect(text.contains("is not supported; supported are ADD, "))
    #expect(text.contains("model.tflite: byte "))
  }
}
