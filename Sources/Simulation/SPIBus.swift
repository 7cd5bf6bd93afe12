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
    /// The first byte of the transfer under way, and how many followed.
    private var command: UInt8?
    private var offset: UInt8 = 0

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
      command = nil
      offset = 0
      if selects { target.select() } else { target.deselect() }
    }

    /// The register that a byte is written to; nil for the first byte, and for what a read sends.
    func register(of byte: UInt8) -> UInt8? {
      guard let command else {
        command = byte
        return nil
      }
      guard command & 0x80 == 0 else { return nil }
      defer { offset &+= 1 }
      return command &+ offset
    }
  }

  private var slots: [Slot] = []
  /// Told of each byte that a target's register takes, with the target's chip-select pin. A
  /// transfer's first byte names the register, with the read bit on top.
  public var onRegisterWrite: ((_ select: String, _ register: UInt8, _ value: UInt8) -> Void)?

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
      guard slot.isSelected else { continue }
      if let register = slot.register(of: byte) { onRegisterWrite?(slot.pin.name, register, byte) }
      answer = (answer ?? 0xff) & slot.target.exchange(byte)
    }
    return answer
  }
}
