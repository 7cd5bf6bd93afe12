import Boards
import Deployments
import Energy
import RunRecord
import Trust
import Units
import Verdicts

/// Times, energy, memory and what the model cannot vouch for.
extension HTMLReport {
  var measures: String {
    section("Times", judgement.measures.flatMap(measure))
  }

  private func measure(_ measure: JudgedMeasure) -> [String] {
    let points = "\(measure.from) \u{2192} \(measure.to)"
    var lines = [
      "<h3>\(escaped(measure.name)) <span class=\"soft\">\(escaped(points))</span></h3>"
    ]
    guard let statistics = measure.statistics else { return lines + ["<p>never happened</p>"] }
    func time(_ interval: Interval) -> String {
      Figures.text(interval.picoseconds, Figures.time)
    }
    lines += table(
      ["p50:", "p99:", "max:", "mean:", "jitter:", "count:", "missed:"],
      [
        [
          time(statistics.p50), time(statistics.p99), time(statistics.max), time(statistics.mean),
          time(statistics.jitter), Figures.grouped(measure.count),
          Figures.grouped(measure.missed.value),
        ]
      ])
    let record = judgement.record.measures.first { $0.name == measure.name }
    let latencies = (record?.occurrences ?? []).map { occurrence in
      occurrence.to.picoseconds.subtractingReportingOverflow(occurrence.from.picoseconds)
        .partialValue
    }
    let histogram = HTMLHistogram(
      latencies: latencies, deadline: measure.deadline.map(\.picoseconds),
      marks: [("p50", statistics.p50), ("p99", statistics.p99), ("max", statistics.max)].map {
        ($0.0, $0.1.picoseconds)
      })
    lines.append(histogram.figure)
    return lines + worst(measure, record?.occurrences ?? [])
  }

  private func worst(
    _ measure: JudgedMeasure, _ occurrences: [MeasureRecord.Occurrence]
  ) -> [String] {
    guard let worst = measure.worst, !worst.parts.isEmpty else { return [] }
    let parts = worst.parts.map { part in
      let style =
        switch part.kind {
        case .function, .unknown: "code"
        case .exception: "handler"
        case .bus: "bus"
        case .sleep: "sleep"
        case .wakeUp: "wake"
        }
      return HTMLCharts.Part(
        name: part.what, style: style, size: part.time.picoseconds,
        figure: Figures.text(part.time.picoseconds, Figures.time))
    }
    var lines = [
      "<p>The longest, #\(worst.index), was spent on:</p>", HTMLCharts.stack(merged(parts)),
    ]
    if occurrences.indices.contains(worst.index) {
      let occurrence = occurrences[worst.index]
      let timeline = HTMLTimeline(
        timeline: judgement.record.timeline, from: occurrence.from, to: occurrence.to,
        exceptions: judgement.record.exceptions)
      lines.append(timeline.figure)
    }
    return lines
  }

  /// The largest parts, and the others as one.
  private func merged(_ parts: [HTMLCharts.Part]) -> [HTMLCharts.Part] {
    let shown = 8
    if parts.count <= shown + 1 { return parts }
    let rest = parts.dropFirst(shown).reduce(Int128(0)) { $0 + Int128($1.size) }
    return parts.prefix(shown) + [
      HTMLCharts.Part(
        name: "\(parts.count - shown) others", style: "c8", size: Int64(clamping: rest),
        figure: Figures.text(rest, Figures.time))
    ]
  }

  var energy: String {
    guard let energy = judgement.energy else { return "" }
    let scope = EnergyScope.socAndSensors
    let (total, current) = (energy.total(scope), energy.averageCurrent(scope).value)
    let joules = Figures.text(total.value.femtojoules, Figures.energy)
    let amperes = Figures.text(current.nanoamperes, Figures.current)
    let parts = energy.parts(in: scope).filter { $0.joules > .zero }
    let most = Int128(max(parts.map(\.joules.femtojoules).max() ?? 1, 1))
    return section(
      "Energy",
      [
        "<p>\(joules), \(amperes) on average (\(scope.rawValue)); "
          + "\(total.trust.tier.rawValue) \(Figures.band(total.trust.band))</p>"
      ] + power(energy)
        + table(
          ["Part", "", "Scope", "Energy:", "Trust"],
          parts.map { part in
            let share = Int(clamping: Int128(part.joules.femtojoules) * 1_000 / most)
            return [
              escaped(part.name), HTMLCharts.bar(share, style: "c2", title: part.name),
              part.scope.rawValue, Figures.text(part.joules.femtojoules, Figures.energy),
              "\(part.trust.tier.rawValue) \(Figures.band(part.trust.band))",
            ]
          }))
  }

  var memory: String {
    let memory = judgement.record.memory
    func size(_ bytes: UInt64?) -> String { bytes.map { Figures.size($0) } ?? "unknown" }
    return section(
      "Memory",
      table(
        ["Flash:", "RAM:", "Variables:", "Stack:", "Heap:"],
        [
          [
            size(memory.flash), size(memory.ram), size(memory.staticRAM),
            size(memory.stackHighWater), size(memory.heapHighWater),
          ]
        ])
        + table(
          ["Sensor", "Produced:", "Read:", "Lost:", "Duplicate:"],
          judgement.record.samples.map { sample in
            [
              escaped(sample.sensor), Figures.grouped(sample.produced),
              Figures.grouped(sample.read), Figures.grouped(sample.lost),
              Figures.grouped(sample.duplicate),
            ]
          }))
  }

  /// What was drawn over time.
  private func power(_ energy: EnergyBill) -> [String] {
    guard let table = judgement.board.power, !judgement.record.powerSeries.entries.isEmpty else {
      return []
    }
    let series = EnergySeries(judgement.record, table, energy, .socAndSensors)
    return [HTMLPower(series: series, end: judgement.record.end).figure]
  }

  var findings: String {
    section(
      "What the model cannot vouch for",
      table(
        ["Kind", "Where", "Count:", "Message"],
        judgement.findings.map { finding in
          [
            escaped(finding.kind), escaped(finding.place), Figures.grouped(finding.count),
            escaped(finding.message),
          ]
        }))
  }

  /// How well the figures are known, and from where.
  var sources: String {
    let timing = judgement.timing
    var rows = (timing.basis + timing.assumptions).map { ["cycles", escaped($0)] }
    rows += judgement.board.sources.map { source in
      [escaped("\(source.key)"), escaped("\(source.title), \(source.location)")]
    }
    return section("What the figures rest on", table(["", "Source"], rows))
  }
}
