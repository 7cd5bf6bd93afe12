/// How a memory answers just now, as the interface before it is programmed: flash behind FLASH_ACR,
/// ICACHECNF and their kin. The device with these registers sets it, and the run charges by it.
public final class MemoryTiming {
  public struct Setting: Sendable, Hashable {
    /// Wait states of an access to the memory itself; nil: those of the chip's description.
    public var waitStates: Int?
    /// The line after the one in use is read ahead.
    public var prefetches = false
    /// The caches in front of the memory, as far as the chip has them.
    public var cachesInstructions = false
    public var cachesData = false

    public init() {}
  }

  /// What firmware has set.
  public var setting = Setting() {
    didSet { if setting != oldValue { onChange(setting) } }
  }
  /// Told of each change of `setting`: the run hooks in here.
  public var onChange: (Setting) -> Void = { _ in }
  /// Empties a cache: the run hooks in here.
  public var invalidateInstructions: () -> Void = {}
  public var invalidateData: () -> Void = {}
  /// Fetches that the instruction cache served and did not serve since power-on: set by the run.
  public var hits: () -> UInt64 = { 0 }
  public var misses: () -> UInt64 = { 0 }

  public init() {}
}
