public import Units

/// A device that sends words on the data wire of an I2S bus, clocked by its controller.
public protocol I2SSource: AnyObject {
  /// The word of the slot that ends at `instant`, left-aligned in 32 bits; nil once the stream has
  /// ended. `rate` is that of the frames, `slotBits` the clocks of a slot.
  func word(at instant: Instant, rate: Hertz, slotBits: Int) -> UInt32?
  /// The controller's clocks start or stop.
  func clock(running: Bool)
  /// One of its words has been read from the controller.
  func delivered()
  /// One of its words was overwritten there before it was read.
  func overwritten()
}

/// The data wire into an I2S controller and who sends on it, by the level of the word select.
public final class I2SInput {
  /// While the word select is low: the first slot of a frame.
  public var left: (any I2SSource)?
  public var right: (any I2SSource)?

  public init() {}

  /// Who sends in a slot of a frame; only the first two have a sender.
  public func source(ofSlot slot: Int) -> (any I2SSource)? {
    slot == 0 ? left : slot == 1 ? right : nil
  }

  public func clock(running: Bool) {
    left?.clock(running: running)
    right?.clock(running: running)
  }
}
