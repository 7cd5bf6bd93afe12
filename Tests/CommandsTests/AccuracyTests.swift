import Boards
import Deployments
import Documents
import Foundation
import Machine
import RunRecord
import Testing
import Timing
import Trust
import Units
import Verdicts

@testable import Commands

/// The error table: published and of one's own.
struct AccuracyTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func published() throws -> PrintedErrorTable {
    try PrintedErrorTable(["accuracy"])
  }

  /// Red when a model has changed since its rows were last run: run them again, and publish.
  @Test func everyPublishedRowIsOfTheModelAsItIs() throws {
    // A fingerprint prices thousands of runs: once for each core.
    let fingerprints = Dictionary(
      uniqueKeysWithValues: TimingCatalog.cores.map { ($0.name, $0.fingerprint) })
    for row in try published().rows {
      let rules = try #require(fingerprints[row.core])
      let whole = row.memory == nil ? rules : MemoryModel.fingerprint(with: rules)
      #expect(row.timingHash == whole, "\(row.core): \(row.program)")
    }
  }

  @Test func publishedErrorsFollowFromTheirFigures() throws {
    let table = try published()
    #expect(table.rows.count >= 80 && !table.excluded.isEmpty)
    for row in table.rows {
      let error = Double(row.ourCycles) / Double(row.measuredCycles) - 1
      #expect(abs(row.error - error) < 1e-6)
    }
    #expect(table.rows.map { abs($0.error) }.max() == abs(table.worst))
  }

  /// No report may promise more than the table shows, nor less without need.
  @Test func bandsAreThoseOfThePublishedRows() throws {
    let data = try DataDirectory(explicit: Self.root.path)
    let bands = ValidatedBands(try PublishedAccuracy(data).table)
    #expect(bands == .published, "\(bands.entries)")
  }

  @Test func whatWasCountedByHandValidatesNothing() {
    var row = ErrorTable.Row(
      core: "cortex-m4", board: "b", program: "p", measured: 100, ours: 150, source: "s",
      timingHash: "h")
    #expect(ValidatedBands(ErrorTable(rows: [row])).entries.count == 1)
    row.isCounted = true
    #expect(ValidatedBands(ErrorTable(rows: [row])).entries.isEmpty)
  }

  /// A figure of each row, judged against what silicon took, is never called met or missed wrongly.
  @Test func noCoreIsTrustedBeyondItsWorstRow() throws {
    for row in try published().rows where row.memory == nil {
      let band = try #require(ValidatedBands.published.core(row.core)).band
      let distance = abs(Double(row.measuredCycles) / Double(row.ourCycles) - 1)
      #expect(distance <= band.fraction, "\(row.core): \(row.program)")
    }
  }

  /// Budgets below and above what silicon took, for every published row: none is wrongly met or missed,
  /// and none a tenth away is left open.
  @Test func noPublishedRowIsJudgedWrongly() throws {
    let data = try DataDirectory(explicit: Self.root.path)
    let table = try PublishedAccuracy(data).table
    var open = 0
    for row in table.rows {
      let trust = ValidatedBands.published.trust(of: row, in: table)
      let value = JudgedValue(Int64(row.ours) * 1_000, trust)
      for share in [Int64(900), 970, 1_030, 1_100] {
        let verdict = value.verdict(
          limit: Int64(row.measured) * share, isMinimum: false, .guarded)
        #expect(verdict != (share < 1_000 ? .met : .missed), "\(row.program), \(share)")
        if verdict == .unknown && abs(share - 1_000) == 100 { open += 1 }
      }
    }
    #expect(open == 0, "\(open) left open")
  }

  @Test(arguments: [
    ("generic-m4", [], 0), ("generic-m3", ["flash.wait-states=2"], 30),
    ("generic-m3", ["flash.wait-states=1"], 25), ("generic-m4", ["flash.wait-states=5"], 30),
    ("generic-m3", ["flash.wait-states=2", "flash.buffer-holds=3"], 25),
    ("nucleo-l4r5zi", [], 10), ("nucleo-g0b1re", [], 10), ("nucleo-f746zg", [], 25),
  ])
  func stallsAreTrustedAsTheNearestRowsAre(
    board: String, settings: [String], percent: Double
  ) throws {
    let overrides = try settings.map { try Override($0) }
    let data = try DataDirectory(explicit: Self.root.path)
    let timing = TimingTrust.documented(try data.board(board, overrides: overrides))
    #expect(timing.memory.band == Band(partsPerMillion: Int64(percent * 10_000)), "\(timing.basis)")
  }

  /// A document's wait states are no measurement of a run that waits them.
  @Test(arguments: [
    ("stm32f4-discovery", Tier.modelled), ("nucleo-u575zi-q", .modelled),
    ("nucleo-l4r5zi", .modelled), ("nucleo-f746zg", .assumed),
  ])
  func noStallsAreBetterKnownThanTheRowsOfTheirCore(board: String, tier: Tier) throws {
    let data = try DataDirectory(explicit: Self.root.path)
    #expect(TimingTrust.documented(try data.board(board, overrides: [])).memory.tier == tier)
  }

  /// Where DMA met the core in a thousandth of its cycles, what that cost is a model at best, and its chip may
  /// say less.
  @Test(
    arguments: [
      ("nucleo-l4r5zi", 999, nil), ("nucleo-l4r5zi", 1_000, Tier.modelled),
      ("nucleo-h7a3zi-q", 1_000, .assumed),
    ] as [(String, UInt64, Tier?)])
  func meetingDMAIsAModel(board: String, words: UInt64, tier: Tier?) throws {
    let board = try DataDirectory(explicit: Self.root.path).board(board, overrides: [])
    var record = RunRecord(
      outcome: .reachedLimit(.duration), engine: "", coreClock: Hertz(120_000_000), end: .zero)
    record.activeCycles = 1_000_000
    record.memoryUses = []
    record.contention = Contention()
    record.contention?.add(words: words, cycles: 1)
    let trust = TimingTrust.documented(board, record: record)
    #expect(
      trust.basis.filter { $0.hasPrefix("bus") }
        == (tier.map { ["bus contention \($0.rawValue)"] } ?? []))
    if let tier { #expect(trust.memory.tier == tier) }
  }

  /// Waits past caches that firmware left off are trusted as those of memory without any.
  @Test func aRunIsTrustedByTheCachesThatItHad() throws {
    let board = try DataDirectory(explicit: Self.root.path).board("nucleo-l4r5zi", overrides: [])
    func trust(_ uses: [MemoryUse]) -> TimingTrust {
      var record = RunRecord(
        outcome: .reachedLimit(.duration), engine: "", coreClock: Hertz(120_000_000), end: .zero)
      record.activeCycles = 1_000_000
      record.memoryUses = uses
      return TimingTrust.documented(board, record: record)
    }
    func use(_ waits: Int, isCached: Bool, _ cycles: UInt64) -> MemoryUse {
      MemoryUse(memory: "flash", waitStates: waits, isCached: isCached, cycles: cycles)
    }
    // No row of an interface without a cache is of this chip.
    let past = Band(percent: 30)
    let cached = TimingTrust.documented(board).memory
    #expect(past > cached.band)
    let startUp = [use(0, isCached: true, 1_500), use(5, isCached: false, 999)]
    #expect(trust(startUp + [use(5, isCached: true, 900_000)]).memory == cached)
    #expect(trust([use(5, isCached: false, 900_000)]).memory.band == past)
    #expect(
      trust([use(5, isCached: true, 500_000), use(5, isCached: false, 1_000)]).memory.band == past)
    let fast = trust([use(0, isCached: true, 1_000_000)])
    #expect(fast.memory == .exact && fast.basis == ["cortex-m4 validated"])
  }

  @Test func noFigureIsCutOffForALongName() {
    let lines = Session.call(["accuracy"]).output.split(separator: "\n")
    let rows = lines.filter { $0.hasPrefix("CoreMark") }
    #expect(rows.count >= 25)
    #expect(rows.allSatisfy { $0.hasSuffix(" %") && $0.count <= 80 }, "\(rows)")
  }

  @Test func theMemoryModelHasAFingerprintThatRepeats() {
    let print = MemoryModel.fingerprint(with: "core")
    #expect(MemoryModel.fingerprint(with: "core") == print)
    #expect(MemoryModel.fingerprint(with: "another") != print)
  }

  /// Red when a model has changed since: each run would go on telling the fingerprint of the old one.
  @Test func aFingerprintTellsTheCoresApartAndIsTheOneThatRunsTell() {
    let prints = TimingCatalog.cores.map(\.fingerprint)
    #expect(Set(prints).count == prints.count)
    #expect(TimingCatalog.cores.map { TimingCatalog.fingerprints[$0.name] } == prints)
  }

  @Test(
    arguments: [
      ("program,board,firmware,measured,source,sort\n", "", 4),
      ("program,board,firmware,measured,source\np,generic-m0,x.elf,1,here\n", "'symbol'", 65),
      (
        "program,board,firmware,symbol,printed,measured,source\np,generic-m0,x.elf,a,b,1,here\n",
        "'symbol' or 'printed'", 65
      ),
      (
        "program,board,firmware,symbol,measured,counted,source\np,generic-m0,x.elf,a,1,1,here\n",
        "'measured' or 'counted'", 65
      ),
      ("program,board\np\n", "expected 2 columns", 65),
      (
        "program,board,firmware,symbol,measured,source\np,generic-m0,x.elf,a,0,here\n",
        "from 1 to", 65
      ),
      ("program,bord,firmware,symbol,measured,source\np,b,x,a,1,s\n", "did you mean 'board'", 65),
      ("kernel,cycles\na,1\n", "--firmware", 64),
      ("", "names the columns", 65),
    ] as [(String, String, Int32)])
  func aSuiteThatIsWrongIsRefused(text: String, message: String, status: Int32) throws {
    let scratch = try Scratch()
    let file = try scratch.write(Data(text.utf8), to: "suite.csv")
    let run = Session.call(["accuracy", "--suite", file.path])
    #expect(run.status == status)
    #expect(message.isEmpty || run.error.contains(message), "\(run.error)")
  }

  @Test(
    arguments: [([9, 1, 4], 4), ([1, 2], 2), ([7], 7), ([4, 1, 9, 5], 5)] as [([UInt64], UInt64)])
  func severalBuildsGiveTheirMedian(figures: [UInt64], median: UInt64) {
    #expect(AccuracyRun.median(figures) == median)
  }

  @Test(arguments: [
    ("builds: progam", "unknown builds 'progam'; did you mean 'program'?"),
    ("builds: program, firmware: x.elf", "either 'firmware' or 'builds'"),
    ("builds: none", "expected a build or more"),
  ])
  func buildsThatAreWrongAreRefused(key: String, message: String) throws {
    let scratch = try Scratch()
    let text = """
      builds: {program: [{firmware: a.elf}, {firmware: b.elf}], none: []}
      rows: [{program: p, board: generic-m0, symbol: main, measured: 1, source: here, \(key)}]
      """
    let file = try scratch.write(Data(text.utf8), to: "suite.yaml")
    let run = Session.call(["accuracy", "--suite", file.path])
    #expect(run.status == 65 && run.error.contains(message), "\(run.error)")
  }

  @Test func aRowWhoseFirmwareIsMissingIsExcludedWithTheReason() throws {
    let scratch = try Scratch()
    let rows =
      "program,board,firmware,symbol,measured,source\n\"a, b\",generic-m0,none.elf,main,10,here\n"
    let file = try scratch.write(Data(rows.utf8), to: "suite.csv")
    let run = Session.call(["accuracy", "--suite", file.path, "--format", "json"])
    #expect(run.status == 4)
    #expect(run.output.contains("a, b") && run.output.contains("cannot read"))
  }
}
