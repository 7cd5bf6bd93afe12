/// What a chip's flash controller and the instruction cache in front of its flash share.
public final class InstructionCacheControl {
  /// Whether firmware has switched the cache on.
  public var isEnabled = false {
    didSet { if isEnabled != oldValue { onChange(isEnabled) } }
  }
  /// Told when firmware switches the cache on or off: the run hooks in here.
  public var onChange: (Bool) -> Void = { _ in }
  /// Fetches that the cache served and did not serve since power-on: set by the run.
  public var hits: () -> UInt64 = { 0 }
  public var misses: () -> UInt64 = { 0 }

  public init(_ fabric: Fabric) {}
}
