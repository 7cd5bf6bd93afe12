public import Simulation
import Units

/// The 3.3 V regulator of a Nordic chip's USB transceiver: POWER reports it, USBD's ENABLE starts it.
///
/// It runs while a cable supplies VBUS and USBD is enabled; its output counts as ready when the
/// worst-case settling time has passed.
///
/// Reference: nRF52840 Product Specification v1.7, 5.3.1.9 USB supply.
/// Assumed: the settling time, 1 ms.
public final class NordicUSBPower {
  private static let settling = Interval.milliseconds(1)

  private let scheduler: Scheduler
  private lazy var settled = scheduler.event("USB regulator") { [unowned self] in
    isReady = true
    onReady()
  }
  /// A cable is plugged in.
  var hasCable = false
  private(set) var isReady = false
  var onReady: () -> Void = {}

  public init(_ fabric: Fabric) { scheduler = fabric.scheduler }

  func setEnabled(_ on: Bool) {
    isReady = false
    settled.cancel()
    if on && hasCable { settled.schedule(after: Self.settling) }
  }
}
