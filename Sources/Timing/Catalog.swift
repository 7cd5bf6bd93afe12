/// What a chip's maker may choose of a core that changes its timing.
public struct CoreOptions: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// A Cortex-M0 or M0+ that multiplies in 32 cycles.
  public static let smallMultiplier = CoreOptions(rawValue: 1)
  /// A Cortex-M7 whose caches and tightly coupled memories correct errors.
  public static let errorCorrection = CoreOptions(rawValue: 2)
}

/// Every core whose timing is known, by the name that boards use.
public enum TimingCatalog {
  public static let cores: [any CoreTiming] = [
    CortexM0Timing(), CortexM0PlusTiming(), CortexM3Timing(), CortexM4Timing(),
    CortexM7Timing(), CortexM33Timing(),
  ]

  /// The fingerprint of each core's rules by its name, because every run tells the one of its core, and working
  /// it out would take longer than all else that an empty run does. A test holds them to the rules.
  public static let fingerprints = [
    "cortex-m0": "a9923dd52ecec941", "cortex-m0+": "fc619414d305f183",
    "cortex-m3": "593c103a797caf86", "cortex-m4": "ae8fe4249d294a23",
    "cortex-m7": "91a37b894f104006", "cortex-m33": "a8167520b91b9a3b",
  ]

  /// The timing of a core, or nil for an unknown name; a final `f` only names its unit.
  public static func timing(
    of core: String, options: CoreOptions = []
  ) -> (any CoreTiming)? {
    let plain = core.hasSuffix("f") ? String(core.dropLast()) : core
    switch plain {
    case "cortex-m0" where options.contains(.smallMultiplier):
      return CortexM0Timing(smallMultiplier: true)
    case "cortex-m0+" where options.contains(.smallMultiplier):
      return CortexM0PlusTiming(smallMultiplier: true)
    case "cortex-m7" where options.contains(.errorCorrection):
      return CortexM7Timing(errorCorrection: true)
    default: return cores.first { $0.name == plain }
    }
  }
}
