import Reports
import RunRecord
import Testing
import Verdicts

@Suite struct GoldenReports {
  private func judged() throws -> Judgement {
    var evidence = evidence(demonstration(), try bench())
    evidence.labels = demonstrationLabels
    return Judgement(evidence)
  }

  @Test func `a met run fits one screen`() throws {
    expectGolden(TextReport(try judged(), ReportOptions()).text, "met.txt")
  }

  @Test func `the full report tells every row and source`() throws {
    var options = ReportOptions()
    options.isFull = true
    expectGolden(TextReport(try judged(), options).text, "full.txt")
  }

  @Test func `a met run as JSON`() throws {
    var judgement = try judged()
    judgement.evidence.record.inferences.removeLast(997)
    expectGolden(JSONReport(judgement).text, "met.json")
  }

  @Test func `a missed budget names its cause`() throws {
    var evidence = evidence(demonstration(), try bench(["budgets.response.max=500us"]))
    evidence.labels = demonstrationLabels
    let judgement = Judgement(evidence)
    #expect(judgement.status == .budgetMissed)
    expectGolden(TextReport(judgement, ReportOptions()).text, "missed.txt")
  }

  @Test func `a value within the band of its limit is unknown`() throws {
    let judgement = Judgement(
      evidence(demonstration(), try bench(["budgets={response: {max: 770us}}"])))
    #expect(judgement.status == .notJudged)
    expectGolden(TextReport(judgement, ReportOptions()).text, "unknown.txt")
  }

  @Test func `a crash tells the fault first and then all that was measured`() throws {
    let judgement = Judgement(evidence(crashed(), try bench()))
    #expect(judgement.status == .firmwareFailed)
    expectGolden(TextReport(judgement, ReportOptions()).text, "crashed.txt")
  }

  @Test func `a firmware alone gets a shorter screen`() throws {
    var record = demonstration()
    record.outcome = .exited(code: 0)
    record.measures = []
    record.samples = []
    record.inferences = []
    let judgement = Judgement(evidence(record, try plain()))
    #expect(judgement.status == .success)
    expectGolden(TextReport(judgement, ReportOptions()).text, "plain.txt")
  }
}
