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
    "cortex-m0": "ef59dddb4e6b6e41", "cortex-m0+": "9068c366c9f1c1db",
    "cortex-m3": "6bda2ce711c43f68", "cortex-m4": "0050e33508103af1",
    "cortex-m7": "e1da15ddbb65c042", "cortex-m33": "750f13aae9b2f4eb",
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
