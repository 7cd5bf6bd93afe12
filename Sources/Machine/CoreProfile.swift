import Boards
import CortexM
import Engine
import Timing

extension Core {
  /// What its timing model wants to know of it.
  var options: CoreOptions {
    var options: CoreOptions = []
    if hasSmallMultiplier { options.insert(.smallMultiplier) }
    if correctsErrors { options.insert(.errorCorrection) }
    return options
  }
}

/// What the architecture says of each core that boards name.
enum CoreProfile {
  /// Cores without an FPU run on the same decoder as those with one.
  static let models: [String: CoreModel] = [
    "cortex-m0": .cortexM0, "cortex-m0+": .cortexM0, "cortex-m3": .cortexM3,
    "cortex-m4": .cortexM4, "cortex-m7": .cortexM7, "cortex-m33": .cortexM33,
  ]

  /// CPUID out of reset. Reference: DDI 0432C, 0484C, 100165, 0439D, 0489F, 100230.
  private static let identifiers: [String: UInt32] = [
    "cortex-m0": 0x410c_c200, "cortex-m0+": 0x410c_c601, "cortex-m3": 0x412f_c231,
    "cortex-m4": 0x410f_c241, "cortex-m7": 0x411f_c272, "cortex-m33": 0x410f_d213,
  ]

  /// MVFR0 … MVFR2 where they are not the Cortex-M4's. Reference: DDI 0489F, 100230.
  private static let mediaFeatures: [String: [UInt32]] = [
    "cortex-m7": [0x1011_0221, 0x1200_0011, 0x40],
    "cortex-m33": [0x1011_0021, 0x1100_0011, 0x40],
  ]

  /// ID_PFR0 … ID_ISAR4. Reference: DDI 0337, 0439D, 0489F, 100230, tables of system control registers;
  /// from memory where QEMU does not say the same (Cortex-M4's ID_ISARn).
  private static let identification: [String: [UInt32]] = [
    "cortex-m3": [
      0x30, 0x200, 0x10_0000, 0, 0x30, 0, 0, 0, 0x0110_0110, 0x0211_1000, 0x2111_2231, 0x0111_1110,
      0x0131_0102,
    ],
    "cortex-m4": [
      0x30, 0x200, 0x10_0000, 0, 0x30, 0, 0, 0, 0x0110_1110, 0x0211_2000, 0x2123_2231, 0x0111_1131,
      0x0131_0132,
    ],
    "cortex-m7": [
      0x30, 0x200, 0x10_0000, 0, 0x10_0030, 0, 0x100_0000, 0, 0x0110_1110, 0x0211_2000,
      0x2023_2231, 0x0111_1131, 0x0131_0132,
    ],
    "cortex-m33": [
      0x30, 0x210, 0x20_0000, 0, 0x10_1f40, 0, 0x100_0000, 0, 0x0110_1110, 0x0221_2000,
      0x2023_2232, 0x0111_1131, 0x0131_0132,
    ],
  ]

  /// Bits of ACTLR. Reference: DDI 0337, 0439D, 0489F, 100230: DISMCYCINT and its kin.
  private static let auxiliaryControl: [String: UInt32] = [
    "cortex-m3": 0x7, "cortex-m4": 0x307, "cortex-m7": 0x3fff_ffff, "cortex-m33": 0x2000_17ff,
  ]

  static func features(of chip: Chip) -> CoreFeatures {
    let core = chip.core
    let isSmall = core.name.hasPrefix("cortex-m0")
    func shape(_ cache: Cache?) -> CacheShape? {
      cache.map {
        CacheShape(
          size: UInt32(clamping: $0.size), line: UInt32(clamping: $0.line),
          ways: UInt32(clamping: $0.ways))
      }
    }
    var features = CoreFeatures(
      architecture: isSmall ? .v6M : core.name == "cortex-m33" ? .v8M : .v7M,
      cpuid: identifiers[core.name] ?? 0, priorityBits: core.priorityBits,
      interruptCount: core.interruptCount, hasFloatingPoint: core.hasFPU,
      mpuRegions: core.hasMPU ? core.mpuRegions : 0, systickReference: core.systickReference?.value,
      interruptNames: Dictionary(
        chip.interrupts.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first }),
      hasVectorTableOffset: core.name != "cortex-m0",
      mediaFeatures: mediaFeatures[core.name] ?? [0x1011_0021, 0x1100_0011, 0],
      systickCalibration: core.systickCalibration.map {
        SysTickCalibration(tenMilliseconds: $0.tenMilliseconds, isSkewed: $0.isSkewed)
      },
      identification: identification[core.name] ?? [],
      auxiliaryControl: auxiliaryControl[core.name] ?? 0,
      hasMemorySystem: core.name == "cortex-m7",
      hasSecurityExtension: core.hasSecurityExtension)
    features.instructionCache = shape(core.instructionCache)
    features.dataCache = shape(core.dataCache)
    return features
  }
}

extension ExceptionCycles {
  /// The timing model's figures as the exception model charges them.
  init(_ timing: ExceptionTiming) {
    self.init(
      entry: timing.entry, exceptionReturn: timing.exit, tailChain: timing.tailChain,
      floatingPointStacking: timing.floatEntry, floatingPointUnstacking: timing.floatExit,
      hiddenWaits: timing.hiddenWaits)
  }
}
