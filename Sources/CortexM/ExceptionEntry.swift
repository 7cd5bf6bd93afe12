import Units

/// Stacking, vector fetch, unstacking.
///
/// Reference: Arm DDI 0403E.e, B1.5.6 … B1.5.8; DDI 0553B, B3.18 … B3.23 (Armv8-M, secure state).
/// Not modelled: an EXC_RETURN that leads to the non-secure state (its bit ES is taken as set).
extension CortexM {
  private static let basicFrame: UInt32 = 32
  private static let extendedFrame: UInt32 = 104
  /// With S16 … S31, because of FPCCR.TS.
  private static let completeFrame: UInt32 = 168

  /// Takes exception `number` (or a more urgent one that comes while it is stacking).
  func enter(_ number: Int, returnAddress: UInt32) {
    observer?.exceptionEntryBegan()
    let savedXPSR = processor[.xpsr]
    let control = processor[.control]
    let isThread = savedXPSR & 0x1ff == 0
    let usesPSP = isThread && control & 2 != 0
    let hasFrame = features.hasFloatingPoint && control & 4 != 0
    // Lazily, the frame is only reserved; its words are written by the first use of the unit.
    let lazy = hasFrame && self.control.lazyStacking
    if lazy { noteLazyContext(isThread: isThread, isPrivileged: !isThread || control & 1 == 0) }
    let secure = features.hasSecurityExtension && control & 8 != 0 ? Self.secureFloatingPoint : 0
    let stacked = push(
      returnAddress: returnAddress, xpsr: savedXPSR | secure, extended: hasFrame,
      limit: processor.stackLimit(process: usesPSP))

    var link: UInt32 = hasFrame ? 0xffff_ffe1 : 0xffff_fff1
    if hasNoStates { link &= ~Self.secureReturn }
    if isThread { link |= 8 }
    // Armv8-M: a handler may have set SPSEL for the code that it returns to.
    if usesPSP || features.architecture == .v8M && control & 2 != 0 { link |= 4 }
    processor.charge(
      timing.entry + (hasFrame && !lazy ? timing.floatingPointStacking : 0), for: .entry)
    // A basic frame leaves the reservation of the code that it pre-empts alone.
    if hasFrame { processor.reserveLazyStacking(lazy ? timing.floatingPointStacking : 0) }
    if lazy && stacked != .stackLimit { self.control.fpcar = processor[.sp] &+ Self.basicFrame }
    if let fault = stacked { derive(fault) }

    // Late arrival: whatever became pending while the frame was written and is more urgent wins.
    let chosen = nvic.mostUrgentPending() ?? number
    let winner =
      nvic.groupPriority(chosen) < nvic.groupPriority(number) || !nvic.pending.contains(number)
      ? chosen : number
    start(winner, link: link, isTailChained: false)
  }

  private func start(_ number: Int, link: UInt32, isTailChained: Bool) {
    nvic.activate(number)
    // In Armv7-M SPSEL can only be written in thread mode.
    processor[.control] = processor[.control] & 1
    processor.setExceptionNumber(UInt32(number))
    processor[.lr] = link
    processor.clearExclusiveMonitor()
    sendEvent()
    let entry = Address(control.vtor) + UInt32(number) * 4
    guard let vector = processor.word(at: entry) else {
      control.hfsr |= SystemControl.HFSR.vectorTable
      return lockUpOrHardFault(number, .dataBus(entry), link)
    }
    let waits = processor.waits(forVectorAt: entry, handler: Address(vector & ~1))
    let hidden = isTailChained ? 0 : timing.hiddenWaits
    if waits > hidden { processor.charge(waits - hidden, for: isTailChained ? .tailChain : .entry) }
    processor.setExecutionState(0x0100_0000)
    processor[.pc] = vector | 1
    observer?.exceptionEntered(number, isTailChained: isTailChained)
    if vector & 1 == 0 { raise(.invalidState, at: Address(vector)) }
  }

  private func lockUpOrHardFault(_ number: Int, _ fault: CoreFault, _ link: UInt32) {
    noteFault(fault, exception: NVIC.hardFault, at: Address(processor[.pc] & ~1))
    if number == NVIC.hardFault || number == NVIC.nmi { return lockUp() }
    // It was never entered.
    nvic.setActive(number, false)
    nvic.setPending(number)
    nvic.setPending(NVIC.hardFault)
    start(NVIC.hardFault, link: link, isTailChained: false)
  }

  private enum DerivedFault {
    case stackingBus, unstackingBus, stackingAccess, unstackingAccess, stackLimit

    var status: UInt32 {
      switch self {
      case .stackingBus: SystemControl.CFSR.stackingBus
      case .unstackingBus: SystemControl.CFSR.unstackingBus
      case .stackingAccess: SystemControl.CFSR.stackingAccess
      case .unstackingAccess: SystemControl.CFSR.unstackingAccess
      case .stackLimit: SystemControl.CFSR.stackOverflow
      }
    }

    var exception: Int {
      switch self {
      case .stackingBus, .unstackingBus: NVIC.busFault
      case .stackingAccess, .unstackingAccess: NVIC.memManage
      case .stackLimit: NVIC.usageFault
      }
    }

    func cause(_ pointer: Address) -> CoreFault {
      switch self {
      case .stackingBus, .unstackingBus: .dataBus(pointer)
      case .stackingAccess, .unstackingAccess: .dataAccess(pointer)
      case .stackLimit: .stackOverflow
      }
    }
  }

  /// A fault of the exception mechanism itself.
  private func derive(_ fault: DerivedFault) {
    control.cfsr |= fault.status
    let wanted = fault.exception
    let canRun =
      features.architecture != .v6M && nvic.enabled.contains(wanted)
      && nvic.groupPriority(wanted) < executionPriority()
    let pointer = Address(processor[.sp])
    noteFault(
      fault.cause(pointer), exception: canRun ? wanted : NVIC.hardFault,
      at: Address(processor[.pc] & ~1))
    if canRun {
      nvic.setPending(wanted)
    } else if executionPriority() <= -1 {
      lockUp()
    } else {
      control.hfsr |= SystemControl.HFSR.forced
      nvic.setPending(NVIC.hardFault)
    }
  }

  /// Writes the frame below the current stack pointer; what went wrong, if anything.
  private func push(
    returnAddress: UInt32, xpsr: UInt32, extended: Bool, limit: UInt32
  ) -> DerivedFault? {
    let pointer = processor[.sp]
    let isComplete = extended && control.savesAllFloatingPoint
    let size = isComplete ? Self.completeFrame : extended ? Self.extendedFrame : Self.basicFrame
    let aligns = extended || control.ccr & SystemControl.CCR.stackAlign != 0
    let misaligned = aligns && pointer & 4 != 0
    let frame = (pointer &- size) & (aligns ? ~7 : ~3)
    var words: [UInt32] = [
      processor[.r0], processor[.r1], processor[.r2], processor[.r3], processor[.r12],
      processor[.lr], returnAddress, xpsr & ~(1 << 9) | (misaligned ? 1 << 9 : 0),
    ]
    if extended {
      for index in 0..<16 { words.append(processor[single: index]) }
      words.append(processor[.fpscr])
    }
    if isComplete {
      words.append(0)
      for index in 16..<32 { words.append(processor[single: index]) }
      clearFloatingPoint(32)
    }
    // Nothing is written below the limit; whether something is above it, is the core's choice.
    if limit > 0 && (frame < limit || frame > pointer) {
      processor[.sp] = limit
      return .stackLimit
    }
    processor[.sp] = frame
    var fault: DerivedFault?
    for (index, word) in words.enumerated() {
      let address = frame &+ UInt32(index) * 4
      if protection.isEnabled && !rights(at: address).contains(.write) {
        fault = .stackingAccess
      } else if !processor.setWord(word, at: Address(address)) {
        fault = fault ?? .stackingBus
      }
    }
    observer?.stackReached(Address(frame))
    return fault
  }

  // MARK: Return

  /// A jump to an EXC_RETURN value in handler mode.
  public func exceptionReturn(_ target: UInt32) {
    let value = hasNoStates ? target & ~Self.secureReturn : target
    let number = exceptionNumber
    guard isValid(value, from: number) else {
      nvic.deactivate(number)
      observer?.exceptionReturned(number, frame: nil)
      return chainInvalidReturn(value)
    }
    nvic.deactivate(number)
    if number != NVIC.nmi { processor[.faultmask] = 0 }
    processor.clearExclusiveMonitor()
    sendEvent()
    // Tail-chaining: the frame stays where it is.
    let floor = executionPriority()
    if let next = nvic.mostUrgentPending(), nvic.groupPriority(next) < floor {
      processor.charge(timing.tailChain, for: .tailChain)
      observer?.exceptionReturned(number, frame: nil)
      return start(nvic.mostUrgentPending() ?? next, link: value, isTailChained: true)
    }
    let extended = features.hasFloatingPoint && value & 0x10 == 0
    let wasWritten = processor.pendingLazyStacking == 0
    if extended { processor.reserveLazyStacking(0) }
    processor.charge(
      timing.exceptionReturn + (extended && wasWritten ? timing.floatingPointUnstacking : 0),
      for: .exceptionReturn)
    // What was only reserved and never written is not read back: the registers are as they were.
    pop(value, leaving: number, extended: extended, isUntouched: !wasWritten)
  }

  /// An EXC_RETURN that fits nothing: the fault is chained on, and the frame stays as it is.
  private func chainInvalidReturn(_ value: UInt32) {
    control.cfsr |= SystemControl.CFSR.invalidPC
    let canRun =
      features.architecture != .v6M && nvic.enabled.contains(NVIC.usageFault)
      && nvic.groupPriority(NVIC.usageFault) < executionPriority()
    let number = canRun ? NVIC.usageFault : NVIC.hardFault
    if !canRun { control.hfsr |= SystemControl.HFSR.forced }
    noteFault(.invalidExceptionReturn, exception: number, at: Address(value & ~1))
    if !canRun && executionPriority() <= -1 { return lockUp() }
    processor.charge(timing.tailChain, for: .tailChain)
    start(number, link: 0xf000_0000 | value & 0x0fff_ffff, isTailChained: true)
  }

  /// EXC_RETURN's S and ES: zero, and not looked at, where Armv8-M has no Security Extension.
  private static let secureReturn: UInt32 = 1 << 6 | 1 << 0
  private var hasNoStates: Bool {
    features.architecture == .v8M && !features.hasSecurityExtension
  }

  /// EXC_RETURN fits the exceptions that are active and the frame that it names.
  private func isValid(_ value: UInt32, from number: Int) -> Bool {
    let fixed: UInt32 = hasNoStates ? 0x0fff_ffa0 : 0x0fff_ffe0
    guard nvic.active.contains(number), value & fixed == fixed else {
      if features.architecture == .v8M && value & 0xff_ff80 == 0xff_ff80 {
        noteNonSecure("EXC_RETURN", "a return to the non-secure state")
      }
      return false
    }
    if !features.hasFloatingPoint && value & 0x10 == 0 { return false }
    if features.architecture == .v8M { return value & 2 == 0 }
    let others = nvic.hasActive(besides: number)
    switch value & 0xf {
    case 0x1: return others
    case 0x9, 0xd:
      return !others || control.ccr & SystemControl.CCR.nonBaseThreadEnable != 0
    default: return false
    }
  }

  /// The frame is read with the rights of the code that is returned to.
  private func mayUnstack(_ address: Address, _ value: UInt32) -> Bool {
    let isPrivileged = value & 8 == 0 || processor[.control] & 1 == 0
    return protection.rights(at: address.value, isPrivileged: isPrivileged).contains(.read)
  }

  private func pop(
    _ value: UInt32, leaving number: Int, extended: Bool, isUntouched: Bool
  ) {
    let usesPSP = value & 0xc == 0xc
    let isComplete = extended && control.savesAllFloatingPoint
    let frame = Address(processor[usesPSP ? .psp : .msp])
    var words: [UInt32] = []
    for index in 0..<(isComplete ? 42 : extended ? 25 : 8) {
      let isAllowed = !protection.isEnabled || mayUnstack(frame + UInt32(index) * 4, value)
      guard isAllowed, let word = processor.word(at: frame + UInt32(index) * 4) else {
        derive(isAllowed ? .unstackingBus : .unstackingAccess)
        if isLockedUp { return }
        observer?.exceptionReturned(number, frame: nil)
        return start(
          nvic.mostUrgentPending() ?? NVIC.hardFault, link: value, isTailChained: true)
      }
      words.append(word)
    }
    let xpsr = words[7]
    // The mode to return to and the frame's exception number must agree.
    guard (value & 8 != 0) == (xpsr & 0x1ff == 0) else {
      observer?.exceptionReturned(number, frame: nil)
      return chainInvalidReturn(value)
    }
    if !extended && control.clearsOnReturn && processor[.control] & 4 != 0 {
      clearFloatingPoint(16)
    }
    let size = isComplete ? Self.completeFrame : extended ? Self.extendedFrame : Self.basicFrame
    let pointer = (frame.value &+ size) | (xpsr & 1 << 9 != 0 ? 4 : 0)
    processor.setExceptionNumber(value & 8 != 0 ? 0 : xpsr & 0x1ff)
    processor[usesPSP ? .psp : .msp] = pointer
    // FPCA follows the frame; SPSEL follows EXC_RETURN; both after IPSR, which decides the mode.
    processor[.control] =
      processor[.control] & 1 | (extended ? 4 : 0)
      | (features.architecture == .v8M ? value >> 1 & 2 | xpsr >> 17 & 8 : usesPSP ? 2 : 0)
    processor[.sp] = pointer
    for (index, register) in [CoreRegister.r0, .r1, .r2, .r3, .r12, .lr].enumerated() {
      processor[register] = words[index]
    }
    if extended && (isComplete || !isUntouched) {
      for index in 0..<16 { processor[single: index] = words[8 + index] }
      processor[.fpscr] = words[24]
    }
    if isComplete { for index in 16..<32 { processor[single: index] = words[10 + index] } }
    processor.setApplicationFlags(xpsr)
    processor.setExecutionState(xpsr & 0x0700_fc00 | 0x0100_0000)
    processor[.pc] = words[6] | 1
    observer?.exceptionReturned(number, frame: frame)
    if xpsr & 1 << 24 == 0 { return raise(.invalidState, at: Address(words[6] & ~1)) }
    let sleeps =
      value & 8 != 0 && control.scr & SystemControl.SCR.sleepOnExit != 0
      && !nvic.hasActive(besides: 0)
    setSleepsOnExit(sleeps)
  }
}
