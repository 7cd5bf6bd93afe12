import Simulation

/// What the Security Extension of Armv8-M adds to the System Control Space, as the secure state sees it.
/// The core stays in that state: SAU, ITNS and NSACR hold what is written, and what would need the
/// non-secure state is a finding. Where the chip leaves the extension out, or an option switches it off
/// (STM32's TZEN), they read zero and take nothing.
///
/// Reference: Arm DDI 0553B (Armv8-M Architecture Reference Manual), B10, D1.2; Arm 100230 (Cortex-M33
/// TRM).
/// Not modelled: the non-secure state and its banked registers, attribution by SAU and IDAU, SecureFault
/// but by software; TT answers as if MPU and SAU were off.
struct SecurityRegisters {
  static let regions = 8
  var sauControl: UInt32 = 0
  var sauRegion: UInt32 = 0
  var sauBases = [UInt32](repeating: 0, count: Self.regions)
  var sauLimits = [UInt32](repeating: 0, count: Self.regions)
  var sfsr: UInt32 = 0
  var sfar: UInt32 = 0
  /// Which coprocessors the non-secure state may use.
  var nsacr: UInt32 = 0
  /// AIRCR's PRIS, BFHFNMINS and SYSRESETREQS.
  var aircr: UInt32 = 0
  /// NVIC_ITNS: interrupts that target the non-secure state.
  var targets: [UInt32: UInt32] = [:]
}

extension CortexM {
  /// CCR: STKALIGN and NONBASETHRDENA are fixed.
  static let mainlineConfiguration: UInt32 = 0x201
  /// FPCCR.S: the floating-point context belongs to the secure state.
  static let secureContext: UInt32 = 1 << 2

  private enum Register: UInt32 {
    case nsacr = 0xe000_ed8c
    case mair0 = 0xe000_edc0
    case mair1 = 0xe000_edc4
    case sauControl = 0xe000_edd0
    case sauType = 0xe000_edd4
    case sauRegion = 0xe000_edd8
    case sauBase = 0xe000_eddc
    case sauLimit = 0xe000_ede0
    case sfsr = 0xe000_ede4
    case sfar = 0xe000_ede8
  }

  /// Registers of Armv8-M that are there without the Security Extension.
  private static let unsecured: Set<UInt32> = [Register.mair0.rawValue, Register.mair1.rawValue]
  private static let targets: Range<UInt32> = 0xe000_e380..<0xe000_e3c0

  /// A word that only Armv8-M has; nil elsewhere.
  func readMainline(_ address: UInt32) -> UInt32? {
    guard features.architecture == .v8M else { return nil }
    if !features.hasSecurityExtension && !Self.unsecured.contains(address) {
      return isSecurityRegister(address) ? 0 : nil
    }
    let security = control.security
    if Self.targets.contains(address) { return security.targets[address] ?? 0 }
    let region = Int(security.sauRegion)
    let isRegion = region < SecurityRegisters.regions
    switch Register(rawValue: address) {
    case .nsacr: return security.nsacr
    case .mair0: return protection.attributeIndirections[0]
    case .mair1: return protection.attributeIndirections[1]
    case .sauControl: return security.sauControl
    case .sauType: return UInt32(SecurityRegisters.regions)
    case .sauRegion: return security.sauRegion
    case .sauBase: return isRegion ? security.sauBases[region] : 0
    case .sauLimit: return isRegion ? security.sauLimits[region] : 0
    case .sfsr: return security.sfsr
    case .sfar: return security.sfar
    case nil: return nil
    }
  }

  /// Writes a word that only Armv8-M has; false elsewhere.
  func writeMainline(_ address: UInt32, _ value: UInt32) -> Bool {
    guard features.architecture == .v8M else { return false }
    if !features.hasSecurityExtension && !Self.unsecured.contains(address) {
      return isSecurityRegister(address)
    }
    if Self.targets.contains(address) {
      if value != 0 { noteNonSecure("NVIC_ITNS", "an interrupt is given to the non-secure state") }
      control.security.targets[address] = value
      return true
    }
    let region = Int(control.security.sauRegion)
    let isRegion = region < SecurityRegisters.regions
    switch Register(rawValue: address) {
    case .nsacr: control.security.nsacr = value & 0xcff
    case .mair0: protection.attributeIndirections[0] = value
    case .mair1: protection.attributeIndirections[1] = value
    case .sauControl:
      control.security.sauControl = value & 3
      if value & 3 != 0 { noteNonSecure("SAU_CTRL", "memory is given to the non-secure state") }
    case .sauRegion: control.security.sauRegion = value & 0xff
    case .sauBase: if isRegion { control.security.sauBases[region] = value & ~0x1f }
    case .sauLimit: if isRegion { control.security.sauLimits[region] = value & ~0x1c }
    case .sfsr: control.security.sfsr &= ~value
    case .sfar: control.security.sfar = value
    case .sauType: break
    case nil: return false
    }
    return true
  }

  private func isSecurityRegister(_ address: UInt32) -> Bool {
    Self.targets.contains(address) || Register(rawValue: address) != nil
  }

  /// PRIS, BFHFNMINS and SYSRESETREQS.
  func writeSecurePriorities(_ value: UInt32) {
    guard features.hasSecurityExtension else { return }
    control.security.aircr = value & 0x6008
    if value & 0x6000 != 0 {
      noteNonSecure("AIRCR", "priorities between the two states (PRIS, BFHFNMINS)")
    }
  }

  func noteNonSecure(_ register: String, _ what: String) {
    fabric.findings.note(
      "non-secure-state", register, "\(what): only the secure state is modelled")
  }
}
