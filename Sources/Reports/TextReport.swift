import Verdicts

struct TextReport {
  init(_ j: Judgement, _ o: ReportOptions) {}
  var text: String { "" }
}
