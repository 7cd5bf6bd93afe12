import Profiling
import RunRecord
import Units
import Verdicts

/// How samples came to decisions.
extension JSONReport {
  /// Causes of one sample's age: more than anybody reads, fewer than any tool minds.
  private static let causes = 200

  func journey(_ journey: SampleJourney) -> JSONValue {
    .object([
      ("sensor", .string(journey.sensor)), ("decisions", .integer(journey.samples.count)),
      ("waiting_high_water", .integer(journey.highWater)),
      ("stations", .array(journey.ages.map(ages))),
      (
        "worst",
        .array(
          [("p99.9", 999), ("max", 1_000)].compactMap { worst(journey, $0.0, permille: $0.1) })
      ),
    ])
  }

  private func ages(_ ages: SampleJourney.Ages) -> JSONValue {
    .object([
      ("name", .string(ages.station.name)), ("count", .integer(ages.count)),
      ("min", seconds(ages.min.picoseconds)), ("p50", seconds(ages.p50.picoseconds)),
      ("p99", seconds(ages.p99.picoseconds)), ("p999", seconds(ages.p999.picoseconds)),
      ("max", seconds(ages.max.picoseconds)), ("jitter", seconds(ages.jitter.picoseconds)),
    ])
  }

  private func worst(
    _ journey: SampleJourney, _ rank: String, permille: Int
  ) -> JSONValue? {
    guard let index = journey.sample(permille: permille),
      let age = journey.samples[index].age(at: .decided)
    else { return nil }
    let causes = judgement.causes(of: journey.samples[index]).prefix(Self.causes)
    return .object([
      ("rank", .string(rank)), ("decision", .integer(index)),
      ("age_seconds", seconds(age.picoseconds)),
      (
        "causes",
        .array(
          causes.map { cause in
            .object([
              ("kind", .string(cause.kind.rawValue)), ("what", .string(cause.what)),
              ("by", .optional(cause.by) { .string($0) }),
              ("at_seconds", seconds(cause.at.picoseconds)),
              ("seconds", seconds(cause.time.picoseconds)),
            ])
          })
      ),
    ])
  }
}
