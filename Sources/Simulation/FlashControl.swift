public import Units

/// What a chip's flash controller and the core, which runs from that flash, share.
public final class FlashControl {
  /// The core stores a word to flash: how long it waits for that; nil where it is not allowed, a bus
  /// fault. Set by the flash controller.
  public var store: (Address, UInt32) -> Interval? = { _, _ in nil }
  /// The same of 1 or 2 bytes, where the flash takes them.
  public var storeNarrow: (_ address: Address, _ value: UInt32, _ size: Int) -> Interval? = {
    _, _, _ in nil
  }
  /// The instruction that stores, while `store` is asked.
  public var storing: Address?
  /// Makes the core wait if it runs from flash. Set by the run.
  public var stall: (Interval) -> Void = { _ in }
  /// Makes the core wait for the access that it makes, wherever it runs from. Set by the run.
  public var holdAccess: (Interval) -> Void = { _ in }

  public init(_ fabric: Fabric) {}
}
