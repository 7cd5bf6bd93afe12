import Simulation
import Units

/// The Cortex-M7's registers of caches and tightly coupled memories. Where the chip has first-level
/// caches they say their shape, CCR switches them, and maintenance empties them; elsewhere they hold what
/// is written and say that no cache is there, so that loops over sets and ways end at once.
///
/// Reference: Arm DDI 0489F (Cortex-M7 TRM), 3.3, 5.7; DDI 0403E.e, B2.2.7, B4.8.
/// Not modelled: cleaning, because memory holds what was stored at once; CCR.BP; without caches of the
/// chip's CCR.IC and CCR.DC are a finding.
extension CortexM {
  /// CCR.DC, IC and BP.
  static let cacheEnables: UInt32 = 7 << 16

  private enum Identification: UInt32 {
    case levels = 0xe000_ed78
    case type = 0xe000_ed7c
    case size = 0xe000_ed80
    /// CSSELR: bit 0 chooses the instruction cache.
    case selection = 0xe000_ed84
  }

  private enum Maintenance: UInt32 {
    case invalidateInstructions = 0xe000_ef50
    case invalidateInstructionsAt = 0xe000_ef58
    case invalidateDataAt = 0xe000_ef5c
    case invalidateDataPlace = 0xe000_ef60
    case cleanDataToUnification = 0xe000_ef64
    case cleanDataAt = 0xe000_ef68
    case cleanDataPlace = 0xe000_ef6c
    case cleanInvalidateDataAt = 0xe000_ef70
    case cleanInvalidateDataPlace = 0xe000_ef74
    case invalidateBranches = 0xe000_ef78
  }

  private static let control: ClosedRange<UInt32> = 0xe000_ef90...0xe000_efa8
  /// ITCMCR, DTCMCR and AHBPCR: not enabled, of no size.
  private static let separator: UInt32 = 0xe000_efa4

  func readMemorySystem(_ address: UInt32) -> UInt32? {
    guard features.hasMemorySystem else { return nil }
    switch Identification(rawValue: address) {
    case .levels: return cacheLevels
    case .type: return 0x8303_c003
    case .size: return cacheSize
    case .selection: return control.memorySystem[address] ?? 0
    case nil: break
    }
    if Self.control.contains(address) { return control.memorySystem[address] ?? 0 }
    return Maintenance(rawValue: address) == nil ? nil : 0
  }

  func writeMemorySystem(_ address: UInt32, _ value: UInt32) -> Bool {
    guard features.hasMemorySystem else { return false }
    if let operation = Maintenance(rawValue: address) {
      maintain(operation, value)
      return true
    }
    if let register = Identification(rawValue: address) {
      if register == .selection { control.memorySystem[address] = value & 0xf }
      return true
    }
    guard Self.control.contains(address) else { return false }
    if address != Self.separator { control.memorySystem[address] = value }
    return true
  }

  /// CLIDR: caches of the first level, which is the point of coherency and of unification.
  private var cacheLevels: UInt32 {
    let types: UInt32 =
      (features.instructionCache == nil ? 0 : 1) | (features.dataCache == nil ? 0 : 2)
    return types == 0 ? 0 : 1 << 27 | 1 << 24 | types
  }

  /// CCSIDR of the cache that CSSELR chooses: write-through, write-back, allocation on reads and writes.
  private var cacheSize: UInt32 {
    let selection = control.memorySystem[Identification.selection.rawValue] ?? 0
    guard selection >> 1 == 0,
      let shape = selection & 1 == 1 ? features.instructionCache : features.dataCache
    else { return 0 }
    let words = UInt32(shape.line.trailingZeroBitCount) - 4
    return 0xf000_0000 | (shape.sets - 1) << 13 | (shape.ways - 1) << 3 | words
  }

  private func maintain(_ operation: Maintenance, _ value: UInt32) {
    switch operation {
    case .invalidateInstructions: cacheMaintenance(.invalidateInstructions)
    case .invalidateInstructionsAt: cacheMaintenance(.invalidateInstructionsAt(Address(value)))
    case .invalidateDataAt, .cleanInvalidateDataAt:
      cacheMaintenance(.invalidateDataAt(Address(value)))
    case .invalidateDataPlace, .cleanInvalidateDataPlace:
      guard let shape = features.dataCache else { return }
      let set = value >> UInt32(shape.line.trailingZeroBitCount) & (shape.sets - 1)
      let wayBits = UInt32(32 - (shape.ways - 1).leadingZeroBitCount)
      let way = wayBits == 0 ? 0 : value >> (32 - wayBits)
      cacheMaintenance(.invalidateDataPlace(set: set, way: way))
    case .cleanDataAt, .cleanDataPlace, .cleanDataToUnification, .invalidateBranches: break
    }
  }

  /// CCR.IC and CCR.DC; out of reset they are off.
  func enableCaches() {
    guard features.hasMemorySystem else { return }
    cacheMaintenance(
      .enable(instructions: control.ccr & 1 << 17 != 0, data: control.ccr & 1 << 16 != 0))
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
      let missing: UInt32 =
        (features.dataCache == nil ? 1 << 16 : 0) | (features.instructionCache == nil ? 1 << 17 : 0)
      if value & missing != 0 {
        fabric.findings.note(
          "unmodelled-cache", "CCR", "caches are switched on; their effect on time is not modelled")
      }
      return value & (0x31b | Self.cacheEnables)
    }
  }
}
