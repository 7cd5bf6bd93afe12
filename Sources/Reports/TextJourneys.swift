import Profiling
import RunRecord
import Units
import Verdicts

/// How old samples were on their way to decisions, and why the oldest were; only `--full` tells.
extension TextReport {
  var journeyLines: [String] {
    judgement.journeys.flatMap { journey -> [String] in
      let oldest = journey.ages.map(\.max).max() ?? .zero
      let scale = Figures.Scale(Int128(oldest.picoseconds), Figures.time)
      func number(_ time: Interval) -> String {
        TextLayout.right(scale.number(Int128(time.picoseconds)), 9)
      }
      let head = TextLayout.left("\(journey.sensor) at, \(scale.unit.symbol)", 20)
      var lines = [
        head + ["p50", "p99", "p99.9", "max", "jitter"].map { TextLayout.right($0, 9) }.joined()
      ]
      for ages in journey.ages {
        lines.append(
          TextLayout.left(ages.station.name, 20)
            + [ages.p50, ages.p99, ages.p999, ages.max, ages.jitter].map(number).joined())
      }
      lines.append(
        "\(Figures.grouped(journey.samples.count)) decisions; at most "
          + "\(Figures.grouped(journey.highWater)) samples waited to be read, "
          + "\(Figures.grouped(lost(journey))) lost")
      for (name, permille) in [("p99.9", 999), ("max", 1_000)] {
        lines += TextLayout.wrapped(
          causes(journey, name, permille), width: TextLayout.width - TextLayout.gutter)
      }
      return TextLayout.section("age", lines)
    }
  }

  /// Overwritten before they were read.
  private func lost(_ journey: SampleJourney) -> Int {
    judgement.record.samples.first { $0.sensor == journey.sensor }?.lost ?? 0
  }

  /// `max #1037, 8.19 ms:` and the causes in their order.
  private func causes(_ journey: SampleJourney, _ name: String, _ permille: Int) -> [String] {
    guard let index = journey.sample(permille: permille),
      let age = journey.samples[index].age(at: .decided)
    else { return [] }
    let causes = JourneyCause.grouped(judgement.causes(of: journey.samples[index]))
    let pieces = causes.prefix(12).map { cause in
      "\(cause.words) \(cause.count > 1 ? "\(cause.count) x, " : "")"
        + Figures.text(cause.time.picoseconds, Figures.time)
    }
    let opening = "\(name) #\(index), \(Figures.text(age.picoseconds, Figures.time)):"
    if pieces.isEmpty { return [opening, "nothing but its own code"] }
    let more = causes.count > 12 ? ["and \(causes.count - 12) more"] : []
    let all = pieces + more
    return [opening] + all.enumerated().map { $0 == all.count - 1 ? $1 : $1 + ";" }
  }
}
