public import Units

/// How evenly a recording was sampled, and how often it stood still.
public struct RecordingStatistics: Sendable {
  /// A step between two samples that is longer than one and a half of the middle one.
  public struct Gap: Sendable, Hashable {
    /// The sample before it.
    public let sample: Int
    public let start: Interval
    public let length: Interval
  }

  /// Longest first; of equals the earlier. None at a constant rate.
  public let gaps: [Gap]
  /// The middle one of all steps; nil for a constant rate.
  public let step: Interval?
  /// How far a step that is no gap lies from the middle one at most.
  public let jitter: Interval
  /// Samples that are equal to the one before in every channel.
  public let repeats: Int

  public init(_ recording: Recording) {
    repeats = (1..<max(recording.count, 1)).count { index in
      recording.samples.allSatisfy { $0[index] == $0[index - 1] }
    }
    guard case .timestamps(let times) = recording.timing else {
      (gaps, step, jitter) = ([], nil, .zero)
      return
    }
    let steps = zip(times, times.dropFirst()).map { $1 - $0 }
    let middle = steps.sorted()[steps.count / 2]
    let limit = middle.picoseconds + middle.picoseconds / 2
    let long = steps.indices.filter { steps[$0].picoseconds > limit }
    gaps = long.sorted { (steps[$1], $0) < (steps[$0], $1) }
      .map { Gap(sample: $0, start: times[$0], length: steps[$0]) }
    step = middle
    let others = steps.filter { $0.picoseconds <= limit }
    jitter =
      others.map { Interval(picoseconds: abs($0.picoseconds - middle.picoseconds)) }
      .max() ?? .zero
  }
}
