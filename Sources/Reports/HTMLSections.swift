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
    lines.append(
      HTMLCharts.histogram(latencies, deadline: measure.deadline.map(\.picoseconds)))
    return lines + worst(measure)
  }

  private func worst(_ measure: JudgedMeasure) -> [String] {
    guard let worst = measure.worst, !worst.parts.isEmpty else { return [] }
    let parts = worst.parts.map { part in
      let style =
        switch part.kind {
        case .function, .unknown: "code"
        case .exception: "handler"
        case .bus: "bus"
        case .sleep: "sleep"
        case .wakeUp: "mark"
        }
      let size = Figures.text(part.time.picoseconds, Figures.time)
      return (name: "\(part.what): \(size)", style: style, size: part.time.picoseconds)
    }
    let rows = worst.parts.map { part in
      [
        escaped(part.what), part.kind.rawValue,
        Figures.text(part.time.picoseconds, Figures.time),
      ]
    }
    return [
      "<p>The longest, #\(worst.index), in the order it happened:</p>", HTMLCharts.stack(parts),
    ] + table(["Interval", "Kind", "Time:"], rows)
  }

  var energy: String {
    guard let energy = judgement.energy else { return "" }
    let scope = EnergyScope.socAndSensors
    let (total, current) = (energy.total(scope), energy.averageCurrent(scope).value)
    let joules = Figures.text(total.value.femtojoules, Figures.energy)
    let amperes = Figures.text(current.nanoamperes, Figures.current)
    let parts = energy.parts(in: scope)
    let most = Int128(max(parts.map(\.joules.femtojoules).max() ?? 1, 1))
    return section(
      "Energy",
      [
        "<p>\(joules), \(amperes) on average (\(scope.rawValue)); "
          + "\(total.trust.tier.rawValue) \(Figures.band(total.trust.band))</p>"
      ]
        + table(
          ["Part", "", "Scope", "Energy:", "Trust"],
          parts.map { part in
            let share = Int(clamping: Int128(part.joules.femtojoules) * 1_000 / most)
            return [
              escaped(part.name), HTMLCharts.bar(share, style: "bus", title: part.name),
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
}
