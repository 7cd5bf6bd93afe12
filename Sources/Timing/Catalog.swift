/// Every core whose timing is known, by the name that boards use.
public enum TimingCatalog {
  public static let cores: [any CoreTiming] = [
    CortexM0Timing(), CortexM0PlusTiming(), CortexM3Timing(), CortexM4Timing(),
    CortexM7Timing(), CortexM33Timing(),
  ]

  /// The timing of a core, or nil for an unknown name; a final `f` only names its unit.
  public static func timing(of core: String) -> (any CoreTiming)? {
    let plain = core.hasSuffix("f") ? String(core.dropLast()) : core
    return cores.first { $0.name == plain }
  }
}
