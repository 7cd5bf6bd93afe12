import Boards
import Deployments
import Energy
import RunRecord
import Trust
import Units
import Verdicts

/// Memory, samples, budgets, trust, findings, and the next command.
extension TextReport {
  var memoryLines: [String] {
    let memory = judgement.record.memory
    var parts = [size("flash", memory.flash, .flash)]
    parts.append(size("RAM", memory.ram ?? memory.staticRAM, .ram))
    if let stack = memory.stackHighWater { parts.append(size("stack", stack, .stack)) }
    if let heap = memory.heapHighWater { parts.append(size("heap", heap, .heap)) }
    return TextLayout.section("memory", [parts.joined(separator: "   ")])
  }

  /// Against its budget when it has one: `flash 71 of 256 KiB`.
  private func size(_ name: String, _ bytes: UInt64, _ metric: BudgetMetric) -> String {
    let budget = judgement.budgets.first {
      $0.budget.metric == metric && !$0.budget.limit.isRelative
    }
    guard let limit = budget.map({ UInt64($0.limit) }) else {
      return "\(name) \(Figures.size(bytes))"
    }
    if limit < 1_024 { return "\(name) \(Figures.grouped(bytes)) of \(limit) B" }
    return "\(name) \(Figures.kibibytes(bytes)) of \(Figures.kibibytes(limit)) KiB"
  }

  var sampleLines: [String] {
    // A sensor that was never enabled has nothing to tell on the short screen.
    let told = judgement.record.samples.filter { options.isFull || $0.produced > 0 }
    let parts = told.map { sample in
      let name = TextLayout.shortened(sample.sensor, to: options.isFull ? .max : 14)
      var text =
        "\(name) \(Figures.grouped(sample.read)) read, \(Figures.grouped(sample.lost)) lost"
      if sample.duplicate > 0 { text += ", \(Figures.grouped(sample.duplicate)) twice" }
      return text
    }
    if parts.isEmpty { return [] }
    if options.isFull { return TextLayout.section("samples", parts) }
    let line = parts.joined(separator: "   ")
    if line.count <= TextLayout.width - TextLayout.gutter {
      return TextLayout.section("samples", [line])
    }
    let lost = judgement.record.samples.reduce(Int128(0)) { $0 + Int128($1.lost) }
    let read = judgement.record.samples.reduce(Int128(0)) { $0 + Int128($1.read) }
    return TextLayout.section(
      "samples",
      ["\(parts.count) sensors: \(Figures.grouped(read)) read, \(Figures.grouped(lost)) lost"])
  }

  var budgetLines: [String] {
    let budgets = judgement.budgets
    var line: String?
    if !budgets.isEmpty {
      let held = budgets.filter { $0.verdict == .met }.count
      var text = "\(held) of \(budgets.count) hold"
      for verdict in [Verdict.missed, .unknown] {
        let names = budgets.filter { $0.verdict == verdict }.map(\.name)
        if names.isEmpty { continue }
        let shown = options.isFull ? names.count : names.count > 3 ? 2 : 3
        text += "; \(verdict.rawValue): \(names.prefix(shown).joined(separator: ", "))"
        if names.count > shown { text += " and \(names.count - shown) others" }
      }
      line = text
    }
    let accuracy = accuracyText
    if let text = line, let accuracy,
      text.count + accuracy.count + 6 <= TextLayout.width - TextLayout.gutter
    {
      return TextLayout.section("budgets", [text + "      " + accuracy])
    }
    let lines = line.map { TextLayout.sentence($0, limit: options.isFull ? .max : 2) } ?? []
    return TextLayout.section("budgets", lines)
      + TextLayout.section("labels", accuracy.map { [$0] } ?? [])
  }

  private var accuracyText: String? {
    switch judgement.labelAccuracy {
    case nil: return nil
    case .failure(let unjudged): return unjudged.why
    case .success(let accuracy):
      guard let ratio = accuracy.ratio else { return nil }
      let budget = judgement.budgets.first {
        $0.budget.metric == .labelAccuracy && !$0.budget.limit.isRelative
      }
      let share = Figures.percent(Int128(ratio.partsPerBillion), of: 1_000_000_000, decimals: 1)
      return "label accuracy \(share) of \(Figures.grouped(accuracy.judged))"
        + (budget.map { ", budget \($0.budget.limit)" } ?? "")
    }
  }

  var trustLines: [String] {
    let cycles = judgement.cycles
    var lines = [
      "cycles \(cycles.tier.rawValue) \(Figures.band(cycles.band)): "
        + judgement.timing.basis.joined(separator: ", ")
    ]
    if let energy = judgement.energy {
      let trust = energy.total(.socAndSensors).trust
      var line = "energy \(trust.tier.rawValue) \(Figures.band(trust.band))"
      let shares = energy.parts(in: .socAndSensors).flatMap(\.shares)
      let assumed = shares.filter { $0.joules > .zero && $0.state.trust.tier == .assumed }.count
      if assumed > 0 {
        line += ": \(assumed) \(assumed == 1 ? "current" : "currents") without a document (--full)"
      }
      lines.append(line)
    }
    if options.isFull, !judgement.timing.assumptions.isEmpty {
      lines.append(
        "no source gives \(judgement.board.chip.core.name)'s "
          + judgement.timing.assumptions.joined(separator: ", "))
    }
    if options.isFull, let contention = judgement.record.contention {
      lines.append(
        "DMA moved \(Figures.grouped(contention.words)) words where the core accessed the same memory: "
          + "\(Figures.grouped(contention.cycles)) of its cycles, none or one for each at worst")
    }
    return TextLayout.section("trust", lines)
  }

  var findingLines: [String] {
    guard let first = judgement.findings.first else { return [] }
    let count = judgement.findings.count
    let place = TextLayout.shortened(first.place, to: 24)
    let text = "\(count) (--full): \(place): \(first.message)"
    return TextLayout.section(
      "findings", [TextLayout.shortened(text, to: TextLayout.width - TextLayout.gutter)])
  }

  var nextLines: [String] {
    let suggestion = self.suggestion
    let target = TextLayout.printable(
      options.target ?? judgement.deployment.path ?? judgement.evidence.firmware.path)
    let room = TextLayout.width - TextLayout.gutter
    func command(_ target: String) -> String { "thumbprint run \(target) \(suggestion.options)" }
    var line = command(target)
    // A shortened path would be a wrong one.
    if line.count > room, !options.isFull { line = command("...") }
    if line.count + suggestion.purpose.count + 4 <= room || options.isFull {
      line += "    \(suggestion.purpose)"
    }
    return TextLayout.section("next", [line])
  }

  /// What to try next, by what the verdict was.
  private var suggestion: (options: String, purpose: String) {
    let full = ("--full", options.isFull ? "this again" : "every row and source")
    if let hold = judgement.record.dump?.spin?.hold, judgement.status != .firmwareFailed {
      // A shell would take brackets for a pattern.
      return (hold.contains("[") ? "--hold '\(hold)'" : "--hold \(hold)", "go on")
    }
    switch judgement.status {
    case .firmwareFailed: return ("--gdb 3333", "debug it")
    case .budgetMissed: return full
    case .notJudged:
      let isNear = judgement.budgets.contains { budget in
        budget.verdict == .unknown && budget.value != nil
      }
      if judgement.incomplete == nil, isNear { return ("--judge nominal", "without the band") }
      return full
    default:
      guard let budget = judgement.decisiveBudget, let low = budget.value?.low,
        !budget.budget.isMinimum, low >= 100, let limit = roundedDown(low, budget)
      else { return full }
      return ("--budget \(budget.name)=\(limit)", "see a miss")
    }
  }

  /// A limit just below a value, without spaces: `700us`.
  private func roundedDown(_ value: Int64, _ budget: JudgedBudget) -> String? {
    guard let units = budget.unit.units, budget.unit != .bytes else { return nil }
    var unit = units[0]
    for candidate in units where Int128(value) >= candidate.scale { unit = candidate }
    var step = unit.scale
    while step * 10 < Int128(value) { step *= 10 }
    let limit = (Int128(value) - 1) / step * step
    if limit % unit.scale != 0 { return nil }
    return limit > 0 ? "\(limit / unit.scale)\(unit.symbol)" : nil
  }
}
