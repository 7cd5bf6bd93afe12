import RunRecord
import Testing
import Units
import Verdicts

@testable import Reports

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct ComparisonTests {
  private func side(
    _ record: RunRecord, _ settings: [String] = []
  ) throws -> ComparisonSide {
    ComparisonSide(Judgement(evidence(record, try bench(settings))))
  }

  /// The demonstration with a slower second layer, more audio and a longer worst response.
  private func slower() -> RunRecord {
    var record = demonstration()
    record.blocks[3].stallCycles += 900_000
    record.functions[5].calls = 1_500
    record.blocks[5].baseCycles += 2_301_120
    record.activeCycles += 3_201_120
    record.sleepCycles -= 3_201_120
    let worst = record.measures[1].worst?.index ?? 0
    record.measures[1].occurrences[worst].to =
      record.measures[1].occurrences[worst].to + .microseconds(7)
    record.measures[1].worst?.parts[1].time = .microseconds(237)
    record.exceptions[0].entries += 500
    record.memory.stackHighWater = 3_100
    return record
  }

  private func text(_ comparison: Comparison, isFull: Bool = false) -> String {
    var options = ReportOptions()
    options.isFull = isFull
    options.target = "base.yaml head.yaml"
    return ComparisonReport(comparison, base: "base.yaml", head: "head.yaml", options).text
  }

  @Test func `equal runs say so in one line`() throws {
    let comparison = Comparison(
      base: try side(demonstration()), head: try side(demonstration()))
    #expect(comparison.status == .success)
    #expect(text(comparison) == "SAME  every figure is equal\n")
  }

  @Test func `what is worse and what is better stand beside each other`() throws {
    let comparison = Comparison(
      base: try side(demonstration()), head: try side(slower(), ["budgets.response.max=2ms"]))
    #expect(comparison.status == .regression)
    expectGolden(text(comparison), "compared.txt")
    expectGolden(text(comparison, isFull: true), "compared-full.txt")
    let json = ComparisonJSON(
      comparison, base: "base.yaml", head: "head.yaml", toolVersion: "0.1.0"
    ).text
    #expect(try JSONDecoder().decode(Document.self, from: Data(json.utf8)).schemaVersion == 1)
    expectGolden(json, "compared.json")
  }

  @Test func `one picosecond more is worse, and one less is better`() throws {
    var record = demonstration()
    let base = try side(record)
    let longest = try #require(record.measures[0].worst?.index)
    record.measures[0].occurrences[longest].to =
      record.measures[0].occurrences[longest].to + Interval(picoseconds: 1)
    let head = try side(record)
    let comparison = Comparison(base: base, head: head)
    #expect(comparison.status == .regression)
    #expect(comparison.worse.map(\.metric.name) == ["latency.max", "latency.jitter"])
    #expect(Comparison(base: head, head: base).status == .success)
  }

  @Test func `a measure that does not happen any more cannot be judged`() throws {
    var record = demonstration()
    record.measures[0].occurrences = []
    record.measures[0].worst = nil
    let comparison = Comparison(base: try side(demonstration()), head: try side(record))
    #expect(comparison.status == .notJudged)
    #expect(text(comparison).hasPrefix("UNKNOWN  head has no latency.p50\n"))
  }

  @Test func `a head that crashes fails`() throws {
    let comparison = Comparison(base: try side(demonstration()), head: try side(crashed()))
    #expect(comparison.status == .firmwareFailed)
    #expect(text(comparison).hasPrefix("FAILED  head: the firmware crashed: "))
    #expect(
      Comparison(base: try side(crashed()), head: try side(demonstration())).status == .notJudged)
  }

  @Test func `functions are matched whatever the compiler and the programmer call them`() throws {
    var record = demonstration()
    record.functions[4].name = "fuse_kalman.constprop.0"
    record.functions[5].name = "bands_of_audio"
    // The unlikely half of a function is outlined: its cycles stay the function's.
    record.functions.append(
      FunctionRecord(
        name: "int8_quantize.cold", address: Address(0xA000), calls: 0, inclusiveCycles: 0))
    record.blocks[8].baseCycles -= 600
    record.blocks.append(
      BlockRecord(
        address: Address(0xA000), size: 8, function: 10, executions: 1, instructions: 0,
        baseCycles: 600, branchCycles: 0, stallCycles: 0))
    let comparison = Comparison(base: try side(demonstration()), head: try side(record))
    #expect(comparison.functions.allSatisfy { $0.delta == 0 })
    #expect(comparison.functions.contains { $0.name == "audio_bands -> bands_of_audio" })
    #expect(comparison.isSame)
    #expect(comparison.status == .success)
  }

  @Test(arguments: 0..<200)
  func `deltas of functions and their splits sum exactly to the whole`(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let (first, second) = (randomRecord(&random), randomRecord(&random))
    let comparison = Comparison(base: try side(first), head: try side(second))
    let delta = comparison.functions.reduce(Int128(0)) { $0 + $1.delta }
    let active = (
      try #require(comparison.base.value(.activeCycles)),
      try #require(comparison.head.value(.activeCycles))
    )
    #expect(delta == Int128(active.1) - Int128(active.0))
    for function in comparison.functions {
      #expect(function.ofCalls + function.ofCode + function.ofStalls == function.delta)
    }
    let screen = text(comparison)
    let lines = screen.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count <= 24, "\(screen)")
    for line in lines { #expect(line.count <= 80, "\(line)") }
    #expect(screen.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
    let back = Comparison(base: comparison.base, head: comparison.base)
    #expect(back.isSame && back.changes.isEmpty)
    let json = ComparisonJSON(comparison, base: "a", head: "b", toolVersion: "").text
    #expect(try JSONDecoder().decode(Document.self, from: Data(json.utf8)).schemaVersion == 1)
  }

  @Test func `a change of how the run was made is the cause that is told`() throws {
    let comparison = Comparison(
      base: try side(demonstration()),
      head: try side(slower(), ["board.core-clock.frequency=32MHz"]))
    #expect(comparison.mainChange?.key == "board.core-clock.frequency")
    #expect(text(comparison).hasPrefix("MIXED  board.core-clock.frequency set to 32MHz: "))
  }
}

/// The members of a comparison's JSON that the tests look at.
private struct Document: Decodable {
  var schemaVersion: Int
}
