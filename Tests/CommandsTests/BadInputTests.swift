import Foundation
import Testing

/// Whatever is handed over: a clear message with place and hint, the right status, no crash, no hang.
@Suite(.enabled(if: BuiltTool.path != nil, BuiltTool.missing))
struct BadInputTests {
  @Test(arguments: BadInputRows.all)
  func badInputIsToldAndNothingMeasuredIsLost(_ row: BadInput) throws {
    let scratch = try Scratch()
    try row.lay(in: scratch)
    let run = try BuiltTool.run(
      row.arguments, in: scratch.folder, environment: row.environment, input: row.input)
    expectNoAccident(run)
    #expect(run.status == row.status, "\(run.text)")
    for part in row.says { #expect(run.text.contains(part), "expected '\(part)' in:\n\(run.text)") }
    if row.reports {
      try expectReport(row, run, in: scratch)
    } else if !row.arguments.isEmpty {
      expectMessage(run)
    }
  }

  private func expectNoAccident(_ run: BuiltTool.Finished) {
    #expect(!run.hung, "\(run.text)")
    #expect(!run.crashed, "\(run.text)")
    #expect(!run.text.contains("Fatal error"))
  }

  /// One line in the printed form, with a way out, and nothing that looks like a result.
  private func expectMessage(_ run: BuiltTool.Finished) {
    #expect(run.output.isEmpty)
    let lines = run.error.split(separator: "\n")
    #expect(lines.count == 1, "\(run.error)")
    let line = lines.last ?? ""
    #expect(line.contains("error: "), "\(line)")
    #expect(!line.hasSuffix("."), "\(line)")
    let helps = ["; ", "did you mean", "thumbprint ", "expected "]
    #expect(helps.contains { line.contains($0) }, "\(line)")
  }

  /// Text and JSON both tell what was measured up to the end.
  private func expectReport(
    _ row: BadInput, _ text: BuiltTool.Finished, in scratch: Scratch
  ) throws {
    #expect(text.output.contains("\ncycles "), "\(text.text)")
    let json = try BuiltTool.run(
      row.arguments + ["--format", "json"], in: scratch.folder, limit: 60)
    #expect(json.status == row.status)
    let result = try #require(
      JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(result["exit_status"] as? Int32 == row.status)
    let cycles = try #require(result["cycles"] as? [String: Any])
    #expect(cycles["total"] as? Int ?? 0 > 0)
    #expect(result["instructions"] as? Int ?? 0 > 0)
  }

  /// Cut at the edges of every header and table, and all along.
  @Test(
    arguments: Array(0...52) + [83, 84, 85, 147, 148, 149, 151, 152]
      + Array(stride(from: 160, to: 400, by: 7)))
  func anImageCutOffAnywhereIsRefused(_ count: Int) throws {
    let scratch = try Scratch()
    let whole = TinyImage.spins.data
    #expect(whole.count > count)
    try scratch.write(whole.prefix(count), to: "bad.elf")
    let run = try BuiltTool.run(
      ["run", "bad.elf", "--board", "mps2-an386", "--for", "1 ms"], in: scratch.folder, limit: 30)
    expectNoAccident(run)
    #expect(run.status == 65, "\(run.text)")
    expectMessage(run)
  }

  @Test(arguments: 0..<20)
  func randomBytesAreNoFirmware(_ seed: Int) throws {
    var generator = SplitMix(seed: seed)
    let scratch = try Scratch()
    // Half of them behind a good header.
    let head = seed % 2 == 0 ? Data() : TinyImage.spins.data.prefix(52)
    let count = Int.random(in: 1...3_000, using: &generator)
    let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try scratch.write(head + noise, to: "bad.elf")
    let run = try BuiltTool.run(
      ["run", "bad.elf", "--board", "mps2-an386", "--for", "1 ms"], in: scratch.folder, limit: 30)
    expectNoAccident(run)
    #expect(run.status == 65, "\(run.text)")
    expectMessage(run)
  }

  /// Cycles are a model with a band, and nothing that the tool can say claims more.
  @Test func noOutputClaimsMoreThanTheModelHolds() throws {
    let path = try #require(BuiltTool.path)
    let program = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    #expect(program.range(of: Data("thumbprint".utf8)) != nil)
    for words in ["-", " "].map({ "cycle" + $0 + "accurate" }) {
      #expect(program.range(of: Data(words.utf8)) == nil)
    }
  }

  /// A few bytes of a good image or of a good deployment replaced: any status of the list, no accident.
  @Test(arguments: 0..<60)
  func damagedFilesNeverCrashTheTool(_ seed: Int) throws {
    var generator = SplitMix(seed: seed)
    let scratch = try Scratch()
    var image = TinyImage.works.at(0x10000).data
    var text = Data(
      """
      board: arduino-nano-33-ble-sense
      firmware: works.elf
      for: 1 ms
      streams: {imu: {file: imu.csv, rate: 119 Hz, end: hold}}
      measure: {m: {from: enter work, to: return work}}
      budgets: {m: {max: 1 ms}, flash: 64 KiB}

      """.utf8)
    var recording = Data(BadInput.csv(rows: 20).utf8)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let value = UInt8.random(in: 0...255, using: &generator)
      switch seed % 3 {
      case 0: image[Int.random(in: 4..<image.count, using: &generator)] = value
      case 1: text[Int.random(in: 45..<text.count, using: &generator)] = value % 96 + 32
      default: recording[Int.random(in: 0..<recording.count, using: &generator)] = value
      }
    }
    try scratch.write(image, to: "works.elf")
    try scratch.write(text, to: "d.yaml")
    try scratch.write(recording, to: "imu.csv")
    let run = try BuiltTool.run(
      ["run", "d.yaml", "--timeout", "10 s", "--format", "json"], in: scratch.folder, limit: 60)
    expectNoAccident(run)
    #expect([0, 1, 3, 4, 64, 65, 66].contains(run.status), "\(run.text)")
    if [0, 1, 3, 4].contains(run.status) {
      #expect(throws: Never.self) {
        try JSONSerialization.jsonObject(with: Data(run.output.utf8))
      }
    } else {
      expectMessage(run)
    }
  }
}

/// A seeded generator, so that a failing case can be run again.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9e37_79b9_7f4a_7c15 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
