public import Units

extension Recording {
  /// The same sound at another rate: band-limited interpolation with a windowed sinc.
  ///
  /// The filter passes up to 0.45 and stops from 0.55 of the lower rate on, about 70 dB down (Blackman
  /// window, 32 zero crossings on each side); beyond its ends the recording is silent. The filter is
  /// computed with elementary operations alone, so the result is the same on every machine. Throws
  /// when the recording has timestamps, or when the rates are no ratio of whole numbers to 4,096.
  public func resampled(to target: Hertz) throws(StreamError) -> Recording {
    guard let rate else {
      throw StreamError(
        .wrongRate, path, "timestamps instead of a rate cannot be resampled",
        hint: "give the stream's `rate:`")
    }
    if rate == target { return self }
    guard let filter = ResamplingFilter(from: rate, to: target) else {
      throw StreamError(
        .wrongRate, path, "cannot resample from \(rate.value) Hz to \(target.value) Hz",
        hint: "expected a ratio of whole numbers up to 4096: convert the file first")
    }
    let converted = samples.map(filter.apply)
    if converted[0].isEmpty {
      throw StreamError(
        .tooShort, path, "too short to resample", hint: "expected at least one sample's time")
    }
    return Recording(
      path: path, channels: channels, samples: converted, timing: .rate(target), start: start,
      isTruncated: isTruncated)
  }
}

/// A low-pass filter evaluated at the instants of the new samples, one set of taps for each phase.
private struct ResamplingFilter {
  /// New rate : old rate = up : down.
  private let up: Int
  private let down: Int
  /// Taps on each side of an instant.
  private let reach: Int
  private let phases: [[Double]]

  private static let crossings = 32

  init?(from: Hertz, to: Hertz) {
    let (left, overflowLeft) = to.numerator.multipliedReportingOverflow(by: from.denominator)
    let (right, overflowRight) = from.numerator.multipliedReportingOverflow(by: to.denominator)
    guard !overflowLeft, !overflowRight else { return nil }
    let ratio = Hertz(left, per: right)
    guard ratio.numerator <= 4_096, ratio.denominator <= 4_096 else { return nil }
    (up, down) = (Int(ratio.numerator), Int(ratio.denominator))
    // The cut-off, in cycles of the old rate's half; below one when the rate falls.
    let cutoff = up < down ? Double(up) / Double(down) : 1
    reach = up < down ? (Self.crossings * down + up - 1) / up : Self.crossings
    let (reach, up) = (reach, up)
    phases = (0..<up).map { Self.taps(Double($0) / Double(up), cutoff, reach) }
  }

  /// Weights of the samples around an instant `fraction` past a sample; they add up to one.
  private static func taps(_ fraction: Double, _ cutoff: Double, _ reach: Int) -> [Double] {
    var taps = (1 - reach...reach).map { offset in
      let distance = Double(offset) - fraction
      return sinc(distance * cutoff) * blackman(distance * cutoff / Double(crossings))
    }
    let sum = taps.reduce(0, +)
    for index in taps.indices { taps[index] /= sum }
    return taps
  }

  func apply(_ samples: [Double]) -> [Double] {
    let count = samples.count * up / down
    return (0..<count).map { index in
      let (whole, phase) = (index * down).quotientAndRemainder(dividingBy: up)
      let taps = phases[phase]
      let first = whole + 1 - reach
      var sum = 0.0
      for place in max(0, first)..<min(samples.count, first + taps.count) {
        sum += samples[place] * taps[place - first]
      }
      return sum
    }
  }
}

/// sin(pi x) / (pi x).
private func sinc(_ x: Double) -> Double {
  x == 0 ? 1 : sinePi(x) / (Double.pi * x)
}

/// Blackman's window over -1...1, nothing outside.
private func blackman(_ x: Double) -> Double {
  if abs(x) >= 1 { return 0 }
  return 0.42 + 0.5 * sinePi(x + 0.5) + 0.08 * sinePi(2 * x + 0.5)
}

/// sin(pi x) from additions and products alone, to about 1e-15: the C library's differs by machine.
private func sinePi(_ x: Double) -> Double {
  // Exact reduction to -1/2...1/2, then Taylor's series.
  let nearest = x.rounded(.toNearestOrEven)
  let angle = (x - nearest) * Double.pi
  let square = angle * angle
  var sum = 0.0
  for n in stride(from: 21, through: 3, by: -2) {
    sum = -square / Double(n * (n - 1)) * (1 + sum)
  }
  let value = angle * (1 + sum)
  return nearest.truncatingRemainder(dividingBy: 2) == 0 ? value : -value
}
