import Boards
import FirmwareImage

/// Whether a core runs what a firmware was compiled for, as the compiler noted it.
///
/// Reference: Addenda to, and Errata in, the ABI for the Arm Architecture (IHI 0045), 3.3.5.2 (CPU_arch) and
/// 3.3.6 (FP_arch); DDI 0419, 0403 and 0553: what each architecture takes over from the one before.
enum BuildTarget {
  private static let names = [
    10: "Armv7", 11: "Armv6-M", 12: "Armv6S-M", 13: "Armv7E-M", 14: "Armv8-A", 15: "Armv8-R",
    16: "Armv8-M Baseline", 17: "Armv8-M Mainline", 18: "Armv8.1-A", 19: "Armv8.2-A",
    20: "Armv8.3-A", 21: "Armv8.1-M Mainline", 22: "Armv9-A",
  ]

  private static let architectures: [String: Set<Int>] = [
    "cortex-m0": [11, 12], "cortex-m0+": [11, 12], "cortex-m3": [10, 11, 12],
    "cortex-m4": [10, 11, 12, 13], "cortex-m7": [10, 11, 12, 13],
    "cortex-m33": [10, 11, 12, 13, 16, 17],
  ]

  /// What of it the core does not have; nil where nothing is known to be missing.
  static func mismatch(_ attributes: BuildAttributes, on core: Core) -> String? {
    if !attributes.isMicrocontrollerProfile {
      return "built for a processor that is no microcontroller; the board has a \(core.name)"
    }
    // Older architectures are noted where an assembler was told of none.
    if let architecture = attributes.architecture, let name = names[architecture],
      let runs = architectures[core.name], !runs.contains(architecture)
    {
      return "built for \(name), which the board's \(core.name) does not run"
    }
    if let unit = attributes.floatingPoint, unit > 0, !core.hasFPU {
      return "built for a floating-point unit, which the board's \(core.name) does not have"
    }
    return nil
  }
}
