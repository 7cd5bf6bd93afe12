/// Every core whose timing is known, by the name that boards use.
public enum TimingCatalog {
  public static let cores: [any CoreTiming] = [
    CortexM0Timing(), CortexM0PlusTiming(), CortexM3Timing(), CortexM4Timing(),
    CortexM7Timing(), CortexM33Timing(),
  ]

  /// The fingerprint of each core's rules by its name, because every run tells the one of its core, and working
  /// it out would take longer than all else that an empty run does. A test holds them to the rules.
  public static let fingerprints = [
    "cortex-m0": "9bcb78aa7b847b38", "cortex-m0+": "cf59aad143989cfe",
    "cortex-m3": "fa187c2e38ab7be3", "cortex-m4": "94c8762de5c74cc2",
    "cortex-m7": "ecc7ead981424b32", "cortex-m33": "71a2e0d6a4324ab6",
  ]

  /// The timing of a core, or nil for an unknown name; a final `f` only names its unit.
  /// `smallMultiplier`: a Cortex-M0 or M0+ whose chip chose the one that takes 32 cycles.
  public static func timing(
    of core: String, smallMultiplier: Bool = false
  ) -> (any CoreTiming)? {
    let plain = core.hasSuffix("f") ? String(core.dropLast()) : core
    if smallMultiplier && plain == "cortex-m0" { return CortexM0Timing(smallMultiplier: true) }
    if smallMultiplier && plain == "cortex-m0+" {
      return CortexM0PlusTiming(smallMultiplier: true)
    }
    return cores.first { $0.name == plain }
  }
}
