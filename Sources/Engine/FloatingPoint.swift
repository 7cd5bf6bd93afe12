import Units

/// Blocks that use the floating-point unit come back, or pay, when it is off, when a reserved frame must
/// be written and when a context starts.
extension Engine {
  /// The floating-point unit faults when used (CPACR).
  public var floatingPointOff: Bool {
    get { state.pointee.floatingPointOff }
    set {
      state.pointee.floatingPointOff = newValue
      watchFloatingPoint()
    }
  }

  /// Charges `cycles` to the first use of the floating-point unit from here on.
  public func reserveLazyStacking(_ cycles: UInt32) {
    state.pointee.lazyStackingCycles = cycles
    watchFloatingPoint()
  }

  func expectContext() {
    state.pointee.startsContext = defaultStatus != 0 && self[.control] & 4 == 0
    watchFloatingPoint()
  }

  /// FPSCR as a new context has it; the caller sets CONTROL.FPCA.
  public func startContext() {
    state.pointee.startsContext = false
    self[.fpscr] = defaultStatus
    watchFloatingPoint()
  }

  /// What a lazily reserved frame would still cost.
  public var pendingLazyStacking: UInt32 { state.pointee.lazyStackingCycles }

  func watchFloatingPoint() {
    let bit = BlockTraits.usesFloatingPoint.rawValue
    let isOn =
      state.pointee.floatingPointOff || state.pointee.lazyStackingCycles > 0
      || state.pointee.startsContext
    if isOn {
      state.pointee.enteringMask |= bit
    } else {
      state.pointee.enteringMask &= ~bit
    }
  }
}
