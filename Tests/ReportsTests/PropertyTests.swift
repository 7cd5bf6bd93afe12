import Boards
import Energy
import Profiling
import Reports
import RunRecord
import Testing
import Units
import Verdicts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct ReportProperties {
  private func random(_ seed: Int) throws -> Judgement {
    var random = SeededGenerator(seed: seed)
    let record = randomRecord(&random)
    var evidence = evidence(record, seed % 3 == 0 ? try plain() : try bench())
    if seed % 2 == 0 { evidence.labels = demonstrationLabels }
    return Judgement(evidence)
  }

  @Test(arguments: 0..<200)
  func `a screen is 80 columns wide and 24 lines high`(seed: Int) throws {
    let text = TextReport(try random(seed), ReportOptions()).text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count <= 24, "\(text)")
    // Nothing was cut off to get there.
    #expect(lines.last?.hasPrefix("next ") == true, "\(text)")
    #expect(lines.contains { $0.hasPrefix("cycles ") })
    for line in lines { #expect(line.count <= 80, "\(line)") }
    let control = text.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }
    #expect(control.isEmpty)
  }

  @Test(arguments: 0..<200)
  func `rows sum exactly to all cycles and the core's joules`(seed: Int) throws {
    let judgement = try random(seed)
    let profile = judgement.profile
    #expect(profile.rows.reduce(UInt64(0)) { $0 &+ $1.selfCycles } == profile.totalCycles)
    #expect(profile.totalCycles == profile.activeCycles &+ profile.sleepCycles)
    let energy = try #require(judgement.energy)
    let joules = profile.rows.reduce(Int128(0)) { $0 + Int128($1.joules?.femtojoules ?? 0) }
    #expect(
      joules == Int128(energy.coreRunning.femtojoules) + Int128(energy.coreSleeping.femtojoules))
  }

  @Test(arguments: 0..<100)
  func `every report is JSON that a reader takes`(seed: Int) throws {
    let text = JSONReport(try random(seed)).text
    let document = try JSONDecoder().decode(Members.self, from: Data(text.utf8))
    #expect(document.schemaVersion == 1)
  }

  @Test func `printed parts sum exactly to the printed totals`() throws {
    let text = JSONReport(Judgement(evidence(demonstration(), try bench()))).text
    let document = try JSONDecoder().decode(Members.self, from: Data(text.utf8))
    let energy = try #require(document.energy)
    #expect(energy.parts.reduce(Decimal(0)) { $0 + $1.joules } == energy.joules)
    #expect(energy.parts.count == 4)
    let rows = document.functions + document.remainders
    #expect(rows.reduce(UInt64(0)) { $0 + $1.cyclesSelf } == document.cycles.total)
    #expect(document.cycles.total == document.cycles.active + document.cycles.sleep)
    // The clock counts only while the core sleeps.
    let core = energy.parts.filter { ["cpu", "hfclk"].contains($0.name) }
    #expect(core.count == 2)
    let joules = core.reduce(Decimal(0)) { $0 + $1.joules }
    #expect(rows.reduce(Decimal(0)) { $0 + $1.joulesSelf } == joules)
    for measure in document.measures {
      let worst = try #require(measure.worst)
      #expect(worst.parts.reduce(Decimal(0)) { $0 + $1.seconds } == measure.max)
      #expect(worst.parts.reduce(UInt64(0)) { $0 + $1.cycles } == worst.cycles)
    }
  }

  @Test func `equal records give equal reports`() throws {
    for format in ReportCatalog.formats {
      let first = format.render(try random(7), ReportOptions())
      #expect(first == format.render(try random(7), ReportOptions()))
    }
    #expect(
      ReportCatalog.formats.map(\.name) == ["text", "json", "junit", "markdown", "html", "github"])
  }

  @Test func `only a coloured report has escape sequences, and only around the verdict`() throws {
    let judgement = Judgement(evidence(demonstration(), try plain()))
    var options = ReportOptions()
    let plainText = TextReport(judgement, options).text
    options.isColoured = true
    let coloured = TextReport(judgement, options).text
    #expect(coloured == "\u{1b}[1;32mDONE\u{1b}[0m" + plainText.dropFirst(4))
  }

  @Test func `a record that does not add up says so`() throws {
    var record = demonstration()
    record.activeCycles += 1_000
    let short = Judgement(evidence(record, try plain()))
    #expect(short.profile.rows.contains { $0.name == "[unattributed]" && $0.selfCycles == 1_000 })
    record.activeCycles -= 2_000
    let long = Judgement(evidence(record, try plain()))
    #expect(long.findings.contains { $0.kind == "cycles-unbalanced" })
  }

  @Test func `layers are found by the names of generated functions`() throws {
    let profile = Judgement(evidence(demonstration(), try plain())).profile
    #expect(profile.layers.map(\.index) == [0, 1])
    #expect(profile.layers.map(\.operatorName) == ["conv_2d", "fully_connected"])
    #expect(profile.layers.map(\.cycles) == [9_000_000, 3_400_000])
  }
}

/// The members of a JSON report that the tests look at.
private struct Members: Decodable {
  struct Cycles: Decodable {
    var total, active, sleep: UInt64
  }
  struct Row: Decodable {
    var cyclesSelf: UInt64
    var joulesSelf: Decimal

    enum CodingKeys: String, CodingKey {
      case cyclesSelf = "cycles_self"
      case joulesSelf = "joules_self"
    }
  }
  struct Part: Decodable {
    var cycles: UInt64
    var seconds: Decimal
  }
  struct Worst: Decodable {
    var cycles: UInt64
    var parts: [Part]
  }
  struct Measure: Decodable {
    var max: Decimal?
    var worst: Worst?
  }
  struct Energy: Decodable {
    struct Part: Decodable {
      var name: String
      var joules: Decimal
    }
    var joules: Decimal
    var parts: [Part]
  }
  var schemaVersion: Int
  var cycles: Cycles
  var functions: [Row]
  var remainders: [Row]
  var measures: [Measure]
  var energy: Energy?
}
