public import Units

/// What a firmware does with each sample, from the read to the decision.
public struct FirmwarePipeline: Hashable, Sendable {
  /// How the sensors become one.
  public enum Fusion: String, CaseIterable, Sendable {
    /// Attitude and gyroscope bias by an error-state filter; features of motion and sound.
    case kalman
    /// The network takes the raw window: six values a sample, full scale mapped to 0 ... 1.
    case none
  }

  /// Where the stages after the read run.
  public enum RunIn: String, CaseIterable, Sendable {
    case isr
    case pendsv
    case main
  }

  /// One of the LSM9DS1's data rates.
  public var rate: Hertz
  public var fusion: Fusion
  /// How much of the past the network sees.
  public var window: Interval
  /// The time between decisions; without it each sample is decided on.
  public var hop: Interval?
  public var runIn: RunIn
  /// The score, in percent, from which a decision counts as an event.
  public var confidence: Int

  public init(
    rate: Hertz, fusion: Fusion = .kalman, window: Interval, hop: Interval? = nil,
    runIn: RunIn = .isr, confidence: Int = 60
  ) {
    self.rate = rate
    self.fusion = fusion
    self.window = window
    self.hop = hop
    self.runIn = runIn
    self.confidence = confidence
  }

  /// The data rates with both sensors on, by their code in CTRL_REG1_G's ODR_G.
  ///
  /// Reference: LSM9DS1 data sheet (DocID025715), table 46.
  static let rates: [(rate: Hertz, code: Int)] = [
    (Hertz(149, per: 10), 1), (Hertz(119, per: 2), 2), (Hertz(119), 3), (Hertz(238), 4),
    (Hertz(476), 5), (Hertz(952), 6),
  ]

  /// The period at which a timer polls a sensor of this rate: early enough that status and data,
  /// 0.5 ms on the bus, are read before the next sample.
  public static func pollingPeriod(for rate: Hertz) -> FirmwareWiring.Pacing {
    let period = microseconds(of: rate)
    let early = period >= 3600 ? period - 900 : period * 3 / 4
    return .timer(microseconds: early >= 2000 ? early / 100 * 100 : early)
  }

  private static func microseconds(of rate: Hertz) -> Int {
    Int(clamping: rate.denominator.multipliedFullWidth(by: 1_000_000).low / rate.numerator)
  }

  /// `nil` when it comes to no sample, or to more than a megabyte of them.
  func samples(in interval: Interval) -> Int? {
    guard interval.picoseconds > 0 else { return nil }
    let seconds = Double(interval.picoseconds) / 1e12
    let samples = (seconds * rate.value).rounded()
    return (1...65_536).contains(samples) ? Int(samples) : nil
  }

  func check(inputCount: Int) throws(FirmwareError) {
    if !Self.rates.contains(where: { $0.rate == rate }) {
      throw FirmwareError(
        .invalid,
        "the LSM9DS1 has no data rate of \(rate.value) Hz; "
          + "it has 14.9, 59.5, 119, 238, 476 and 952 Hz")
    }
    guard let samples = samples(in: window) else {
      throw FirmwareError(.invalid, "the window must be 1 to 65536 samples long")
    }
    if let hop, self.samples(in: hop) == nil {
      throw FirmwareError(.invalid, "the hop must be 1 to 65536 samples long")
    }
    if !(0...100).contains(confidence) {
      throw FirmwareError(.invalid, "the confidence must be 0 to 100 percent, not \(confidence)")
    }
    switch fusion {
    case .kalman:
      if inputCount < 16 || inputCount % 16 != 0 || inputCount / 16 > samples {
        throw FirmwareError(
          .invalid,
          "with 'fusion: kalman' the network takes 16 inputs for each segment of the window; "
            + "this one takes \(inputCount)")
      }
    case .none:
      if inputCount != 6 * samples {
        throw FirmwareError(
          .invalid,
          "with 'fusion: none' the network takes 6 inputs for each of the window's \(samples) "
            + "samples, \(6 * samples) in all; this one takes \(inputCount)")
      }
    }
  }
}
