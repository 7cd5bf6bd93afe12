import Foundation
import Testing

/// Equal input gives equal output, byte for byte: twice, on both engines, from any directory.
@Suite(.enabled(if: BuiltTool.path != nil, BuiltTool.missing))
struct EnginesTests {
  static let hasCompiler = BuiltTool.has("arm-none-eabi-gcc")
  static let firmware = BuiltTool.root.appendingPathComponent("Firmware")

  /// The folders of the bundled engine and of the system's; nil where there is none.
  static let bundled = folder(BuiltTool.root.appendingPathComponent(".engine").path)
  static let system: String? = {
    let asked = try? BuiltTool.run("pkg-config", ["--variable=libdir", "unicorn"], in: firmware)
    let named = (asked?.output ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    return folder(named) ?? folder("/usr/lib/x86_64-linux-gnu")
      ?? folder("/usr/lib/aarch64-linux-gnu")
  }()

  private static func folder(_ path: String) -> String? {
    FileManager.default.fileExists(atPath: path + "/libunicorn.so.2") ? path : nil
  }

  /// What a run needs: a deployment of the repository, or a firmware of it on a board.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    var board: String?
    var options: [String] = []
    var testDescription: String { ([name] + options).joined(separator: " ") }

    var words: [String] {
      get throws {
        guard let board else {
          let path = EnginesTests.firmware.appendingPathComponent("\(name)/deployment.yaml").path
          return ["run", path] + options
        }
        return ["run", try FirmwareBuilds.path(name), "--board", board] + options
      }
    }
  }

  static let cases = [
    Case(name: "demo", options: ["--for", "3 s"]),
    Case(name: "dataready", options: ["--for", "2 s"]),
    Case(name: "demo", options: ["--for", "1 s", "--set", "generate.run-in=pendsv"]),
    Case(name: "exceptions", board: "mps2-an386"),
    Case(name: "storm", board: "mps2-an386"),
    Case(name: "reset", board: "mps2-an386"),
    Case(name: "cmsdk-dualtimer", board: "mps2-an386"),
    Case(name: "nrf51-rtc", board: "microbit"),
    Case(name: "stm32-contention", board: "nucleo-l4r5zi"),
    Case(name: "bench", board: "mps2-an386", options: ["--for", "200 ms"]),
  ]

  /// JSON without what may differ: the engine's name and the time on the wall.
  private func result(
    _ test: Case, engine: String?, in directory: URL = firmware
  ) throws -> String {
    let run = try BuiltTool.run(
      try test.words + ["--format", "json"], in: directory,
      environment: ["LD_LIBRARY_PATH": engine ?? ""], limit: 180)
    #expect(run.status < 5, "\(run.text)")
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    let masked = lines.filter { !$0.contains("\"wall_seconds\":") && !$0.contains("\"engine\":") }
    #expect(masked.count + 2 == lines.count)
    return masked.joined(separator: "\n")
  }

  @Test(.enabled(if: hasCompiler, "needs arm-none-eabi-gcc"), arguments: cases)
  func twoRunsAreEqual(_ test: Case) throws {
    expectEqual(try result(test, engine: nil), try result(test, engine: nil))
  }

  @Test(
    .enabled(if: hasCompiler, "needs arm-none-eabi-gcc"),
    .enabled(if: bundled != nil, "needs .engine/libunicorn.so.2; run Scripts/setup"),
    .enabled(if: system != nil, "needs the system's libunicorn.so.2"), arguments: cases)
  func twoEnginesAreEqual(_ test: Case) throws {
    expectEqual(
      try result(test, engine: Self.bundled), try result(test, engine: Self.system))
  }

  /// What the older engine cannot tell is where in its block a memory fault happened; how the run
  /// ended, what was accessed and who called whom is the same.
  @Test(
    .enabled(if: hasCompiler, "needs arm-none-eabi-gcc"),
    .enabled(if: bundled != nil, "needs .engine/libunicorn.so.2; run Scripts/setup"),
    .enabled(if: system != nil, "needs the system's libunicorn.so.2"),
    arguments: [
      "jump-to-nowhere", "stack-overflow", "lock-up", "endless-loop", "undefined-in-hardfault",
      "unhandled-interrupt",
    ])
  func twoEnginesTellTheSameFault(_ name: String) throws {
    let image = try FirmwareBuilds.path("faults", file: "faults-\(name)")
    let ends = try [Self.bundled, Self.system].map { engine in
      let run = try BuiltTool.run(
        ["run", image, "--board", "mps2-an386", "--for", "20 ms", "--quiet", "--format", "json"],
        in: Self.firmware, environment: ["LD_LIBRARY_PATH": engine ?? ""])
      let whole = try JSONDecoder().decode(Ending.self, from: Data(run.output.utf8))
      #expect(whole.exitStatus == run.status)
      return whole
    }
    #expect(ends[0] == ends[1])
  }

  private struct Ending: Decodable, Equatable {
    struct Outcome: Decodable, Equatable {
      struct Fault: Decodable, Equatable {
        let exception: String
        let cause: String
        let cfsr: String
        let hfsr: String
        let backtrace: [String]
      }
      let kind: String
      let fault: Fault?
    }
    enum CodingKeys: String, CodingKey {
      case outcome
      case exitStatus = "exit_status"
    }
    let outcome: Outcome
    let exitStatus: Int32
  }

  @Test(.enabled(if: hasCompiler, "needs arm-none-eabi-gcc"))
  func theToolWorksFromAnyDirectory() throws {
    let test = Case(name: "demo", options: ["--for", "500 ms"])
    let root = URL(fileURLWithPath: "/")
    expectEqual(try result(test, engine: nil), try result(test, engine: nil, in: root))
    let scratch = try Scratch()
    expectEqual(
      try result(test, engine: nil), try result(test, engine: nil, in: scratch.folder))
  }

  @Test func theEngineInUseIsNamed() throws {
    let modern = try BuiltTool.run(["version"], in: Self.firmware)
    #expect(modern.status == 0)
    #expect(modern.output.contains("unicorn "))
    for engine in [Self.bundled, Self.system].compactMap({ $0 }) {
      let named = try BuiltTool.run(
        ["version"], in: Self.firmware, environment: ["LD_LIBRARY_PATH": engine])
      #expect(named.status == 0)
    }
  }

  private func expectEqual(_ first: String, _ second: String) {
    if first == second { return }
    let pairs = zip(first.split(separator: "\n"), second.split(separator: "\n"))
    let differences = pairs.filter { $0 != $1 }.prefix(5).map { "\($0)\n  \($1)" }
    Issue.record("results differ:\n\(differences.joined(separator: "\n"))")
  }
}

/// Firmwares of the repository, each built once.
enum FirmwareBuilds {
  private static let builds = Builds()

  /// The path of `FILE.elf` (default: the folder's name) of a folder below `Firmware`.
  static func path(_ name: String, file: String? = nil) throws -> String {
    try builds.folder(name).appendingPathComponent("\(file ?? name).elf").path
  }

  private final class Builds: @unchecked Sendable {
    private let lock = NSLock()
    private var scratch: Scratch?
    private var done: Set<String> = []

    func folder(_ name: String) throws -> URL {
      lock.lock()
      defer { lock.unlock() }
      let scratch = try scratch ?? Scratch()
      self.scratch = scratch
      if done.insert(name).inserted {
        let made = try BuiltTool.run(
          "make", ["-s", "-C", name, "OUT=\(scratch.folder.path)"], in: EnginesTests.firmware)
        if made.status != 0 { throw BuiltTool.Failed(description: made.text) }
      }
      return scratch.folder
    }
  }
}
