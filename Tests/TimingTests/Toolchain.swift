import Foundation

/// The Arm cross tools, as oracles: assembler, object copier, disassembler.
enum Toolchain {
  struct Failure: Error, CustomStringConvertible { let description: String }

  static let isInstalled = ["as", "objdump", "objcopy"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: path($0))
  }

  static func path(_ tool: String) -> String { "/usr/bin/arm-none-eabi-" + tool }

  /// What a tool prints.
  @discardableResult
  static func run(_ tool: String, _ arguments: [String]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path(tool))
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.standardError
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(tool) \(arguments.joined(separator: " ")) failed")
    }
    return [UInt8](data)
  }

  /// Runs a body with a directory that is removed afterwards.
  static func inTemporaryDirectory<T>(_ body: (URL) throws -> T) throws -> T {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("timing-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory)
  }

  /// The machine code of Thumb assembly text, for the largest Armv7E-M core unless told otherwise.
  static func assemble(_ text: String, core: String = "cortex-m7") throws -> [UInt8] {
    try inTemporaryDirectory { directory in
      let source = directory.appendingPathComponent("a.s")
      let object = directory.appendingPathComponent("a.o").path
      let binary = directory.appendingPathComponent("a.bin")
      let head = ".syntax unified\n.thumb\n.cpu \(core)\n"
      let unit = core == "cortex-m7" ? ".fpu fpv5-d16\n" : ""
      try (head + unit + ".text\n" + text + "\n")
        .write(to: source, atomically: true, encoding: .utf8)
      try run("as", ["-o", object, source.path])
      try run("objcopy", ["-O", "binary", "-j", ".text", object, binary.path])
      return [UInt8](try Data(contentsOf: binary))
    }
  }

  /// The disassembly of raw halfwords.
  static func disassemble(_ halfwords: [UInt16]) throws -> [UInt8] {
    try inTemporaryDirectory { directory in
      let file = directory.appendingPathComponent("raw.bin")
      var bytes: [UInt8] = []
      for halfword in halfwords {
        bytes.append(UInt8(truncatingIfNeeded: halfword))
        bytes.append(UInt8(halfword >> 8))
      }
      try Data(bytes).write(to: file)
      return try run(
        "objdump", ["-D", "-b", "binary", "-m", "armv7e-m", "-M", "force-thumb", file.path])
    }
  }
}
