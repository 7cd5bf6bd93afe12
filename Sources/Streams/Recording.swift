public import Units

/// One quantity of a recording: a column of a CSV file, a channel of a WAV file.
public struct Channel: Sendable, Hashable {
  public let name: String
  /// As the file writes it, when it does: `mg`, `dps`; `int16` for audio.
  public let unit: String?

  public init(name: String, unit: String? = nil) { (self.name, self.unit) = (name, unit) }
}

/// A fact of a recording that is no sample.
public struct Attribute: Sendable, Hashable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// What a sensor measured, sample by sample: the contents of one file, or one of several tracks in it.
public struct Recording: Sendable {
  /// When the samples were taken.
  public enum Timing: Sendable, Hashable {
    case rate(Hertz)
    /// Since the first sample, strictly increasing, the first zero; at least two.
    case timestamps([Interval])
  }

  public let path: String
  public let channels: [Channel]
  /// One array for each channel, all of one length, at least one sample.
  public let samples: [[Double]]
  public let timing: Timing
  /// The file's own time of the first sample: labels count from the same zero.
  public let start: Interval
  /// Parts that were recorded apart (blank lines in a CSV file), as sample indices; else one.
  public let segments: [Range<Int>]
  /// The file ends before the length that its header gives.
  public let isTruncated: Bool
  /// What else the file says of itself, in its own words and order: `device_type`.
  public var attributes: [Attribute] = []
  /// What reading it took: rows left out, clocks that started again. Empty for a clean file.
  public var repairs: [String] = []
  /// What it was taken for where the file does not say: times without a unit.
  public var assumptions: [String] = []

  /// Precondition: the arrays fit each other as documented for the properties.
  public init(
    path: String, channels: [Channel], samples: [[Double]], timing: Timing,
    start: Interval = .zero, segments: [Range<Int>]? = nil, isTruncated: Bool = false
  ) {
    let count = samples.first?.count ?? 0
    precondition(!channels.isEmpty && channels.count == samples.count && count > 0)
    precondition(samples.allSatisfy { $0.count == count })
    if case .timestamps(let times) = timing { precondition(times.count == count && count > 1) }
    self.path = path
    (self.channels, self.samples, self.timing) = (channels, samples, timing)
    (self.start, self.isTruncated) = (start, isTruncated)
    self.segments = segments ?? [0..<count]
  }

  /// Samples of each channel.
  public var count: Int { samples[0].count }

  /// From the first sample to the end of the last one's period, rounded up to a picosecond.
  public var duration: Interval {
    switch timing {
    case .rate(let rate):
      Interval(
        picoseconds: SampleClock(rate, .zero)?.elapsed(toSample: UInt64(count)) ?? .max)
    case .timestamps(let times): times[count - 1] + (times[count - 1] - times[count - 2])
    }
  }

  /// The rate; nil when the samples carry timestamps.
  public var rate: Hertz? { if case .rate(let rate) = timing { rate } else { nil } }

  /// Consecutive whole windows of `length` samples within the segments; a rest is left out.
  public func windows(of length: Int) -> [Range<Int>] {
    guard length > 0 else { return [] }
    return segments.flatMap { segment in
      (0..<segment.count / length).map { index in
        let first = segment.lowerBound + index * length
        return first..<first + length
      }
    }
  }

  /// The channels of those names, in that order.
  public func selecting(_ names: [String]) throws(StreamError) -> Recording {
    var indices: [Int] = []
    for name in names { indices.append(try index(ofChannel: name)) }
    return replacing(indices.map { channels[$0] }, indices.map { samples[$0] })
  }

  /// The place of a channel by its name.
  public func index(ofChannel name: String) throws(StreamError) -> Int {
    if let index = channels.firstIndex(where: { $0.name == name }) { return index }
    let known = channels.map(\.name)
    let hint =
      Spelling.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
      ?? "it has \(known.joined(separator: ", "))"
    throw StreamError(.unknownColumn, path, "no column '\(name)'", hint: hint)
  }

  /// Every channel in `unit`; `from` overrides the units that the file gives.
  public func converted(to unit: String, from given: String? = nil) throws(StreamError) -> Recording
  {
    var converted: [[Double]] = []
    for (channel, values) in zip(channels, samples) {
      guard let source = given ?? channel.unit else {
        throw StreamError(
          .unknownUnit, path, "column '\(channel.name)' has no unit",
          hint: "give the stream's `units:`, or write the column as '\(channel.name) [\(unit)]'")
      }
      let factor = try UnitFactor(from: source, to: unit, of: channel.name, in: path)
      converted.append(values.map(factor.apply))
    }
    return replacing(channels.map { Channel(name: $0.name, unit: unit) }, converted)
  }

  /// The same samples with other channels, or at other times.
  func replacing(
    _ channels: [Channel], _ samples: [[Double]], timing: Timing? = nil
  ) -> Recording {
    var recording = Recording(
      path: path, channels: channels, samples: samples, timing: timing ?? self.timing,
      start: start, segments: segments, isTruncated: isTruncated)
    recording.attributes = attributes
    recording.repairs = repairs
    recording.assumptions = assumptions
    return recording
  }

  /// Tracks that were sampled at the same times become one, in the order of their first.
  static func merging(_ tracks: [Recording]) -> [Recording] {
    var merged: [Recording] = []
    for track in tracks {
      let place = merged.firstIndex {
        $0.start == track.start && $0.count == track.count && $0.timing == track.timing
      }
      if let place {
        let whole = merged[place]
        merged[place] = whole.replacing(
          whole.channels + track.channels, whole.samples + track.samples)
      } else {
        merged.append(track)
      }
    }
    return merged
  }

  /// The value of an attribute of the file.
  public func attribute(_ name: String) -> String? {
    attributes.first { $0.name == name }?.value
  }
}
