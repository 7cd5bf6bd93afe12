public import Simulation

/// Why a Nordic chip resets, for RESETREAS, while `Fabric.resetRequested` is up.
public final class NordicResetCause {
  /// RESETREAS bits; a request by the core itself (AIRCR) leaves it at its bit.
  static let watchdog: UInt32 = 1 << 1
  static let software: UInt32 = 1 << 2
  static let pinsWoke: UInt32 = 1 << 16
  static let comparatorWoke: UInt32 = 1 << 17

  var pending = NordicResetCause.software

  public init(_ fabric: Fabric) {}
}
