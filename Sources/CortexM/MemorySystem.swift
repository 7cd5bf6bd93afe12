import Simulation

/// The Cortex-M7's registers of caches and tightly coupled memories: they hold what is written and say
/// that no cache is there, so that loops over sets and ways end at once.
///
/// Reference: Arm DDI 0489F (Cortex-M7 TRM), 3.3; DDI 0403E.e, B4.8.
/// Not modelled: what caches and tightly coupled memories do to timing; CCR.IC and CCR.DC are a finding.
extension CortexM {
  /// CCR.DC, IC and BP.
  static let cacheEnables: UInt32 = 7 << 16

  private static let cacheType: UInt32 = 0xe000_ed7c
  private static let identification: ClosedRange<UInt32> = 0xe000_ed78...0xe000_ed80
  private static let selection: UInt32 = 0xe000_ed84
  private static let maintenance: ClosedRange<UInt32> = 0xe000_ef50...0xe000_ef78
  private static let control: ClosedRange<UInt32> = 0xe000_ef90...0xe000_efa8
  /// ITCMCR, DTCMCR and AHBPCR: not enabled, of no size.
  private static let separator: UInt32 = 0xe000_efa4

  func readMemorySystem(_ address: UInt32) -> UInt32? {
    guard features.hasMemorySystem else { return nil }
    switch address {
    case Self.cacheType: return 0x8303_c003
    case Self.identification: return 0
    case Self.selection, Self.control: return control.memorySystem[address] ?? 0
    case Self.maintenance: return 0
    default: return nil
    }
  }

  func writeMemorySystem(_ address: UInt32, _ value: UInt32) -> Bool {
    guard features.hasMemorySystem else { return false }
    switch address {
    case Self.selection: control.memorySystem[address] = value & 0xf
    case Self.control where address != Self.separator: control.memorySystem[address] = value
    case Self.identification, Self.maintenance, Self.control: break
    default: return false
    }
    return true
  }

  /// What CCR takes of a value.
  func configuration(_ value: UInt32) -> UInt32 {
    switch features.architecture {
    case .v6M: return Self.fixedConfiguration
    case .v8M:
      if value & SystemControl.CCR.stackOverflowIgnore != 0 {
        fabric.findings.note(
          "unmodelled-register", "CCR.STKOFHFNMIGN", "stack limits hold in NMI and HardFault, too")
      }
      return value & 0x51a | Self.mainlineConfiguration
    case .v7M:
      guard features.hasMemorySystem else { return value & 0x31b }
      if value & 3 << 16 != 0 {
        fabric.findings.note(
          "unmodelled-cache", "CCR", "caches are switched on; their effect on time is not modelled")
      }
      return value & (0x31b | Self.cacheEnables)
    }
  }
}
