public import Units

extension Recording {
  /// When a sample happens, since the first one; the one after the last ends the recording.
  public func time(ofSample index: Int) -> Interval { times()(index) }

  /// The same for many samples.
  func times() -> (Int) -> Interval {
    let (count, duration) = (count, duration)
    switch timing {
    case .timestamps(let times): return { $0 < count ? times[$0] : duration }
    case .rate(let rate):
      let clock = SampleClock(rate, .zero)
      return { index in
        if index >= count { return duration }
        return Interval(picoseconds: clock?.elapsed(toSample: UInt64(index)) ?? .max)
      }
    }
  }

  /// The first sample at or after a time since the first one; `count` when there is none.
  public func sample(at time: Interval) -> Int {
    let times = times()
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if times(middle) < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
