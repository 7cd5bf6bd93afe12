import Foundation
import Testing

/// Something wrong that a user hands over, and what the tool must make of it.
struct BadInput: CustomTestStringConvertible, Sendable {
  enum Part: Sendable {
    case text(String)
    case bytes(@Sendable () -> Data)
    case folder
    /// A symbolic link to this path.
    case link(String)
  }

  var name: String
  var arguments: [String]
  var status: Int32
  /// What standard error, or the report of a run that had started, must hold.
  var says: [String]
  var files: [String: Part] = [:]
  /// The run had started: everything measured so far is reported.
  var reports = false
  var input: Data?
  var environment: [String: String] = [:]

  var testDescription: String { name }

  /// Puts its files and the usual good ones into `scratch`.
  func lay(in scratch: Scratch) throws {
    for (path, part) in BadInput.usual.merging(files, uniquingKeysWith: { $1 }) {
      let file = scratch.folder.appendingPathComponent(path)
      switch part {
      case .text(let text): try scratch.write(Data(text.utf8), to: path)
      case .bytes(let make): try scratch.write(make(), to: path)
      case .folder:
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
      case .link(let target):
        try FileManager.default.createSymbolicLink(
          atPath: file.path, withDestinationPath: target)
      }
    }
  }

  /// Good files that rows may name.
  private static let usual: [String: Part] = [
    "spins.elf": image(.spins), "works.elf": image(.works.at(0x10000)),
    "imu.csv": .text(csv(rows: 50)), "sound.wav": .bytes { wave() },
  ]

  static func image(_ image: TinyImage) -> Part { .bytes { image.data } }

  static func csv(header: String = "ax,ay,az,gx,gy,gz", rows: Int) -> String {
    let cells = header.split(separator: ",").map { _ in "0.5" }.joined(separator: ",")
    return header + "\n" + String(repeating: cells + "\n", count: rows)
  }

  /// A mono WAV of 16-bit samples.
  static func wave(rate: UInt32 = 16_000, samples: Int = 1_600, encoding: UInt8 = 1) -> Data {
    func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> ($0 * 8) & 0xff) } }
    let size = UInt32(samples * 2)
    return Data(
      Array("RIFF".utf8) + word(36 + size) + Array("WAVEfmt ".utf8) + word(16)
        + [encoding, 0, 1, 0] + word(rate) + word(rate * 2) + [2, 0, 16, 0] + Array("data".utf8)
        + word(size) + [UInt8](repeating: 0, count: samples * 2))
  }
}

// MARK: Kinds of rows

extension BadInput {
  private static let onBench = ["--board", "mps2-an386", "--for", "1 ms"]

  /// A firmware for `mps2-an386` that cannot be run.
  static func firmware(
    _ name: String, _ part: Part, status: Int32 = 65, says: String...
  ) -> BadInput {
    BadInput(
      name: name, arguments: ["run", "bad.elf"] + onBench, status: status, says: says,
      files: ["bad.elf": part])
  }

  /// A firmware that goes wrong while it runs.
  static func running(
    _ name: String, _ image: TinyImage, _ arguments: [String] = [], status: Int32,
    says: String...
  ) -> BadInput {
    BadInput(
      name: name, arguments: ["run", "bad.elf"] + onBench + arguments, status: status, says: says,
      files: ["bad.elf": Self.image(image)], reports: true)
  }

  /// A deployment that is wrong.
  static func deployment(
    _ name: String, _ text: String, status: Int32 = 65, says: String...
  ) -> BadInput {
    BadInput(
      name: name, arguments: ["run", "d.yaml"], status: status, says: says,
      files: ["d.yaml": .text(text)])
  }

  /// One line added to a good deployment of the Nano, as line 4.
  static func key(
    _ name: String, _ line: String, status: Int32 = 65, reports: Bool = false, says: String...
  ) -> BadInput {
    let text = """
      board: arduino-nano-33-ble-sense
      firmware: works.elf
      for: 10 ms
      \(line)

      """
    return BadInput(
      name: name, arguments: ["run", "d.yaml"], status: status, says: says,
      files: ["d.yaml": .text(text)], reports: reports)
  }

  /// A recording of the Nano's IMU, or with another suffix than `.csv` of its microphone.
  static func recording(
    _ name: String, _ file: String, _ part: Part, more: String = "rate: 119 Hz",
    status: Int32 = 65, says: String...
  ) -> BadInput {
    let sensor = file.hasSuffix(".csv") ? "imu" : "microphone"
    let text = """
      board: arduino-nano-33-ble-sense
      firmware: works.elf
      for: 10 ms
      streams:
        \(sensor): {file: \(file), \(more)}

      """
    return BadInput(
      name: name, arguments: ["run", "d.yaml"], status: status, says: says,
      files: ["d.yaml": .text(text), file: part])
  }

  /// Words on the command line.
  static func words(
    _ arguments: String..., status: Int32 = 64, says: String
  ) -> BadInput {
    BadInput(
      name: "thumbprint " + arguments.joined(separator: " "), arguments: arguments,
      status: status, says: [says])
  }
}
