import Boards
import Deployments
import RunRecord
import Testing
import Trust
import Units
import Verdicts

@Suite struct VerdictRules {
  struct Case: Sendable {
    let value, low, high, limit: Int64
    let isMinimum: Bool
    let guarded, nominal: Verdict
  }

  @Test(arguments: [
    Case(
      value: 90, low: 85, high: 95, limit: 100, isMinimum: false, guarded: .met, nominal: .met),
    Case(
      value: 95, low: 90, high: 100, limit: 100, isMinimum: false, guarded: .met, nominal: .met),
    Case(
      value: 96, low: 91, high: 101, limit: 100, isMinimum: false, guarded: .unknown,
      nominal: .met),
    Case(
      value: 105, low: 100, high: 110, limit: 100, isMinimum: false, guarded: .unknown,
      nominal: .missed),
    Case(
      value: 106, low: 101, high: 111, limit: 100, isMinimum: false, guarded: .missed,
      nominal: .missed),
    Case(
      value: 105, low: 100, high: 110, limit: 100, isMinimum: true, guarded: .met, nominal: .met),
    Case(
      value: 104, low: 99, high: 109, limit: 100, isMinimum: true, guarded: .unknown,
      nominal: .met),
    Case(
      value: 95, low: 90, high: 100, limit: 100, isMinimum: true, guarded: .unknown,
      nominal: .missed),
    Case(
      value: 94, low: 89, high: 99, limit: 100, isMinimum: true, guarded: .missed,
      nominal: .missed),
  ])
  func `guarded asks the worst of the band, nominal the value`(row: Case) {
    let value = JudgedValue(
      row.value, low: row.low, high: row.high, Trust(.modelled, band: .exact))
    #expect(
      value.verdict(limit: row.limit, isMinimum: row.isMinimum, .guarded) == row.guarded)
    #expect(
      value.verdict(limit: row.limit, isMinimum: row.isMinimum, .nominal) == row.nominal)
  }

  @Test func `the first status that applies wins, in the documented order`() {
    let order: [Int32] = [70, 66, 65, 64, 69, 3, 4, 1, 2, 0]
    #expect(Verdicts.ExitStatus.allCases.map(\.rawValue) == order)
    for (index, first) in Verdicts.ExitStatus.allCases.enumerated() {
      for second in Verdicts.ExitStatus.allCases[index...] {
        #expect(Verdicts.ExitStatus.worst([second, first]) == first)
        #expect(Verdicts.ExitStatus.worst([first, second]) == first)
      }
    }
    #expect(Verdicts.ExitStatus.worst([]) == .success)
  }

  private func status(
    _ outcome: Outcome, hasBudgets: Bool, _ change: (inout RunRecord) -> Void = { _ in }
  ) throws -> Verdicts.ExitStatus {
    var record = demonstration()
    record.outcome = outcome
    change(&record)
    var evidence = evidence(record, hasBudgets ? try bench() : try plain())
    evidence.labels = demonstrationLabels
    return Judgement(evidence).status
  }

  @Test func `a run's end decides before its budgets do`() throws {
    let fault = crashed().outcome
    guard case .faulted(let detail) = fault else { return }
    for hasBudgets in [false, true] {
      #expect(try status(fault, hasBudgets: hasBudgets) == .firmwareFailed)
      #expect(try status(.lockedUp(detail), hasBudgets: hasBudgets) == .firmwareFailed)
      #expect(try status(.exited(code: 3), hasBudgets: hasBudgets) == .firmwareFailed)
      #expect(try status(.scriptFailed("x"), hasBudgets: hasBudgets) == .firmwareFailed)
      #expect(try status(.timedOut, hasBudgets: hasBudgets) == .notJudged)
      #expect(try status(.exited(code: 0), hasBudgets: hasBudgets) == .success)
      #expect(try status(.reachedLimit(.duration), hasBudgets: hasBudgets) == .success)
    }
    #expect(try status(.sleepsForever, hasBudgets: false) == .success)
    #expect(try status(.sleepsForever, hasBudgets: true) == .notJudged)
  }

  @Test func `a recording that ends early leaves the run unjudged`() throws {
    let end = Outcome.reachedLimit(.streamEnd(sensor: "imu"))
    #expect(try status(end, hasBudgets: true) == .success)
    let early = try status(end, hasBudgets: true) {
      $0.end = Instant(picoseconds: 9_999_999_999_999)
    }
    #expect(early == .notJudged)
  }

  @Test func `what never happened is unknown and says so`() throws {
    var record = demonstration()
    record.measures = []
    record.inferences = []
    record.samples = []
    record.memory.stackHighWater = nil
    var evidence = evidence(record, try bench())
    evidence.labels = demonstrationLabels
    let judgement = Judgement(evidence)
    for budget in judgement.budgets {
      let isKnown = ["flash", "average-current"].contains(budget.name)
      #expect((budget.verdict == .met) == isKnown, "\(budget.name)")
      #expect((budget.reason == nil) == isKnown, "\(budget.name)")
    }
    #expect(judgement.status == .notJudged)
  }

  @Test func `a missed budget next to an unknown one leaves the run unjudged`() throws {
    var record = demonstration()
    record.memory.stackHighWater = nil
    let judgement = Judgement(
      evidence(record, try bench(["budgets={flash: 1 KiB, stack: 1 KiB}"])))
    #expect(judgement.budgets.map(\.verdict) == [.missed, .unknown])
    #expect(judgement.status == .notJudged)
  }

  @Test func `a strict run fails on what is not modelled`() throws {
    var evidence = evidence(demonstration(), try plain())
    #expect(Judgement(evidence).status == .success)
    evidence.isStrict = true
    #expect(Judgement(evidence).status == .notJudged)
    evidence.record.findings = [
      Finding(kind: "assumption", place: "flash", message: "wait states", count: 1)
    ]
    #expect(Judgement(evidence).status == .success)
  }

  @Test func `accuracy is counted by hand`() throws {
    var record = demonstration()
    let decisions: [(Int64, Int?)] = [
      (5, 0), (15, 1), (15, 0), (25, nil), (35, 0), (99, 1),
    ]
    record.inferences = decisions.map {
      InferenceRecord(
        at: Instant(picoseconds: $0.0), cycles: 1, classIndex: $0.1, scores: nil)
    }
    func label(_ start: Int64, _ end: Int64, _ text: String) -> TrueLabel {
      TrueLabel(
        start: Instant(picoseconds: start), end: Instant(picoseconds: end), text: text)
    }
    var evidence = evidence(record, try bench())
    // The later start wins where two overlap; an index stands for itself.
    evidence.labels = [label(0, 40, "rest"), label(10, 20, "circle"), label(30, 40, "1")]
    let accuracy = try #require(try Judgement(evidence).labelAccuracy?.get())
    #expect(accuracy.judged == 5)
    #expect(accuracy.correct == 2)
    #expect(accuracy.undecided == 1)
    #expect(accuracy.unlabelled == 1)
    #expect(accuracy.labels == ["rest", "circle", "circle", "rest", "1", nil])
    evidence.labels = [label(0, 40, "wave")]
    let judgement = Judgement(evidence)
    #expect(judgement.budgets.last?.verdict == .unknown)
    #expect(judgement.budgets.last?.reason?.contains("'wave'") == true)
  }
}

@Suite struct LabelPlacement {
  private let labels: [(start: Interval, end: Interval, text: String)] = [
    (.seconds(0), .seconds(1), "rest"), (.seconds(1), .seconds(3), "circle"),
  ]

  @Test func `labels are shifted, stretched and repeated like their recording`() {
    var playing = TrueLabel.Playing()
    playing.offset = .milliseconds(500)
    playing.drift = Ratio(partsPerBillion: 250_000_000)
    playing.period = .seconds(5)
    let placed = TrueLabel.placed(labels, playing, until: .zero + .seconds(5))
    // The recorder ran by a quarter faster: its 5 s last 4 s.
    #expect(
      placed == [
        TrueLabel(
          start: .zero + .milliseconds(500), end: .zero + .milliseconds(1_300), text: "rest"),
        TrueLabel(
          start: .zero + .milliseconds(1_300), end: .zero + .milliseconds(2_900), text: "circle"),
        TrueLabel(
          start: .zero + .milliseconds(4_500), end: .zero + .milliseconds(5_300), text: "rest"),
      ])
  }

  @Test func `a recording that ends keeps its labels once`() {
    let placed = TrueLabel.placed(labels, .init(), until: .zero + .seconds(100))
    #expect(placed.map(\.text) == ["rest", "circle"])
  }
}
