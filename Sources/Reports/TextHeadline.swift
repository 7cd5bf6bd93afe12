import Boards
import Deployments
import Energy
import Profiling
import RunRecord
import Trust
import Units
import Verdicts

/// The first lines: what the verdict is, of what, and what decided it.
extension TextReport {
  var verdictWord: String {
    switch judgement.record.outcome {
    case .faulted: return "CRASHED"
    case .lockedUp: return "LOCKED UP"
    case .scriptFailed: return "FAILED"
    case .exited(let code) where code != 0: return "FAILED"
    default: break
    }
    if judgement.budgets.isEmpty, judgement.verdict == .met { return "DONE" }
    switch judgement.verdict {
    case .met: return "MET"
    case .missed: return "MISSED"
    case .unknown: return "UNKNOWN"
    }
  }

  var headline: [String] {
    let board = judgement.board
    let clock = Figures.frequency(judgement.record.coreClock)
    let place = " (\(TextLayout.shortened(board.chip.name, to: 16)), \(clock))"
    let room = TextLayout.width - verdictWord.count - 2 - place.count - 4
    var (name, boardName) = (judgement.deployment.name, board.name)
    if !options.isFull, name.count + boardName.count > room {
      boardName = TextLayout.shortened(boardName, to: max(room / 2, room - name.count))
      name = TextLayout.shortened(name, to: room - boardName.count)
    }
    (name, boardName) = (TextLayout.printable(name), TextLayout.printable(boardName))
    let indent = String(repeating: " ", count: verdictWord.count + 2)
    let width = options.isFull ? 1_000 : TextLayout.width - indent.count
    let reasons = TextLayout.sentence(reason, limit: 2, width: width)
    return ["\(verdictWord)  \(name) on \(boardName)\(place)"] + reasons.map { indent + $0 }
  }

  /// What decided the verdict, as one sentence.
  var reason: String {
    switch judgement.record.outcome {
    case .faulted(let fault), .lockedUp(let fault): return "\(fault.cause), \(ending)"
    default: break
    }
    if let incomplete = judgement.incomplete { return "\(incomplete), \(ending)" }
    guard let budget = judgement.decisiveBudget else { return ending }
    let name = budget.name.replacing(".", with: " ")
    guard let value = budget.value else { return "\(name): \(budget.reason ?? "not measured")" }
    let units = budget.unit.units
    let size = Figures.quantity(value.value, budget.unit)
    let band = Figures.bandSize(value.trust.band)
    switch budget.verdict {
    case .met:
      guard let margin = budget.margin, let worst = budget.worstMargin else {
        return "\(name) \(size)"
      }
      let spare = "\(name) \(size) of \(budget.budget.limit): \(share(margin)) spare"
      if value.low == value.high { return spare }
      let atWorst = spare + ", \(share(worst)) at the model's worst (+\(band))"
      if atWorst.count <= TextLayout.width - verdictWord.count - 2 { return atWorst }
      return spare + ", \(share(worst)) at worst (+\(band))"
    case .missed:
      let over = Int128(value.value) - Int128(budget.limit)
      let amount =
        units.map { Figures.text(Int128(over.magnitude), $0) }
        ?? Figures.quantity(Int64(clamping: over.magnitude), budget.unit)
      let direction = budget.budget.isMinimum ? "under" : "over"
      return "\(name) \(size), limit \(budget.budget.limit): \(amount) \(direction)" + cause(budget)
    case .unknown:
      return "\(name) \(size) of \(budget.budget.limit): \(budget.reason ?? "") (+-\(band))"
    }
  }

  private func share(_ partsPerMillion: Int64) -> String {
    // Rounded down: what is to spare is never told too big.
    let percent = partsPerMillion / 10_000
    return percent == 0 && partsPerMillion > 0 ? "<1 %" : "\(percent) %"
  }

  /// What contributed most to a missed budget.
  private func cause(_ budget: JudgedBudget) -> String {
    switch budget.budget.metric {
    case .measure(let name, _):
      let worst = judgement.measures.first { $0.name == name }?.worst
      guard let part = worst?.parts.max(by: { $0.time < $1.time }) else { return "" }
      let what = part.kind == .sleep ? "asleep" : part.what
      return "; most of it \(Figures.text(part.time.picoseconds, Figures.time)) \(what)"
    case .averageCurrent(let scope), .energyPerInference(let scope):
      let parts = judgement.energy?.parts(in: scope) ?? []
      guard let part = parts.max(by: { $0.joules < $1.joules }) else { return "" }
      return "; most of it \(part.name)"
    case .lostSamples:
      let lost = judgement.record.samples.filter { $0.lost > 0 }
      return lost.isEmpty
        ? "" : "; " + lost.map { "\($0.sensor) \($0.lost)" }.joined(separator: ", ")
    case .missedDeadlines:
      let late = judgement.measures.filter { $0.missed.value > 0 }
      return late.isEmpty
        ? "" : "; " + late.map { "\($0.name) \($0.missed.value)" }.joined(separator: ", ")
    case .flash, .ram, .stack, .heap, .labelAccuracy: return ""
    }
  }

  /// How and when the run ended.
  private var ending: String {
    let time = Figures.short(judgement.record.end.picoseconds, Figures.time)
    switch judgement.record.outcome {
    case .exited(let code): return code == 0 ? "exited with 0 after \(time)" : "after \(time)"
    case .reachedLimit(.duration): return "ran its \(time)"
    case .reachedLimit(.streamEnd(let sensor)):
      return "ran \(time), to the end of the recording of '\(sensor)'"
    case .faulted, .lockedUp, .scriptFailed: return "after \(time)"
    case .sleepsForever: return "asleep for ever after \(time)"
    case .timedOut: return "after \(time) of simulated time"
    }
  }

  /// Of a crash: what was raised, where, and how it got there.
  var faultLines: [String] {
    let fault: Outcome.Fault
    switch judgement.record.outcome {
    case .faulted(let value), .lockedUp(let value): fault = value
    default: return []
    }
    let status = "CFSR \(hexadecimal(fault.cfsr)), HFSR \(hexadecimal(fault.hfsr))"
    let function = fault.backtrace.first ?? ""
    let line = judgement.evidence.sources.fault.map { ", \(fileName($0.file)):\($0.line)" } ?? ""
    let place = function + line
    var lines = [
      TextLayout.ends(fault.exception, status),
      TextLayout.ends(
        place.isEmpty ? "[no symbol]" : place, "pc \(fault.programCounter)"),
    ]
    if options.isFull { lines.append("lr \(fault.linkRegister), sp \(fault.stackPointer)") }
    let callers = TextLayout.wrapped(fault.backtrace.dropFirst().map { "from \($0)" })
    lines += options.isFull ? callers : Array(callers.prefix(1))
    return TextLayout.section("fault", lines)
  }
}

/// The last part of a path.
func fileName(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

extension JudgedBudget.Unit {
  /// nil: printed as a plain number.
  var units: [Figures.Unit]? {
    switch self {
    case .picoseconds: Figures.time
    case .nanoamperes: Figures.current
    case .femtojoules: Figures.energy
    case .bytes: Figures.bytes
    case .count, .partsPerBillion: nil
    }
  }
}

extension Figures {
  /// A budget's value in the unit that people read.
  static func quantity(_ value: Int64, _ unit: JudgedBudget.Unit) -> String {
    if let units = unit.units { return text(value, units) }
    if unit == .partsPerBillion {
      return percent(Int128(value), of: 1_000_000_000, decimals: 1)
    }
    return grouped(value)
  }
}
