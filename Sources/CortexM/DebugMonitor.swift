import Units

/// The debug monitor: the exception that debug events go to where no debugger halts the core.
///
/// Reference: Arm DDI 0403E.e, C1.4, C1.6.
/// Not modelled: stepping by MON_STEP, vector catch, breakpoints and watchpoints of FPB and DWT.
extension CortexM {
  /// BKPT: the debug monitor's where it is enabled and urgent enough, else a HardFault.
  func raiseDebugEvent(at address: Address) {
    let fault = CoreFault.breakpointWithoutDebugger
    control.dfsr |= SystemControl.DFSR.breakpoint
    guard features.architecture != .v6M, control.hasMonitor,
      nvic.groupPriority(NVIC.debugMonitor) < executionPriority()
    else {
      control.hfsr |= SystemControl.HFSR.debugEvent
      return escalate(fault, at: address, address.value)
    }
    noteFault(fault, exception: NVIC.debugMonitor, at: address)
    nvic.setPending(NVIC.debugMonitor)
    observer?.exceptionPended(NVIC.debugMonitor)
    enter(NVIC.debugMonitor, returnAddress: address.value)
  }

  /// DEMCR: MON_PEND is the debug monitor's pending state.
  func writeMonitorControl(_ value: UInt32) {
    control.demcr = value & 0x010d_07f1
    watchpoint.writeControl(watchpoint.control, traceEnabled: isTraceEnabled)
    followProfile()
    if value & 1 << 17 != 0 {
      pend(NVIC.debugMonitor)
    } else {
      nvic.clearPending(NVIC.debugMonitor)
    }
    recheck()
  }
}
