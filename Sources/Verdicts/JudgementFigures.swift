import Boards
import Deployments
import Energy

/// Figures that several reports print.
extension Judgement {
  /// How long the deployment's battery lasts for the chip and its sensors; nil without a battery.
  public var batterySeconds: Int64? {
    guard let battery = deployment.battery else { return nil }
    return energy?.batterySeconds(
      capacity: battery.capacity, voltage: battery.voltage, scope: .socAndSensors)
  }

  /// The budget that decides how the run is told: the first one missed, or without a verdict, or the
  /// one with least to spare at the model's worst. Times come before other budgets.
  public var decisiveBudget: JudgedBudget? {
    let candidates = budgets.filter { $0.verdict == verdict }
    let times = candidates.filter { $0.unit == .picoseconds }
    if verdict != .met { return times.first ?? candidates.first }
    func tightest(_ budgets: [JudgedBudget]) -> JudgedBudget? {
      budgets.filter { $0.worstMargin != nil }.min {
        ($0.worstMargin ?? 0) < ($1.worstMargin ?? 0)
      }
    }
    return tightest(times) ?? tightest(candidates) ?? candidates.first
  }
}
