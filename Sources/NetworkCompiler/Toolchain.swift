/// A firmware that was built.
public struct BuiltFirmware: Hashable, Sendable {
  /// The ELF.
  public let program: String
  /// The project around it, ready for `make`.
  public let directory: String
  /// The digest of everything it was built from.
  public let digest: String
  /// Whether it was there already.
  public let isReused: Bool
}

/// The cross compiler of the system, and the directory that keeps what it built.
public struct Toolchain: Sendable {
  private let compiler: String

  /// Precondition of use: `gcc-arm-none-eabi` and `libnewlib-arm-none-eabi` are installed.
  public init() { compiler = FirmwareCommands.compiler }

  /// For tests: another name for the compiler.
  init(compiler: String) { self.compiler = compiler }

  /// Builds the firmware into `cache/<digest>/`, or finds it there.
  ///
  /// Two builds of the same firmware at once do not disturb each other: each works in a directory
  /// of its own, and the first to finish gives it the final name.
  public func build(
    _ project: FirmwareProject, in cache: String
  ) throws(FirmwareError) -> BuiltFirmware {
    try FirmwareFiles.createDirectory(cache)
    let cache = try FirmwareFiles.absolute(cache)
    let digest = project.digest(compiler: try version(in: cache))
    let directory = cache + "/" + digest
    let program = directory + "/" + FirmwareCommands.program
    let isReused = FirmwareFiles.exists(program)
    if !isReused {
      let work = try FirmwareFiles.createTemporaryDirectory(cache + "/building-")
      let names = names(of: project)
      do throws(FirmwareError) {
        try project.write(to: work)
        try compile(project.commands, in: work)
        FirmwareFiles.remove(project.commands.leftovers, in: work)
        if try !FirmwareFiles.rename(work, to: directory) {
          FirmwareFiles.remove(names, in: work)
        }
      } catch {
        FirmwareFiles.remove(names, in: work)
        throw error
      }
    }
    return BuiltFirmware(
      program: program, directory: directory, digest: digest, isReused: isReused)
  }

  /// The compiler's version, which decides the code as much as the sources do.
  private func version(in directory: String) throws(FirmwareError) -> String {
    let work = try FirmwareFiles.createTemporaryDirectory(directory + "/version-")
    defer { FirmwareFiles.remove(["version"], in: work) }
    let process = try ToolchainProcess([compiler, "--version"], in: work, log: "version")
    guard try process.wait() else {
      throw FirmwareError(.missingProgram, "'\(compiler) --version' fails")
    }
    let text = try FirmwareFiles.read(work + "/version")
    return String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private func names(of project: FirmwareProject) -> [String] {
    project.files.map(\.name) + project.commands.leftovers + [FirmwareCommands.program]
  }

  /// Runs the compiler on all sources at once, then the linker.
  private func compile(
    _ commands: FirmwareCommands, in directory: String
  ) throws(FirmwareError) {
    var running: [(process: ToolchainProcess, log: String)] = []
    var problem: FirmwareError?
    for source in commands.sources where problem == nil {
      do throws(FirmwareError) {
        let log = FirmwareCommands.log(source)
        let arguments = [compiler] + commands.compile(source, in: directory).dropFirst()
        running.append((try ToolchainProcess(arguments, in: directory, log: log), log))
      } catch {
        problem = error
      }
    }
    // All are waited for, whatever became of the others.
    for (process, log) in running {
      do throws(FirmwareError) {
        if try !process.wait(), problem == nil { problem = try refusal(log, in: directory) }
      } catch {
        if problem == nil { problem = error }
      }
    }
    if let problem { throw problem }
    let log = FirmwareCommands.log(FirmwareCommands.program)
    let arguments = [compiler] + commands.link.dropFirst()
    if try !ToolchainProcess(arguments, in: directory, log: log).wait() {
      throw try refusal(log, in: directory)
    }
  }

  /// What the compiler's or linker's words come to.
  private func refusal(_ log: String, in directory: String) throws(FirmwareError) -> FirmwareError {
    let text = try String(decoding: FirmwareFiles.read(directory + "/" + log), as: UTF8.self)
    let lines = text.split(separator: "\n")
    let overflows = ["overflowed by", "will not fit in region", "no room is left"]
    let told = overflows.lazy.compactMap { words in lines.first { $0.contains(words) } }.first
    if let line = told {
      let words = line.split(separator: ":").last ?? line
      return FirmwareError(
        .invalid, "the firmware does not fit the board's memory:\(words); take a smaller network")
    }
    let first = lines.first { $0.contains("error") } ?? lines.first ?? "no message"
    return FirmwareError(.refused, "the compiler refuses the generated firmware: \(first)")
  }
}
