import NetworkCompiler
import Testing

@Suite("Damaged and foreign networks")
struct DamagedNetworkTests {
  /// Reads, prints and runs: either an error that names the file, or a whole result.
  private func attempt(_ bytes: [UInt8]) {
    do throws(NetworkError) {
      let network = try Network(bytes: bytes, name: "damaged.tflite")
      _ = network.layers
      let files = try CGenerator(network).files()
      #expect(files.count == 2)
      let interpreter = try ReferenceInterpreter(network)
      let largest = network.tensors.map(\.count).max() ?? 0
      if network.multiplyAccumulates < 20_000, largest < 5000 {
        let scores = interpreter.run(Array(repeating: -128, count: interpreter.inputCount))
        #expect(scores.count == interpreter.outputCount)
      }
    } catch {
      #expect(error.description.hasPrefix("damaged.tflite: "))
      #expect(error.description.contains("error: "))
      #expect(!error.message.isEmpty && error.message.last != ".")
      if let byte = error.byte { #expect((0...bytes.count).contains(byte)) }
    }
  }

  @Test(
    "never crash the reader when cut at any length", arguments: ["conv", "add", "slice", "softmax"])
  func truncated(kind: String) {
    let file = RandomNetwork(kind: kind, seed: 3).file
    for length in 0..<file.count { attempt(Array(file[..<length])) }
  }

  @Test("never crash the reader when bytes flip", arguments: 0..<200)
  func flipped(seed: Int) {
    var random = SeededNumbers(seed)
    let kind = RandomNetwork.kinds[seed % RandomNetwork.kinds.count]
    let file = RandomNetwork(kind: kind, seed: seed).file
    for _ in 0..<40 {
      var bytes = file
      for _ in 0..<random.number(in: 1...4) {
        let place = random.number(in: 0...(bytes.count - 1))
        // Small numbers and extremes reach further than noise.
        let value = [0, 1, 2, 4, 127, 128, 255, random.number(in: 0...255)]
        bytes[place] = UInt8(value[random.number(in: 0...7)])
      }
      attempt(bytes)
    }
  }

  @Test("never crash the reader when they are noise", arguments: 0..<200)
  func noise(seed: Int) {
    var random = SeededNumbers(seed)
    var bytes = random.bytes(random.number(in: 0...400))
    if bytes.count >= 8, seed % 2 == 0 {
      bytes.replaceSubrange(0..<8, with: [16, 0, 0, 0] + Array("TFL3".utf8))
    }
    attempt(bytes)
  }

  @Test(
    "of the shared data are refused at many lengths",
    .enabled(if: SharedModel.isThere, SharedModel.missing))
  func truncatedShared() throws {
    let file = try SharedModel(name: "nanguoyu_magicwand_int8").modelBytes()
    for length in stride(from: 0, to: file.count, by: 97) {
      #expect(throws: NetworkError.self) {
        try CGenerator(try Network(bytes: Array(file[..<length]), name: "cut"))
      }
    }
  }

  @Test("say where and what was expected")
  func messages() throws {
    #expect(
      throws: NetworkError(
        file: "a.elf", byte: 4,
        message: "expected a TensorFlow Lite network ('TFL3' at byte 4)")
    ) { try Network(bytes: [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0, 0], name: "a.elf") }
    let error = #expect(throws: NetworkError.self) { try Network(file: "/nowhere/x.tflite") }
    #expect(try #require(error).isMissingFile)
    #expect(
      error?.description
        == "/nowhere/x.tflite: error: cannot open the network: no such file or directory; "
        + "expected a .tflite file")
  }
}
