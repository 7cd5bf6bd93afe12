public import Simulation

/// System OFF of a Nordic chip: who can wake it, and that it is off.
///
/// Reference: nRF52840 Product Specification v1.7, 5.3.2 System OFF mode.
public final class NordicSystemOff {
  private let fabric: Fabric
  private let cause: NordicResetCause
  /// Whether a source is armed, and whether its condition holds already.
  private var sources: [() -> (isArmed: Bool, isMet: Bool, cause: UInt32)] = []

  public init(_ fabric: Fabric) {
    self.fabric = fabric
    cause = fabric.service(NordicResetCause.init)
  }

  func addSource(_ source: @escaping () -> (isArmed: Bool, isMet: Bool, cause: UInt32)) {
    sources.append(source)
  }

  func switchOff() {
    let states = sources.map { $0() }
    if let met = states.first(where: \.isMet) { return wake(met.cause) }
    fabric.isSwitchedOff = true
    if !states.contains(where: \.isArmed) { fabric.requestStop(.switchedOff) }
  }

  /// A source's condition is met now.
  func sourceMet(_ reason: UInt32) { if fabric.isSwitchedOff { wake(reason) } }

  private func wake(_ reason: UInt32) {
    fabric.isSwitchedOff = false
    cause.pending = reason
    fabric.resetRequested = true
  }
}
