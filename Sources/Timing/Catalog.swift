/// Every core whose timing is known, by the name that boards use.
public enum TimingCatalog {
  public static let cores: [any CoreTiming] = [
    CortexM4Timing()
  ]

  /// The timing of a core, or nil for an unknown name.
  public static func timing(of core: String) -> (any CoreTiming)? {
    cores.first { $0.name == core }
  }
}
