import Foundation
import Testing

/// Firmware that comes to a bad end, and what is told of it: the same text and JSON on both engines.
///
/// `UPDATE_GOLDEN=1` rewrites `Crashes/`; the addresses there are those of one compiler.
@Suite(
  .enabled(if: BuiltTool.path != nil, BuiltTool.missing),
  .enabled(if: CrashCompiler.version == "12.2.1", "needs arm-none-eabi-gcc 12.2.1"))
struct CrashTests {
  private static let root = BuiltTool.root
  private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Crashes")

  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    /// What the nRF52840's image is compiled with; nil: one of `Firmware/faults`.
    var number: Int?
    var status: Int32 = 3
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "jump-to-nowhere"), Case(name: "bad-pointer"), Case(name: "undefined-after-wait"),
    Case(name: "divide-by-zero"), Case(name: "unaligned"), Case(name: "store-to-nowhere"),
    Case(name: "stack-overflow"), Case(name: "overflow-into-data"), Case(name: "nested"),
    Case(name: "lock-up"), Case(name: "undefined-in-hardfault"), Case(name: "vector-fetch"),
    Case(name: "assertion"), Case(name: "abort"), Case(name: "spin-on-bit", status: 0),
    Case(name: "endless-loop", status: 0), Case(name: "unhandled-interrupt", status: 0),
    Case(name: "null-write", number: 1), Case(name: "clock-not-started", number: 2, status: 0),
    Case(name: "sleeps-for-ever", number: 3, status: 0),
  ]

  /// Image and board.
  private func image(_ test: Case) throws -> (path: URL, board: String) {
    guard let number = test.number else {
      let path = try FirmwareBuilds.path("faults", file: "faults-\(test.name)")
      return (URL(fileURLWithPath: path), "mps2-an386")
    }
    // Two tests may run the same case at a time, and each removes its build.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "thumbprint-crash-\(UUID().uuidString)")
    let made = try BuiltTool.run(
      "make",
      [
        "-s", "-C", "nrf52840-faults", "BOARD=nrf52840-dk", "OPTIONS=-DCASE=\(number)",
        "OUT=\(folder.path)",
      ], in: EnginesTests.firmware)
    if made.status != 0 { throw BuiltTool.Failed(description: made.text) }
    return (folder.appendingPathComponent("nrf52840-faults.elf"), "nrf52840-dk")
  }

  /// The screen, the dump of `--full`, and the outcome of the JSON report.
  private func told(
    _ test: Case, engine: String?, edit: (URL) throws -> URL = { $0 }
  ) throws -> (text: String, outcome: String) {
    let (path, board) = try image(test)
    defer {
      if test.number != nil {
        try? FileManager.default.removeItem(at: path.deletingLastPathComponent())
      }
    }
    let edited = try edit(path)
    func run(_ options: [String]) throws -> String {
      let run = try BuiltTool.run(
        ["run", edited.lastPathComponent, "--board", board, "--for", "20 ms", "--quiet"] + options,
        in: edited.deletingLastPathComponent(), environment: ["LD_LIBRARY_PATH": engine ?? ""])
      #expect(run.status == test.status, "\(run.text)")
      return run.output
    }
    let screen = try run([])
    let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 25 && lines.allSatisfy { $0.count <= 80 })
    let full = try run(["--full"]).components(separatedBy: "\ncycles ")[0]
    return (screen + "\n--full\n" + full + "\n", outcome(try run(["--format", "json"])))
  }

  private func outcome(_ json: String) -> String {
    let lines = json.components(separatedBy: "\n")
    guard let start = lines.firstIndex(where: { $0.hasPrefix("  \"outcome\":") }),
      let end = lines[start...].firstIndex(where: {
        $0.hasPrefix("  }") || $0.hasSuffix("},") && $0.hasPrefix("  \"outcome\"")
      })
    else { return "" }
    return lines[start...end].joined(separator: "\n") + "\n"
  }

  private func expectGolden(_ text: String, _ name: String) throws {
    let file = Self.goldens.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try Data(text.utf8).write(to: file)
    }
    let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    if text == expected { return }
    let changes = text.components(separatedBy: "\n").difference(
      from: expected.components(separatedBy: "\n")
    ).map { change in
      switch change {
      case .remove(let line, let text, _): "-\(line + 1): \(text)"
      case .insert(let line, let text, _): "+\(line + 1): \(text)"
      }
    }
    Issue.record("\(name) differs:\n\(changes.joined(separator: "\n"))")
  }

  @Test(arguments: cases)
  func itIsToldLikeACoreDump(_ test: Case) throws {
    let told = try told(test, engine: nil)
    try expectGolden(masked(told.text), "\(test.name).txt")
    try expectGolden(masked(told.outcome), "\(test.name).json")
  }

  /// Without what depends on what instructions cost: instants, counts of rounds, and the figures that
  /// follow a dump.
  private func masked(_ text: String) -> String {
    let figures = ["cycles ", "energy ", "memory ", "samples ", "trust ", "findings "]
    var isFigure = false
    let lines = text.components(separatedBy: "\n").filter { line in
      if line.first != " " { isFigure = figures.contains(where: line.hasPrefix) }
      return !isFigure
    }
    let masks = [
      (" *[0-9.]+ [pnum]?s\\b", " TIME"), ("since TIME, [0-9,]+ times", "since TIME, N times"),
      ("_seconds\": [0-9.]+", "_seconds\": TIME"), ("\"rounds\": [0-9]+", "\"rounds\": N"),
    ]
    return masks.reduce(lines.joined(separator: "\n")) { text, mask in
      text.replacingOccurrences(of: mask.0, with: mask.1, options: .regularExpression)
    }
  }

  @Test(
    .enabled(if: EnginesTests.bundled != nil, "needs .engine/libunicorn.so.2; run Scripts/setup"),
    .enabled(if: EnginesTests.system != nil, "needs the system's libunicorn.so.2"),
    arguments: cases)
  func bothEnginesTellTheSame(_ test: Case) throws {
    let modern = try told(test, engine: EnginesTests.bundled)
    let old = try told(test, engine: EnginesTests.system)
    #expect(modern.text == old.text)
    #expect(modern.outcome == old.outcome)
  }

  /// The functions of the outcome's frames.
  private func functions(_ outcome: String) throws -> [String] {
    struct Frame: Decodable { let function: String }
    struct Dump: Decodable { let frames: [Frame] }
    struct Outcome: Decodable {
      let fault: Dump?
      let state: Dump?
    }
    let body = outcome.replacingOccurrences(of: "  \"outcome\": ", with: "")
    let text = body.trimmingCharacters(in: CharacterSet(charactersIn: ",\n"))
    let decoded = try JSONDecoder().decode(Outcome.self, from: Data(text.utf8))
    return (decoded.fault ?? decoded.state)?.frames.map(\.function) ?? []
  }

  private func strip(_ option: String) -> (URL) throws -> URL {
    return { path in
      let copy = path.deletingLastPathComponent().appendingPathComponent("\(UUID()).elf")
      let made = try BuiltTool.run(
        "arm-none-eabi-strip", [option, path.path, "-o", copy.path], in: Self.root)
      #expect(made.status == 0, "\(made.text)")
      return copy
    }
  }

  @Test(arguments: ["nested", "jump-to-nowhere", "assertion", "lock-up", "store-to-nowhere"])
  func withoutDebugInformationTheProloguesTellTheSameChain(_ name: String) throws {
    let test = Case(name: name)
    let whole = try functions(told(test, engine: nil).outcome)
    let bare = try functions(told(test, engine: nil, edit: strip("--strip-debug")).outcome)
    #expect(bare == whole)
    #expect(whole.count > 2)
  }

  @Test func aStrippedImageGetsGuessesThatAreCalledSo() throws {
    let told = try told(Case(name: "assertion"), engine: nil, edit: strip("--strip-all"))
    #expect(told.text.contains("[no symbol]"))
    #expect(told.text.contains("a guess"))
    #expect(told.outcome.contains("\"unwound_by\": \"scan\""))
  }

  @Test(arguments: ["html", "markdown", "junit", "github"])
  func everyReportNamesTheLineAndTheCaller(_ format: String) throws {
    let (path, board) = try image(Case(name: "jump-to-nowhere"))
    let run = try BuiltTool.run(
      ["run", path.path, "--board", board, "--quiet", "--format", format], in: Self.root)
    #expect(run.status == 3)
    #expect(run.output.contains("jump-to-nowhere.c:11"))
    #expect(run.output.contains("deliver_sample"))
  }
}

/// The compiler that the goldens are of.
enum CrashCompiler {
  static let version =
    (try? BuiltTool.run("arm-none-eabi-gcc", ["-dumpfullversion"], in: BuiltTool.root))?.output
    .trimmingCharacters(in: .whitespacesAndNewlines)
}
