/// A device on an SPI bus, selected by its own chip-select pin. The controller calls `exchange` at
/// the instant at which the eighth bit of that byte has passed.
public protocol SPITarget: AnyObject {
  /// Chip select becomes active: a transfer begins.
  func select()
  /// One byte from the controller and one to it, most significant bit first on the wires.
  func exchange(_ byte: UInt8) -> UInt8
  /// Chip select becomes inactive.
  func deselect()
}

/// Three wires and the targets on them by their chip-select pins.
///
/// A target is selected while something drives its pin to the active level: an undriven pin selects
/// nobody. Two selected targets at once wire their outputs together: a low bit wins.
public final class SPIBus {
  private final class Slot {
    let target: any SPITarget
    let pin: Pin
    let activeLevel: Bool
    var isSelected = false

    init(_ target: any SPITarget, _ pin: Pin, _ activeLevel: Bool) {
      self.target = target
      self.pin = pin
      self.activeLevel = activeLevel
    }

    /// A pin that is driven for the first time need not change its level.
    func follow() {
      let selects = pin.isDriven && pin.level == activeLevel
      guard selects != isSelected else { return }
      isSelected = selects
      if selects { target.select() } else { target.deselect() }
    }
  }

  private var slots: [Slot] = []

  public init() {}

  /// `activeLow`: whether the low level of `select` chooses the target.
  public func attach(_ target: any SPITarget, select pin: Pin, activeLow: Bool = true) {
    let slot = Slot(target, pin, !activeLow)
    slots.append(slot)
    pin.observe { _ in slot.follow() }
  }

  /// One byte each way; nil when no target is selected.
  public func exchange(_ byte: UInt8) -> UInt8? {
    var answer: UInt8?
    for slot in slots {
      slot.follow()
      if slot.isSelected { answer = (answer ?? 0xff) & slot.target.exchange(byte) }
    }
    return answer
  }
}
