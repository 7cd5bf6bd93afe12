/// How a memory answers just now, as the interface before it is programmed: flash behind FLASH_ACR,
/// ICACHECNF and their kin. The device with these registers sets it, and the run charges by it.
public final class MemoryTiming {
  public struct Setting: Sendable, Hashable {
    /// Wait states of an access to the memory itself; nil: those of the chip's description.
    public var waitStates: Int?
    /// Of filling a line of a cache, where that takes another time; nil: `waitStates`.
    public var fillWaitStates: Int?
    /// The line after the one in use is read ahead.
    public var prefetches = false
    /// The caches in front of the memory, as far as the chip has them.
    public var cachesInstructions = false
    public var cachesData = false
    /// The instruction cache has one way only.
    public var isDirectMapped = false

    public init() {}
  }

  /// What firmware has set.
  public var setting = Setting() {
    didSet {
      guard setting != oldValue else { return }
      for observer in observers { observer(setting) }
    }
  }
  private var observers: [(Setting) -> Void] = []
  private var instructionInvalidations: [() -> Void] = []
  private var dataInvalidations: [() -> Void] = []
  private var lineInvalidations: [(UInt32) -> Void] = []

  /// The run hooks in here, for each way to the memory: told of what is set, now and on each change.
  public func observe(_ observer: @escaping (Setting) -> Void) {
    observers.append(observer)
    if setting != Setting() { observer(setting) }
  }

  /// The run hooks in here: how the caches of a way to the memory are emptied.
  public func observeInvalidation(
    instructions: @escaping () -> Void, data: @escaping () -> Void
  ) {
    instructionInvalidations.append(instructions)
    dataInvalidations.append(data)
  }

  /// The run hooks in here, too: how the line that holds an address is emptied.
  public func observeLineInvalidation(_ invalidate: @escaping (UInt32) -> Void) {
    lineInvalidations.append(invalidate)
  }

  /// Takes the line of that address, counted from the start of the memory, out of the caches.
  public func invalidateLine(at offset: UInt32) {
    for invalidate in lineInvalidations { invalidate(offset) }
  }

  /// Empties a cache; one that serves both goes by the first.
  public func invalidateInstructions() {
    for invalidate in instructionInvalidations { invalidate() }
  }

  public func invalidateData() {
    for invalidate in dataInvalidations { invalidate() }
  }

  /// Fetches that the instruction cache served and did not serve since power-on: set by the run.
  public var hits: () -> UInt64 = { 0 }
  public var misses: () -> UInt64 = { 0 }

  /// Reads of code by the width of the memory's line since power-on, and the look-ups of the cache that
  /// they are where it is on: set by the run.
  public var codeReads: () -> (reads: UInt64, lookUps: UInt64) = { (0, 0) }

  /// Data reads that the block under way has yet to make and the counts above hold already: how many, and
  /// how many of them missed the cache. Set by the run.
  public var readsAhead: () -> (reads: UInt64, misses: UInt64) = { (0, 0) }

  public init() {}
}
