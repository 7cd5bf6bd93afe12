import Boards
import Commands
import Deployments
import Documents
import FirmwareImage
import NetworkCompiler
import Registers
import Streams
import Units

/// Every reader of files from outside, called as the tool calls it, with whatever bytes.
///
/// An error is an answer; a crash, a hang or memory beyond the input's measure is a fault.
enum FuzzedReader: String, CaseIterable {
  case elf, hex, srecord
  case yaml, board, deployment, result, script
  case svd, registers
  case csv, wav, resd, json, cbor, sds, hsdatalog, renode, labels
  case tflite

  func read(_ bytes: [UInt8]) {
    switch self {
    case .elf: firmware(bytes, "a.elf")
    case .hex: firmware(bytes, "a.hex")
    case .srecord: firmware(bytes, "a.srec")
    case .yaml: _ = try? Node.parse(bytes, file: "a.yaml")
    case .board: parts(bytes, board)
    case .deployment: deployment(bytes)
    case .result: result(bytes)
    case .script: _ = try? SerialScript(bytes: bytes, path: "a.txt")
    case .svd: description(bytes)
    case .registers: registers(bytes)
    case .csv: recording(bytes, "a.csv")
    case .wav: recording(bytes, "a.wav")
    case .resd: recording(bytes, "a.resd")
    case .json: recording(bytes, "a.json")
    case .cbor: recording(bytes, "a.cbor")
    case .renode: recording(bytes, "a.data")
    case .sds: parts(bytes) { _ = try? Recording(sds: $1, description: $0) }
    case .hsdatalog: parts(bytes) { _ = try? Recording(hsdatalog: $1, configuration: $0) }
    case .labels: labels(bytes)
    case .tflite: network(bytes)
    }
  }

  private func firmware(_ bytes: [UInt8], _ path: String) {
    guard let image = try? FirmwareImage(bytes: bytes, path: path) else { return }
    _ = image.staticRAM()
    let unwinding = Unwinding(image)
    let debug = DebugInformation(image)
    _ = debug?.compilationUnits
    for function in image.functions.prefix(20) {
      _ = function.demangledName
      _ = unwinding.callFrame(at: function.address)
      _ = unwinding.exceptionFrame(at: function.address)
      _ = debug?.location(of: function.address)
      _ = debug?.inlinedCalls(at: function.address)
    }
  }

  private func board(_ bytes: [UInt8], _ chip: [UInt8]) {
    guard let tree = try? Node.parse(bytes, file: "a.yaml"),
      let chip = try? Node.parse(chip, file: "b.yaml")
    else { return }
    _ = try? Board(tree, chip: chip)
  }

  private func deployment(_ bytes: [UInt8]) {
    guard let tree = try? Node.parse(bytes, file: "a.yaml") else { return }
    _ = try? Deployment.make(tree, path: "a.yaml", parts: DeploymentParts())
  }

  private func description(_ bytes: [UInt8]) {
    guard let device = try? DeviceDescription(bytes: bytes, file: "a.svd") else { return }
    walk(device.registers)
    for peripheral in device.peripherals { _ = peripheral.extent }
  }

  private func registers(_ bytes: [UInt8]) {
    let bases: [Substring: Address] = ["A": Address(0x4000_0000), "B": Address(0xffff_ff00)]
    guard let map = try? RegisterMap(list: bytes, file: "a.registers", bases: bases) else { return }
    walk(map)
  }

  private func walk(_ map: RegisterMap) {
    for register in map.registers.prefix(200) {
      _ = map.register(register.path)
      _ = map[register.address]
      _ = register.mask
      for field in register.fields { _ = field.mask }
    }
  }

  private func result(_ bytes: [UInt8]) {
    guard let tree = try? Node.parse(bytes, file: "a.json") else { return }
    _ = try? SavedResult.side(tree)
  }

  private func recording(_ bytes: [UInt8], _ path: String) {
    var lenient = ReadingOptions(rate: Hertz(100))
    lenient.allowsDisorder = true
    lenient.allowsTruncated = true
    lenient.key = "key"
    for options in [ReadingOptions(), lenient] {
      for track in (try? Recording.tracks(bytes: bytes, path: path, options: options)) ?? [] {
        precondition(track.duration >= .zero)
        for format in Recording.writableFormats where track.count <= 64 {
          _ = try? track.written(to: "b", format: format)
        }
      }
    }
  }

  private func labels(_ bytes: [UInt8]) {
    let recording = Recording(
      path: "a.json", channels: [Channel(name: "x")], samples: [[1, 2, 3]],
      timing: .rate(Hertz(3)))
    guard let labels = try? Labels(bytes: bytes, path: "a.label", of: recording) else { return }
    _ = Labels.deepCraft(labels.labels)
    _ = try? Labels.edgeImpulse(labels.labels, of: recording)
  }

  private func network(_ bytes: [UInt8]) {
    guard let network = try? Network(bytes: bytes, name: "a.tflite") else { return }
    _ = try? CGenerator(network).summary
  }

  /// Two files in one: what comes before the first zero byte, and what comes after.
  private func parts(_ bytes: [UInt8], _ read: ([UInt8], [UInt8]) -> Void) {
    let end = bytes.firstIndex(of: 0) ?? bytes.count
    read(Array(bytes[..<end]), Array(bytes[min(end + 1, bytes.count)...]))
  }
}
