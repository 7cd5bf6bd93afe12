public import Deployments
public import Trust

/// Whether something holds.
public enum Verdict: String, CaseIterable, Hashable, Sendable {
  case met
  case missed
  /// It could not be measured, or lies too near the limit for the model's band.
  case unknown

  /// Of several: one unknown leaves the whole unknown, as the exit statuses have it.
  public static func combined(_ verdicts: some Sequence<Verdict>) -> Verdict {
    var result = Verdict.met
    for verdict in verdicts {
      if verdict == .unknown { return .unknown }
      if verdict == .missed { result = .missed }
    }
    return result
  }
}

/// A measured value in whole base units and how far off the model may be.
public struct JudgedValue: Hashable, Sendable {
  public var value: Int64
  /// The least and the most that the model's band allows.
  public var low: Int64
  public var high: Int64
  public var trust: Trust

  public init(_ value: Int64, _ trust: Trust) {
    let width = trust.band.width(of: value)
    self.init(
      value, low: Int64(clamping: Int128(value) - Int128(width)),
      high: Int64(clamping: Int128(value) + Int128(width)), trust)
  }

  public init(_ value: Int64, low: Int64, high: Int64, _ trust: Trust) {
    (self.value, self.low, self.high, self.trust) = (value, low, high, trust)
  }

  /// Against a limit that it must not be above, or, for a minimum, not below.
  public func verdict(limit: Int64, isMinimum: Bool, _ judge: Deployment.Judge) -> Verdict {
    let (best, worst) = isMinimum ? (high, low) : (low, high)
    func holds(_ value: Int64) -> Bool { isMinimum ? value >= limit : value <= limit }
    switch judge {
    case .nominal: return holds(value) ? .met : .missed
    case .guarded:
      if holds(worst) { return .met }
      return holds(best) ? .unknown : .missed
    }
  }
}
