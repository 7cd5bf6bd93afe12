import Profiling
import RunRecord
import Units
import Verdicts

/// How old samples were on their way to decisions, and why the oldest were.
extension HTMLReport {
  var journeys: String {
    section("From sample to decision", judgement.journeys.flatMap(journey))
  }

  private func journey(_ journey: SampleJourney) -> [String] {
    func time(_ interval: Interval) -> String { Figures.text(interval.picoseconds, Figures.time) }
    let most = Int128(max(journey.ages.map(\.max.picoseconds).max() ?? 1, 1))
    var lines = [
      "<h3>\(escaped(journey.sensor)) <span class=\"soft\">age since data-ready, "
        + "\(Figures.grouped(journey.samples.count)) decisions; at most "
        + "\(Figures.grouped(journey.highWater)) samples waited to be read</span></h3>"
    ]
    lines += table(
      ["Station", "", "p50:", "p99:", "p99.9:", "max:", "jitter:"],
      journey.ages.map { ages in
        func place(_ interval: Interval) -> Int {
          Int(clamping: Int128(interval.picoseconds) * 1_000 / most)
        }
        return [
          ages.station.name,
          HTMLCharts.bar(
            place(ages.max), style: "c6", mark: place(ages.p50),
            title: "\(ages.station.name): p50 \(time(ages.p50)), max \(time(ages.max))"),
          time(ages.p50), time(ages.p99), time(ages.p999), time(ages.max), time(ages.jitter),
        ]
      })
    for (name, permille) in [("p99.9", 999), ("oldest", 1_000)] {
      guard let index = journey.sample(permille: permille),
        let age = journey.samples[index].age(at: .decided)
      else { continue }
      let causes = JourneyCause.grouped(judgement.causes(of: journey.samples[index]))
      let words = causes.prefix(20).map {
        "\(escaped($0.words)) \($0.count > 1 ? "\($0.count) x, " : "")\(time($0.time))"
      }
      let more = causes.count > 20 ? "; and \(causes.count - 20) more" : ""
      let text = words.isEmpty ? "nothing but its own code" : words.joined(separator: "; ") + more
      lines.append("<p><b>\(name)</b>, #\(index), \(time(age)): \(text)</p>")
    }
    return lines
  }
}
