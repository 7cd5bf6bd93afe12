public import Simulation
import Units

/// The private peripheral bus: NVIC, SCB, SysTick, FPU control, DWT, as memory.
///
/// Reference: Arm DDI 0403E.e, B3.2 … B3.4, C1.6, C1.8.
extension CortexM {
  private enum Register: UInt32 {
    case dwtControl = 0xe000_1000
    case cycleCount = 0xe000_1004
    case dwtLockAccess = 0xe000_1fb0
    case dwtLockStatus = 0xe000_1fb4
    case ictr = 0xe000_e004
    case actlr = 0xe000_e008
    case systControl = 0xe000_e010
    case systReload = 0xe000_e014
    case systValue = 0xe000_e018
    case systCalibration = 0xe000_e01c
    case cpuid = 0xe000_ed00
    case icsr = 0xe000_ed04
    case vtor = 0xe000_ed08
    case aircr = 0xe000_ed0c
    case scr = 0xe000_ed10
    case ccr = 0xe000_ed14
    case shpr1 = 0xe000_ed18
    case shpr2 = 0xe000_ed1c
    case shpr3 = 0xe000_ed20
    case shcsr = 0xe000_ed24
    case cfsr = 0xe000_ed28
    case hfsr = 0xe000_ed2c
    case dfsr = 0xe000_ed30
    case mmfar = 0xe000_ed34
    case bfar = 0xe000_ed38
    case afsr = 0xe000_ed3c
    case cpacr = 0xe000_ed88
    case dhcsr = 0xe000_edf0
    case dcrsr = 0xe000_edf4
    case dcrdr = 0xe000_edf8
    case demcr = 0xe000_edfc
    case stir = 0xe000_ef00
    case fpccr = 0xe000_ef34
    case fpcar = 0xe000_ef38
    case fpdscr = 0xe000_ef3c
    case mvfr0 = 0xe000_ef40
    case mvfr1 = 0xe000_ef44
    case mvfr2 = 0xe000_ef48
  }

  private static let protectionUnit: ClosedRange<UInt32> = 0xe000_ed90...0xe000_edb8

  /// Whether unprivileged code may touch the register.
  public func allowsUnprivileged(_ address: UInt32) -> Bool {
    address == Register.stir.rawValue && control.ccr & SystemControl.CCR.userSetPending != 0
      || address < 0xe000_1000
  }

  /// A word of the private peripheral bus; nil where it is not modelled.
  public func readPrivate(_ address: UInt32) -> UInt32? {
    guard isPresent(address) else { return 0 }
    if let bank = bank(address) { return readBank(bank) }
    if Self.protectionUnit.contains(address) { return readProtection(address) }
    if InstrumentationTrace.contains(address) {
      return trace.read(address, isTraceEnabled: isTraceEnabled)
    }
    if ProfileCounters.addresses.contains(address) { return profile.read(address, profileCounts) }
    guard let register = Register(rawValue: address) else {
      return identification(address) ?? readMainline(address) ?? readMemorySystem(address)
    }
    switch register {
    case .dwtControl: return 0x4000_0000 | watchpoint.control
    case .cycleCount: return watchpoint.cycleCount
    case .dwtLockAccess, .stir: return 0
    case .dwtLockStatus: return 0
    case .ictr: return UInt32(max(features.interruptCount - 1, 0) / 32)
    case .actlr: return control.actlr
    case .systControl: return sysTick.readControl()
    case .systReload: return sysTick.reload
    case .systValue: return sysTick.readValue()
    case .systCalibration: return sysTick.calibration
    case .cpuid: return features.cpuid
    case .icsr: return interruptControlState
    case .vtor: return control.vtor
    case .aircr: return 0xfa05_0000 | control.security.aircr | nvic.priorityGroup << 8
    case .scr: return control.scr
    case .ccr: return control.ccr
    case .shpr1, .shpr2, .shpr3: return readPriorities(first: 4 + Int(address - 0xe000_ed18))
    case .shcsr: return systemHandlerState
    case .cfsr: return control.cfsr
    case .hfsr: return control.hfsr
    case .dfsr: return control.dfsr
    case .mmfar: return control.mmfar
    case .bfar: return control.bfar
    case .afsr: return control.afsr
    case .cpacr: return features.hasFloatingPoint ? control.cpacr : 0
    // No debugger: an instruction has retired, and register transfers are ready.
    case .dhcsr: return 0x0101_0000
    case .dcrsr: return 0
    case .dcrdr: return control.dcrdr
    case .demcr: return control.demcr | (nvic.pending.contains(NVIC.debugMonitor) ? 1 << 17 : 0)
    case .fpccr: return features.hasFloatingPoint ? floatingPointContextControl : 0
    case .fpcar: return control.fpcar
    case .fpdscr: return control.fpdscr
    case .mvfr0, .mvfr1, .mvfr2: return mediaFeature(Int(address - 0xe000_ef40) / 4)
    }
  }

  /// Writes a word of the private peripheral bus; false where it is not modelled.
  public func writePrivate(_ address: UInt32, _ value: UInt32) -> Bool {
    guard isPresent(address) else { return true }
    if let bank = bank(address) {
      writeBank(bank, value)
      return true
    }
    if Self.protectionUnit.contains(address) {
      writeProtection(address, value)
      return true
    }
    if InstrumentationTrace.contains(address) {
      writeTrace(address, value, .word)
      return true
    }
    if ProfileCounters.addresses.contains(address) {
      profile.write(address, value, profileCounts)
      return true
    }
    guard let register = Register(rawValue: address) else {
      return identification(address) != nil || writeMainline(address, value)
        || writeMemorySystem(address, value)
    }
    switch register {
    case .dwtControl:
      watchpoint.writeControl(value, traceEnabled: control.demcr & 1 << 24 != 0)
      followProfile()
    case .cycleCount: watchpoint.setCycleCount(value)
    case .systControl: sysTick.writeControl(value, makeSysTickEvent)
    case .systReload: sysTick.writeReload(value, makeSysTickEvent)
    case .systValue: sysTick.clearValue(makeSysTickEvent)
    case .icsr: writeInterruptControl(value)
    case .vtor: control.vtor = value & ~0x7f
    case .aircr: writeResetControl(value)
    case .scr: control.scr = value & 0x16
    case .ccr where features.architecture != .v6M:
      control.ccr = configuration(value)
      applyTraps()
      enableCaches()
    case .shpr1, .shpr2, .shpr3:
      writePriorities(first: 4 + Int(address - 0xe000_ed18), value)
    case .shcsr: writeSystemHandlerState(value)
    case .cfsr: control.cfsr &= ~value
    case .hfsr: control.hfsr &= ~value
    case .dfsr: control.dfsr &= ~value
    case .mmfar: control.mmfar = value
    case .bfar: control.bfar = value
    case .cpacr:
      guard features.hasFloatingPoint else { return true }
      control.cpacr = value & 0x00f0_0000
      processor.floatingPointOff = !control.floatingPointEnabled
    case .demcr: writeMonitorControl(value)
    case .dcrdr: control.dcrdr = value
    case .stir:
      pend(NVIC.firstInterrupt + Int(value & 0x1ff))
    case .fpccr where features.hasFloatingPoint: writeContextControl(value)
    case .fpcar where features.hasFloatingPoint: control.fpcar = value & ~7
    case .fpdscr where features.hasFloatingPoint:
      control.fpdscr = value & 0x07c0_0000
      processor.defaultStatus = control.fpdscr
    case .actlr: control.actlr = value & features.auxiliaryControl
    case .dwtLockAccess, .dwtLockStatus, .ictr, .systCalibration, .cpuid, .afsr, .dhcsr, .dcrsr,
      .ccr, .fpccr, .fpcar, .fpdscr, .mvfr0, .mvfr1, .mvfr2:
      break
    }
    return true
  }

  /// ID_PFR0 … ID_ISAR4.
  private func identification(_ address: UInt32) -> UInt32? {
    let index = Int(address &- 0xe000_ed40) / 4
    guard address >= 0xe000_ed40, index < features.identification.count else { return nil }
    return features.identification[index]
  }

  private func mediaFeature(_ index: Int) -> UInt32 {
    let words = features.hasFloatingPoint ? features.mediaFeatures : []
    return index < words.count ? words[index] : 0
  }

  /// Which profiling counters run.
  func followProfile() {
    profile.follow(isTraceEnabled ? watchpoint.control : 0, profileCounts)
  }

  /// DEMCR.TRCENA.
  var isTraceEnabled: Bool { control.demcr & 1 << 24 != 0 }

  private func writeTrace(_ address: UInt32, _ value: UInt32, _ width: AccessWidth) {
    trace.write(
      address, value, width, isTraceEnabled: isTraceEnabled,
      isPrivileged: processor[.control] & 1 == 0 || exceptionNumber != 0)
  }

  /// A byte or halfword: the priority fields and the ITM's ports take them, and the fault status takes
  /// its own bits.
  public func writePrivateNarrow(_ address: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    let word = address & ~3
    let shift = (address & 3) * 8
    let mask: UInt32 = (width == .byte ? 0xff : 0xffff) << shift
    if word == Register.cfsr.rawValue && allowsNarrowAccess {
      return writePrivate(word, value << shift & mask)
    }
    guard allowsNarrowAccess else { return false }
    if InstrumentationTrace.contains(address) {
      writeTrace(address, value, width)
      return true
    }
    let isPriority =
      (0xe000_e400..<0xe000_e800).contains(word) || (0xe000_ed18...0xe000_ed20).contains(word)
    guard isPriority, let old = readPrivate(word) else { return false }
    return writePrivate(word, old & ~mask | value << shift & mask)
  }

  func makeSysTickEvent() -> Event {
    fabric.scheduler.event("SysTick") { [unowned self] in
      sysTick.expire { [unowned self] in makeSysTickEvent() }
    }
  }

  /// What may be taken could have changed.
  func recheck() {
    processor.hasPending = !nvic.pending.isEmpty
    processor.requestCheck()
  }

  // MARK: System Control Block

  private var interruptControlState: UInt32 {
    let active = UInt32(exceptionNumber)
    let pending = vectorPending
    var interruptPending = false
    for number in nvic.pending where number >= NVIC.firstInterrupt { interruptPending = true }
    let returnsToBase = active == 0 || !nvic.hasActive(besides: Int(active))
    let saysBase = returnsToBase && features.architecture != .v6M
    return active | (saysBase ? 1 << 11 : 0) | UInt32(pending) << 12
      | (interruptPending ? 1 << 22 : 0)
      | (nvic.pending.contains(NVIC.sysTick) ? 1 << 26 : 0)
      | (nvic.pending.contains(NVIC.pendSV) ? 1 << 28 : 0)
      | (nvic.pending.contains(NVIC.nmi) ? 1 << 31 : 0)
  }

  /// The most urgent pending exception that BASEPRI and FAULTMASK let through; PRIMASK does not count.
  private var vectorPending: Int {
    guard let number = nvic.mostUrgentPending() else { return 0 }
    let priority = nvic.groupPriority(number)
    let base = UInt8(truncatingIfNeeded: processor[.basepri])
    if base != 0 && priority >= Int(nvic.grouped(base)) { return 0 }
    return processor[.faultmask] & 1 != 0 && priority >= -1 ? 0 : number
  }

  private func writeInterruptControl(_ value: UInt32) {
    if value & 1 << 31 != 0 { pend(NVIC.nmi) }
    if value & 1 << 28 != 0 {
      pend(NVIC.pendSV)
    } else if value & 1 << 27 != 0 {
      nvic.clearPending(NVIC.pendSV)
    }
    if value & 1 << 26 != 0 {
      pend(NVIC.sysTick)
    } else if value & 1 << 25 != 0 {
      nvic.clearPending(NVIC.sysTick)
    }
    recheck()
  }

  /// AIRCR obeys only with its key; SYSRESETREQ asks for a system reset.
  private func writeResetControl(_ value: UInt32) {
    guard value >> 16 == 0x05fa else { return }
    // Armv6-M has no groups, and Armv7-M alone a local reset.
    if features.architecture != .v6M { nvic.priorityGroup = value >> 8 & 7 }
    writeSecurePriorities(value)
    if value & (features.architecture == .v7M ? 5 : 4) != 0 {
      fabric.resetRequested = true
      processor.requestCheck()
    }
    recheck()
  }

  private static let handlerBits: [(bit: UInt32, exception: Int, isActive: Bool)] = [
    (0, NVIC.memManage, true), (1, NVIC.busFault, true), (3, NVIC.usageFault, true),
    (4, NVIC.secureFault, true), (20, NVIC.secureFault, false),
    (7, NVIC.svCall, true), (8, NVIC.debugMonitor, true), (10, NVIC.pendSV, true),
    (11, NVIC.sysTick, true), (12, NVIC.usageFault, false), (13, NVIC.memManage, false),
    (14, NVIC.busFault, false), (15, NVIC.svCall, false),
    (2, NVIC.hardFault, true), (5, NVIC.nmi, true), (21, NVIC.hardFault, false),
  ]
  private static let handlerEnables: [(bit: UInt32, exception: Int)] = [
    (16, NVIC.memManage), (17, NVIC.busFault), (18, NVIC.usageFault), (19, NVIC.secureFault),
  ]

  /// SecureFault, HardFault and NMI are there in Armv8-M alone.
  private func hasHandler(_ exception: Int) -> Bool {
    ![NVIC.secureFault, NVIC.hardFault, NVIC.nmi].contains(exception)
      || features.architecture == .v8M
  }

  private var systemHandlerState: UInt32 {
    var word: UInt32 = 0
    for field in Self.handlerBits where hasHandler(field.exception) {
      let set = field.isActive ? nvic.active : nvic.pending
      if set.contains(field.exception) { word |= 1 << field.bit }
    }
    for field in Self.handlerEnables where nvic.enabled.contains(field.exception) {
      word |= 1 << field.bit
    }
    return word
  }

  private func writeSystemHandlerState(_ value: UInt32) {
    for field in Self.handlerBits where hasHandler(field.exception) {
      let isSet = value >> field.bit & 1 != 0
      if field.isActive {
        // NMIACT and HARDFAULTACT only tell.
        if field.exception > NVIC.hardFault { nvic.setActive(field.exception, isSet) }
      } else if isSet {
        pend(field.exception)
      } else {
        nvic.clearPending(field.exception)
      }
    }
    for field in Self.handlerEnables where hasHandler(field.exception) {
      nvic.setEnabled(field.exception, value >> field.bit & 1 != 0)
    }
    recheck()
  }
}
