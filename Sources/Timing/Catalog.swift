/// Every core whose timing is known, by the name that boards use.
public enum TimingCatalog {
  public static let cores: [any CoreTiming] = [
    CortexM0Timing(), CortexM0PlusTiming(), CortexM3Timing(), CortexM4Timing(),
    CortexM7Timing(), CortexM33Timing(),
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
