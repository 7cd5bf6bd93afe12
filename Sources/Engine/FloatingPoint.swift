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
    state.pointee.startsContext =
      defaultStatus != 0 && !state.pointee.isContextManual && self[.control] & 4 == 0
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

  // MARK: FPCCR.ASPEN

  /// What marks a floating-point context in CONTROL: FPCA, in the secure state of Armv8-M SFPA, too.
  public var contextBits: UInt32 { model == .cortexM33 ? 12 : 4 }

  /// FPCCR.ASPEN: a floating-point instruction sets CONTROL.FPCA. The engine knows no other way, so
  /// while it is off the engine's bit stands set, and the one that firmware sees is kept aside. Takes
  /// effect where the run comes back.
  public func setAutomaticContext(_ isAutomatic: Bool) {
    guard isAutomatic == state.pointee.isContextManual || asksForContext != nil else { return }
    asksForContext = isAutomatic
    requestStop()
  }

  /// FPCCR.ASPEN is off.
  public var isContextManual: Bool { state.pointee.isContextManual }

  /// CONTROL as firmware sees it.
  public var architecturalControl: UInt32 {
    guard state.pointee.isContextManual else { return self[.control] }
    return self[.control] & ~contextBits | state.pointee.manualContext
  }

  /// Keeps the floating-point bits of a value for CONTROL aside where they must be; what the engine
  /// is to hold.
  public func separateContext(_ control: UInt32) -> UInt32 {
    guard state.pointee.isContextManual else { return control }
    state.pointee.manualContext = control & contextBits
    return control | contextBits
  }

  func applyContextControl() {
    guard let isAutomatic = asksForContext else { return }
    asksForContext = nil
    let control = architecturalControl
    state.pointee.isContextManual = !isAutomatic
    let bit = BlockTraits.readsControl.rawValue
    if isAutomatic {
      state.pointee.trapMask &= ~bit
      state.pointee.enteringMask &= ~bit
    } else {
      state.pointee.trapMask |= bit
      state.pointee.enteringMask |= bit
    }
    self[.control] = separateContext(control)
    rebuildFlags()
    expectContext()
  }

  /// After MSR may have written CONTROL: false where the engine's bits must be set again.
  func keepsManualContext(after writer: UnsafeMutablePointer<Block>) -> Bool {
    let writes = writer.pointee.executions
    // The block behind it may be announced several times.
    if state.pointee.controlWriter == writer && state.pointee.controlWrites == writes {
      return true
    }
    (state.pointee.controlWriter, state.pointee.controlWrites) = (writer, writes)
    let control = self[.control]
    // Unprivileged code writes nothing there.
    if control & 1 != 0 && self[.xpsr] & 0x1ff == 0 { return true }
    state.pointee.manualContext = control & contextBits
    return control & contextBits == contextBits
  }

  /// After MSR has written CONTROL: takes its floating-point bits aside again.
  public func resumeManualContext() {
    guard state.pointee.isContextManual else { return }
    self[.control] = self[.control] | contextBits
    rebuildFlags()
  }

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
