import Boards
import Deployments
import RunRecord
import Testing
import Trust
import Units
import Verdicts

@Suite struct Statistics {
  /// A judgement of one measure, `response`, with these latencies in picoseconds.
  private func judge(
    _ latencies: [Int64], unanswered: Int = 0, open: [Int64] = [], end: Int64 = 1_000_000,
    deadline: Int64? = nil, worst: [MeasureRecord.Part]? = nil
  ) throws -> JudgedMeasure {
    var (deployment, board) = try bench()
    deployment.measures = deployment.measures.filter { $0.name == "response" }
    deployment.measures[0].deadline = deadline.map { Interval(picoseconds: $0) }
    deployment.budgets = []
    var record = RunRecord(
      outcome: .reachedLimit(.duration), engine: "", coreClock: Hertz(64_000_000),
      end: Instant(picoseconds: end))
    var measure = MeasureRecord(name: "response", from: "a", to: "b")
    measure.occurrences = latencies.map { .init(from: .zero, to: Instant(picoseconds: $0)) }
    measure.unanswered = Array(repeating: .zero, count: unanswered)
    measure.open = open.map { Instant(picoseconds: $0) }
    measure.worst = worst.map { .init(index: 0, parts: $0) }
    record.measures = [measure]
    return Judgement(evidence(record, (deployment, board))).measures[0]
  }

  @Test(arguments: 0..<100)
  func `percentiles are those of the nearest rank`(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...(seed < 50 ? 12 : 400), using: &random)
    let values = (0..<count).map { _ in Int64.random(in: 0...1_000, using: &random) }
    let statistics = try #require(try judge(values).statistics)
    /// The least value with at least that share of all values not above it.
    func nearestRank(_ percent: Int) -> Int64? {
      values.sorted().first { candidate in
        values.filter { $0 <= candidate }.count * 100 >= percent * count
      }
    }
    #expect(statistics.p50.picoseconds == nearestRank(50))
    #expect(statistics.p99.picoseconds == nearestRank(99))
    #expect(statistics.min.picoseconds == values.min())
    #expect(statistics.max.picoseconds == values.max())
    #expect(statistics.jitter == statistics.max - statistics.min)
    let mean = Double(values.reduce(0, +)) / Double(count)
    #expect(abs(Double(statistics.mean.picoseconds) - mean) <= 0.5)
  }

  @Test func `a deadline is missed by late ends and by starts without one`() throws {
    let measure = try judge([10, 100, 101, 500], unanswered: 2, deadline: 100)
    #expect(measure.missed.value == 4)
  }

  @Test func `a start that is still open is missed once its deadline has passed`() throws {
    let measure = try judge([10], open: [999_899, 999_900, 999_901], deadline: 100)
    #expect(measure.missed.value == 1)
    #expect(try judge([10], open: [0]).missed.value == 0)
  }

  @Test func `without a deadline only starts without an end are missed`() throws {
    #expect(try judge([10, 900], unanswered: 3).missed.value == 3)
  }

  @Test func `the band applies to the share of code in the longest occurrence`() throws {
    func part(_ kind: MeasureRecord.Part.Kind, _ time: Int64) -> MeasureRecord.Part {
      .init(kind: kind, what: "x", time: Interval(picoseconds: time))
    }
    let whole = try judge([1_000]).trust.band.partsPerMillion
    #expect(whole == 20_000)
    let quarter = try judge(
      [1_000], worst: [part(.bus, 500), part(.sleep, 250), part(.function, 250)])
    #expect(quarter.trust.band.partsPerMillion == whole / 4)
    let none = try judge([1_000], worst: [part(.bus, 1_000)])
    #expect(none.trust == Trust(.modelled, band: .exact))
    let handler = try judge([1_000], worst: [part(.exception, 1_000)])
    #expect(handler.trust.band.partsPerMillion == whole)
  }

  @Test func `a function's waits count where it ran`() throws {
    let timing = TimingTrust(
      core: Trust(.validated, band: Band(percent: 2)),
      memory: Trust(.modelled, band: Band(percent: 20)), basis: [])
    var record = demonstration()
    func block(_ function: Int, _ cycles: UInt64, stalls: UInt64) -> BlockRecord {
      BlockRecord(
        address: Address(0), size: 2, function: function, executions: 1, instructions: 1,
        baseCycles: cycles - stalls, branchCycles: 0, stallCycles: stalls)
    }
    record.functions = ["infer", "infer", "poll", "never"].map {
      FunctionRecord(name: $0, address: Address(0), calls: 1, inclusiveCycles: 0)
    }
    record.blocks = [
      block(0, 600, stalls: 0), block(1, 400, stalls: 250), block(2, 99_000, stalls: 90_000),
    ]
    record.blocks[1].spread = 5
    let trust = timing.functions(of: record)
    #expect(trust["infer"] == Trust(.modelled, band: Band(partsPerMillion: 70_000)))
    #expect(trust["poll"]?.band ?? .exact > Band(percent: 18))
    #expect(trust["never"] == nil)
    let still = TimingTrust(core: timing.core, memory: .exact, basis: [])
    #expect(still.functions(of: record)["poll"]?.band ?? .exact >= timing.core.band)
    record.activeCycles = 100_000
    record.measures = [MeasureRecord(name: "response", from: "a", to: "b")]
    record.measures[0].occurrences = [.init(from: .zero, to: Instant(picoseconds: 1_000))]
    record.measures[0].worst = .init(
      index: 0,
      parts: [("infer", 800), ("unheard-of", 200)].map {
        .init(kind: .function, what: $0.0, time: Interval(picoseconds: $0.1))
      })
    var evidence = evidence(record, try bench())
    evidence.timing = timing
    let judgement = Judgement(evidence)
    let band = try #require(judgement.measures.first { $0.name == "response" }).trust.band
    let whole = judgement.cycles.band.partsPerMillion
    #expect(band.partsPerMillion == (800 * 70_000 + 200 * whole + 999) / 1_000)
  }

  @Test func `a latency that the band carries over the deadline is counted apart`() throws {
    let measure = try judge([90, 99, 101, 120], deadline: 100)
    #expect(measure.missed.value == 2)
    #expect((measure.missed.low, measure.missed.high) == (1, 3))
  }

  @Test func `cycles lie between their two bands weighted by stalls`() throws {
    var record = demonstration()
    let timing = TimingTrust(
      core: Trust(.modelled, band: Band(percent: 4)),
      memory: Trust(.assumed, band: Band(percent: 20)), basis: [])
    record.blocks = [
      BlockRecord(
        address: Address(0), size: 2, function: nil, executions: 1, instructions: 1,
        baseCycles: 750, branchCycles: 0, stallCycles: 250)
    ]
    record.activeCycles = 1_000
    #expect(timing.cycles(of: record) == Trust(.assumed, band: Band(percent: 8)))
    record.cyclesBelow = 5
    record.cyclesAbove = 10
    #expect(timing.cycles(of: record) == Trust(.assumed, band: Band(percent: 9)))
  }
}
