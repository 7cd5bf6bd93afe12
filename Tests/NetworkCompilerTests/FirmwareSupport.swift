import Foundation
import Units

@testable import NetworkCompiler

/// What the firmware's tests build from and with.
enum FirmwareSupport {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let runtime = root.appending(path: "Firmware/runtime").path

  static let missing: String? =
    has("arm-none-eabi-gcc") ? nil : "skipped: arm-none-eabi-gcc is not installed"
  static let hasHostCompiler = has("cc")

  private static func has(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  static let nano = FirmwareTarget(
    flash: .init(origin: Address(0x10000), length: 0xF0000),
    ram: .init(origin: Address(0x2000_0000), length: 0x40000))
  static let developmentKit = FirmwareTarget(
    flash: .init(origin: Address(0), length: 0x100000),
    ram: .init(origin: Address(0x2000_0000), length: 0x40000))

  static let nanoWiring = FirmwareWiring(
    address: 0x6B, sda: 14, scl: 15, pullUp: 32, power: 22,
    pacing: FirmwarePipeline.pollingPeriod(for: Hertz(119)),
    microphone: .init(clock: 26, data: 25, power: 17), led: 13)
  static let kitWiring = FirmwareWiring(
    address: 0x6B, sda: 26, scl: 27, pacing: .dataReady(pin: 11), led: 13, ledIsActiveLow: true)

  static let pipeline = FirmwarePipeline(rate: Hertz(119), window: .seconds(1))

  /// A network of this many inputs whose class is the greatest of the first five inputs;
  /// `padding` bytes of constants make it as large as a test needs.
  static func network(inputs: Int, padding: Int = 4) -> FirmwareNetwork {
    let header = """
      #ifndef DEEPCRAFT_H
      #define DEEPCRAFT_H
      #include <stdint.h>
      #define DEEPCRAFT_INPUT_COUNT \(inputs)
      #define DEEPCRAFT_OUTPUT_COUNT 5
      #define DEEPCRAFT_INPUT_SCALE 0.0078125f
      #define DEEPCRAFT_INPUT_ZERO_POINT 0
      #define DEEPCRAFT_OUTPUT_SCALE 0.00390625f
      #define DEEPCRAFT_OUTPUT_ZERO_POINT (-128)
      extern int8_t deepcraft_scores[DEEPCRAFT_OUTPUT_COUNT];
      int deepcraft_infer(const int8_t *input);
      #endif

      """
    let source = """
      #include "deepcraft.h"
      int8_t deepcraft_scores[DEEPCRAFT_OUTPUT_COUNT];
      const int8_t deepcraft_weights[\(padding)] = {1};
      int deepcraft_infer(const int8_t *input) {
        int best = 0;
        for (int i = 0; i < DEEPCRAFT_OUTPUT_COUNT; ++i) {
          deepcraft_scores[i] = input[i] + deepcraft_weights[(unsigned)input[i] % \(padding)];
          if (deepcraft_scores[i] > deepcraft_scores[best]) best = i;
        }
        return best;
      }

      """
    return FirmwareNetwork(
      files: [
        SourceFile(name: "deepcraft.h", text: header),
        SourceFile(name: "deepcraft.c", text: source),
      ], inputCount: inputs)
  }

  /// Runs `body` with the path of a directory that exists only meanwhile.
  static func inDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
  }

  /// Runs a program, feeds it `input` and returns what it printed.
  static func run(_ program: String, _ arguments: [String], input: Data? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    if let input {
      let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      try input.write(to: file)
      defer { try? FileManager.default.removeItem(at: file) }
      process.standardInput = try FileHandle(forReadingFrom: file)
    }
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    struct Failed: Error { let program: String }
    if process.terminationStatus != 0 { throw Failed(program: program) }
    return String(decoding: data, as: UTF8.self)
  }
}
