/// What Armv6-M leaves out of the System Control Space: it reads as zero there and takes no write.
///
/// Reference: Arm DDI 0419E (Armv6-M Architecture Reference Manual), B3.2 … B3.4.
/// Not modelled: what a debugger alone may reach (DFSR, SHCSR's SVCALLPENDED).
extension CortexM {
  /// STKALIGN and UNALIGN_TRP: both fixed.
  static let fixedConfiguration: UInt32 = 0x208

  /// Whether the core has the register at a word's address.
  func isPresent(_ address: UInt32) -> Bool {
    guard features.architecture == .v6M else { return true }
    switch address {
    case 0xe000_e008, 0xe000_e010...0xe000_e01c: return true
    // One word each for 32 interrupts; no active bits.
    case 0xe000_e100, 0xe000_e180, 0xe000_e200, 0xe000_e280, 0xe000_e400...0xe000_e41c:
      return true
    case 0xe000_ed00, 0xe000_ed04, 0xe000_ed0c, 0xe000_ed10, 0xe000_ed14: return true
    case 0xe000_ed08: return features.hasVectorTableOffset
    case 0xe000_ed1c, 0xe000_ed20: return true
    case 0xe000_ed90...0xe000_eda0: return features.mpuRegions > 0
    default: return false
    }
  }

  /// Whether the exception has a priority field: no configurable fault in Armv6-M, no debug monitor;
  /// SecureFault in Armv8-M alone.
  func hasPriority(_ number: Int) -> Bool {
    if number == NVIC.secureFault { return features.hasSecurityExtension }
    return features.architecture != .v6M || number >= NVIC.firstInterrupt
      || [NVIC.svCall, NVIC.pendSV, NVIC.sysTick].contains(number)
  }

  /// Whether bytes and halfwords of the System Control Space may be accessed at all.
  public var allowsNarrowAccess: Bool { features.architecture != .v6M }
}
