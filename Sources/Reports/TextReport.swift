import Deployments
import RunRecord
public import Verdicts

/// A judged run on one screen: the verdict first, then what it rests on, then what to do next.
///
/// 80 columns and 24 lines; `isFull` gives every row, finding and source instead.
public struct TextReport: Sendable {
  let judgement: Judgement
  let options: ReportOptions

  public init(_ judgement: Judgement, _ options: ReportOptions) {
    (self.judgement, self.options) = (judgement, options)
  }

  public var text: String {
    var lines = options.isFull ? fullLines : screenLines
    if !options.isFull {
      lines = lines.prefix(TextLayout.height).map {
        TextLayout.shortened($0, to: TextLayout.width)
      }
    }
    lines = lines.map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return line
    }
    if options.isColoured, let first = lines.first { lines[0] = coloured(first) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The profile's table takes the lines that the other sections leave.
  private var screenLines: [String] {
    if isCrash { return crashLines }
    let fault = faultLines
    // A crash takes the room of what it keeps from being judged.
    let above =
      headline + fault
      + (fault.isEmpty ? measureLines(limit: 2) + worstLines : measureLines(limit: 1))
      + stoppedLines + spinLines + overflowSection
    let below =
      energyLines + memoryLines + sampleLines + budgetLines + trustLines + findingLines + nextLines
    let room = TextLayout.height - above.count - below.count
    return above + profileLines(rows: max(2, min(room - 1, 12))) + below
  }

  /// What was measured up to a crash gives way to where it was: the backtrace takes the lines that the
  /// other sections leave, the registers those that it leaves.
  private var crashLines: [String] {
    let above = headline + dumpFaultLines
    // The fault has been told.
    let isNews = judgement.findings.contains { $0.kind != "fault" && $0.kind != "stack-overflow" }
    let below =
      dumpStackLines + spinLines + measureLines(limit: 1) + profileLines(rows: 2) + memoryLines
      + budgetLines + (isNews ? findingLines : []) + nextLines
    var room = TextLayout.height - above.count - below.count
    let wanted = dumpBacktraceLines(limit: .max).count
    let registers = room - dumpRegisterLines.count >= min(wanted, 5) ? dumpRegisterLines : []
    room -= registers.count
    let backtrace = dumpBacktraceLines(limit: max(3, room))
    let events = dumpEventLines(limit: min(room - backtrace.count, 4))
    return above + registers + backtrace + events + below
  }

  /// The whole dump, as `--full` tells it.
  var dumpLines: [String] {
    guard isCrash else { return faultLines + spinLines + overflowSection + dumpDetails }
    return dumpFaultLines + dumpRegisterLines + dumpBacktraceLines(limit: .max) + dumpStackLines
      + spinLines + dumpDetails
  }

  private var fullLines: [String] {
    headline + dumpLines + measureLines(limit: .max) + worstLines + journeyLines
      + profileLines(rows: .max) + causeLines + layerLines + exceptionLines + energyLines
      + energyDetails
      + memoryLines + sampleLines + budgetLines + budgetDetails + labelDetails + trustLines
      + sourceLines + findingDetails + nextLines
  }

  /// The verdict's word in its colour.
  private func coloured(_ line: String) -> String {
    let colour =
      switch judgement.status {
      case .success: "32"
      case .notJudged: "33"
      default: "31"
      }
    return "\u{1b}[1;\(colour)m\(verdictWord)\u{1b}[0m\(line.dropFirst(verdictWord.count))"
  }
}
