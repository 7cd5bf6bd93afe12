import NetworkCompiler
import Testing

@Suite("Networks of one operator with random shapes and scales")
struct RandomNetworkTests {
  /// CRC-32 of TensorFlow Lite Micro's outputs for seeds 0 to 5 of each kind.
  ///
  /// Source: the runtime of PyPI's `tflite-micro` (0.dev20261023182759), whose kernels are the
  /// reference ones, on the files and inputs that `RandomNetwork` makes.
  static let outputs: [String: [UInt32]] = [
    "conv": [0x1169_6109, 0x9853_A9C7, 0x3A79_9765, 0xDCBE_8AFA, 0x06C9_BE11, 0xCCE2_596E],
    "conv-valid": [0x12B0_4622, 0xBE27_EE48, 0x4EED_A622, 0x9653_79C4, 0x6348_BDB1, 0x50D4_B58E],
    "depthwise": [0x1D9F_B54C, 0x7FEE_0872, 0x82D2_6761, 0xF272_C933, 0x6569_67BF, 0xFF36_708C],
    "depthwise-multiplied": [
      0x20EE_E46C, 0x67F9_415B, 0x1127_B811, 0x9233_21F5, 0xE854_BAB8, 0x6BD6_8B3A,
    ],
    "fully-connected": [
      0xB678_6678, 0x1573_63F0, 0x2645_7CE0, 0x039C_C4FC, 0x0058_5531, 0x0D9F_CDDE,
    ],
    "max-pool": [0x074C_66BF, 0x921F_735E, 0x20D4_482F, 0x104E_68DD, 0xF7E5_E3ED, 0x32F8_FEF9],
    "average-pool": [0xA828_47E4, 0xA5C3_3A27, 0xE886_9075, 0x9097_BE5A, 0x4A28_98A9, 0x9AB3_5ADA],
    "add": [0xEDAA_0D2B, 0x2C28_59EE, 0x146E_0B6F, 0xADD0_C92D, 0x23F7_7842, 0x50BF_D0E4],
    "subtract": [0x4A78_6B2F, 0xB015_D355, 0xDC13_2FAD, 0xA662_644D, 0xE1E3_89EE, 0xA897_B836],
    "multiply": [0x422B_7D21, 0x6339_2A79, 0x2A7D_87D6, 0x2694_8BE5, 0x4CC5_0CC2, 0xC25C_0CA0],
    "mean": [0xE2DA_AC8B, 0xD59A_0492, 0x428F_E8EC, 0xF0DC_79AA, 0xC698_C32C, 0xCFFE_4C06],
    "pad": [0xD265_F0FF, 0x101F_65B8, 0xA0B4_3720, 0xFC52_20B9, 0x6A58_3FEC, 0xB86B_8E5A],
    "slice": [0x6781_602B, 0x9553_2264, 0x3151_A07C, 0x3A04_A1DD, 0x4504_635D, 0x6242_DE44],
    "concatenate": [0x2537_4530, 0xE19C_3757, 0xB860_FFD5, 0xADA5_2676, 0x12A7_6927, 0xF7D5_3EB9],
    "logistic": [0x30F7_EF7A, 0x095A_A3C9, 0x8B36_F2D1, 0x75AF_9136, 0xD154_055A, 0xEDF4_B71B],
    "relu": [0x6C8F_F23D, 0x49F1_2168, 0x4A5F_F499, 0xBBD9_F8B0, 0xCA2C_5601, 0xB982_D0F8],
    "relu6": [0xE7F8_8413, 0x215B_FA5C, 0x85DD_53EC, 0x9328_0082, 0x766A_1C3D, 0x5E1C_B9A7],
    "requantize": [0xEB82_7E0A, 0x8B7D_1B7A, 0x4638_D14E, 0xF162_B713, 0x6322_5375, 0x3001_1CAD],
    "transpose": [0xC874_E182, 0xC38E_18DD, 0xCCBA_27E9, 0x22AC_BF9C, 0x1FE6_C1B2, 0x8F1B_6F26],
    "softmax": [0xC422_672B, 0x1072_DFB4, 0x6976_5ED2, 0x6048_5999, 0x8B29_610E, 0x72CA_6745],
    "pack": [0x5B02_6D6C, 0x8C9D_FC77, 0xDFD3_BE4D, 0xF476_F916, 0xD2C3_DC0B, 0x83A4_9E8B],
    "expand": [0x85E8_F721, 0x6463_C0C0, 0x6024_12A1, 0x43FE_4D86, 0x24C0_79BB, 0xABE3_740C],
  ]

  static let rows = 4

  /// Inputs of a network: four rows.
  static func inputs(_ network: RandomNetwork, seed: Int) -> [Int8] {
    var random = SeededNumbers(seed + 1000)
    return random.bytes(network.inputCount * rows).map { Int8(bitPattern: $0) }
  }

  /// The interpreter's outputs for those inputs.
  static func interpreted(_ network: RandomNetwork, _ inputs: [Int8]) throws -> [Int8] {
    let interpreter = try ReferenceInterpreter(try Network(bytes: network.file, name: "random"))
    let width = network.inputCount
    return (0..<rows).flatMap { interpreter.run(Array(inputs[($0 * width)..<(($0 + 1) * width)])) }
  }

  @Test("give TensorFlow Lite Micro's outputs", arguments: RandomNetwork.kinds, 0..<6)
  func equalsReference(kind: String, seed: Int) throws {
    let network = RandomNetwork(kind: kind, seed: seed)
    let outputs = try Self.interpreted(network, Self.inputs(network, seed: seed))
    let expected = try #require(Self.outputs[kind])
    #expect(crc32(outputs) == expected[seed])
  }

  @Test(
    "give the same as generated C, clean under the sanitizers",
    .enabled(if: HostCompiler.isThere, "the C compiler cc is missing"),
    arguments: RandomNetwork.kinds, [0, 1])
  func equalsGenerated(kind: String, seed: Int) throws {
    let network = RandomNetwork(kind: kind, seed: seed)
    let inputs = Self.inputs(network, seed: seed)
    let generator = try CGenerator(try Network(bytes: network.file, name: "random"))
    let rows = try HostCompiler.run(generator, rows: inputs)
    #expect(rows.flatMap(\.scores) == (try Self.interpreted(network, inputs)))
  }

  @Test(
    "give the same on a Cortex-M4 with DSP instructions",
    .enabled(if: EmulatedCore.isThere, "arm-none-eabi-gcc or qemu-system-arm is missing"),
    arguments: RandomNetwork.kinds)
  func equalsEmulated(kind: String) throws {
    let network = RandomNetwork(kind: kind, seed: 2)
    let inputs = Self.inputs(network, seed: 2)
    let generator = try CGenerator(try Network(bytes: network.file, name: "random"))
    let expected = try Self.interpreted(network, inputs)
    #expect(try EmulatedCore.agrees(generator, inputs: inputs, expected: expected))
  }

  private func crc32(_ values: [Int8]) -> UInt32 {
    var crc = UInt32.max
    for value in values {
      crc ^= UInt32(UInt8(bitPattern: value))
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
