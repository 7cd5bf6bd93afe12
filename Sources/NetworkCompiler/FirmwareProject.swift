import Units

/// A file of a firmware project.
public struct SourceFile: Hashable, Sendable {
  public let name: String
  public let contents: [UInt8]

  public init(name: String, contents: [UInt8]) {
    self.name = name
    self.contents = contents
  }

  public init(name: String, text: String) {
    self.init(name: name, contents: Array(text.utf8))
  }
}

/// The C sources of a network and what its caller must know of them.
public struct FirmwareNetwork: Hashable, Sendable {
  /// `deepcraft.h`, `deepcraft.c` and what else they need.
  public let files: [SourceFile]
  /// `DEEPCRAFT_INPUT_COUNT`.
  public let inputCount: Int

  public init(files: [SourceFile], inputCount: Int) {
    self.files = files
    self.inputCount = inputCount
  }

  /// What the generator makes of a network.
  public init(_ generator: CGenerator) {
    self.init(
      files: generator.files().map { SourceFile(name: $0.name, text: $0.contents) },
      inputCount: generator.summary.inputCount)
  }
}

/// A complete firmware in C: the runtime, a network, and what the board and the pipeline settle.
public struct FirmwareProject: Sendable {
  public let target: FirmwareTarget
  public let wiring: FirmwareWiring
  public let pipeline: FirmwarePipeline
  /// Everything the firmware is built from, by name.
  public let files: [SourceFile]

  /// Checks that the parts fit. `runtime` is what `runtime(in:)` read.
  public init(
    target: FirmwareTarget, wiring: FirmwareWiring, pipeline: FirmwarePipeline,
    network: FirmwareNetwork, runtime: [SourceFile]
  ) throws(FirmwareError) {
    try wiring.check()
    try pipeline.check(inputCount: network.inputCount)
    let generated = [
      SourceFile(name: "config.h", text: FirmwareConfiguration.text(wiring, pipeline)),
      SourceFile(name: "firmware.ld", text: target.linkerScript),
    ]
    var files = runtime + network.files + generated
    let sources = files.map(\.name).filter { $0.hasSuffix(".c") }.sorted()
    let commands = FirmwareCommands(coreFlags: target.coreFlags, sources: sources)
    files.append(SourceFile(name: "Makefile", text: commands.makefile))
    files.sort { $0.name < $1.name }
    for (file, next) in zip(files, files.dropFirst()) where file.name == next.name {
      throw FirmwareError(.invalid, "two files of the project are named '\(file.name)'")
    }
    self.target = target
    self.wiring = wiring
    self.pipeline = pipeline
    self.files = files
  }

  /// The names of the C sources, in order.
  public var sources: [String] { files.map(\.name).filter { $0.hasSuffix(".c") } }

  /// The compiler and linker calls that make the ELF.
  var commands: FirmwareCommands {
    FirmwareCommands(coreFlags: target.coreFlags, sources: sources)
  }

  /// A digest of everything that decides what the ELF will be, given the compiler's version.
  public func digest(compiler version: String) -> String {
    var digest = SHA256()
    digest.update("firmware 1 \(version)\n".utf8)
    for file in files {
      digest.update("\(file.name) \(file.contents.count)\n".utf8)
      digest.update(file.contents)
    }
    return digest.hexDigest()
  }

  /// Writes the project, so that `make` in `directory` builds `app.elf`.
  public func write(to directory: String) throws(FirmwareError) {
    try FirmwareFiles.createDirectory(directory)
    for file in files {
      try FirmwareFiles.write(file.contents, to: directory + "/" + file.name)
    }
  }

  /// Reads the runtime's sources from the directory that the product ships them in.
  public static func runtime(in directory: String) throws(FirmwareError) -> [SourceFile] {
    var files: [SourceFile] = []
    for name in runtimeFiles {
      let contents = try FirmwareFiles.read(directory + "/" + name)
      files.append(SourceFile(name: name, contents: contents))
    }
    return files
  }

  static let runtimeFiles = [
    "audio.c", "audio.h", "board.c", "board.h", "imu.c", "imu.h", "kalman.c", "kalman.h", "main.c",
    "microphone.c", "microphone.h", "nrf52840.h", "pipeline.c", "pipeline.h", "startup.c",
    "window.c", "window.h",
  ]
}
