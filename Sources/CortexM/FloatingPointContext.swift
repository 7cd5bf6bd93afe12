import Units

/// FPCCR and FPCAR: who keeps the floating-point registers over exceptions, and where.
///
/// Reference: Arm DDI 0403E.e, B3.2.21, B3.2.22; DDI 0553B, D1.2.73. Frames are written at once, while
/// the cycles of lazy stacking are charged to the first use of the unit, and LSPACT falls at the start
/// of the block that has it.
/// Not modelled: faults of lazy stacking (LSPERR, MLSPERR): a frame that cannot be written faults at
/// entry.
extension CortexM {
  /// Bit 20 of a stacked xPSR: CONTROL.SFPA.
  static let secureFloatingPoint: UInt32 = 1 << 20

  private struct Field {
    static let active: UInt32 = 1 << 0
    static let user: UInt32 = 1 << 1
    static let thread: UInt32 = 1 << 3
    static let hardFaultReady: UInt32 = 1 << 4
    static let memManageReady: UInt32 = 1 << 5
    static let busFaultReady: UInt32 = 1 << 6
    static let monitorReady: UInt32 = 1 << 8
    static let usageFaultReady: UInt32 = 1 << 10
    static let mainline =
      user | thread | hardFaultReady | memManageReady | busFaultReady | monitorReady
  }

  /// What an exception notes for the frame that it reserves; MONRDY stays clear, as the debug monitor is
  /// never ready.
  private var contextState: UInt32 {
    Field.mainline | (features.architecture == .v8M ? Field.usageFaultReady : 0)
  }

  var floatingPointContextControl: UInt32 {
    control.fpccr | (processor.pendingLazyStacking > 0 ? Field.active : 0)
  }

  func writeContextControl(_ value: UInt32) {
    // ASPEN, LSPEN; in Armv8-M also LSPENS, CLRONRET, CLRONRETS, TS and S.
    let writable =
      contextState | (features.architecture == .v8M ? 0xfc00_0004 : 0xc000_0000)
    control.fpccr = control.fpccr & ~writable | value & writable
    let isReserved = processor.pendingLazyStacking > 0
    if value & Field.active == 0 {
      // The reserved frame is given up.
      if isReserved { processor.reserveLazyStacking(0) }
    } else if !isReserved {
      writeContext()
      processor.reserveLazyStacking(timing.floatingPointStacking)
    }
    processor.setAutomaticContext(control.savesFloatingPoint)
  }

  /// S0 … S15 and FPSCR go where FPCAR says.
  private func writeContext() {
    for index in 0..<16 {
      _ = processor.setWord(
        processor[single: index], at: Address(control.fpcar &+ UInt32(index) * 4))
    }
    _ = processor.setWord(processor[.fpscr], at: Address(control.fpcar &+ 64))
  }

  /// What the first use of the unit would need to know to write the frame.
  func noteLazyContext(isThread: Bool, isPrivileged: Bool) {
    let priority = executionPriority()
    func isReady(_ exception: Int) -> Bool {
      nvic.enabled.contains(exception) && nvic.groupPriority(exception) < priority
    }
    var state = (isPrivileged ? 0 : Field.user) | (isThread ? Field.thread : 0)
    if priority > -1 { state |= Field.hardFaultReady }
    if isReady(NVIC.memManage) { state |= Field.memManageReady }
    if isReady(NVIC.busFault) { state |= Field.busFaultReady }
    if features.architecture == .v8M && isReady(NVIC.usageFault) { state |= Field.usageFaultReady }
    if features.hasSecurityExtension { state |= Self.secureContext }
    control.fpccr = control.fpccr & ~contextState | state
  }

  func clearFloatingPoint(_ count: Int) {
    for index in 0..<count { processor[single: index] = 0 }
    processor[.fpscr] = 0
  }
}
