/// A net on the board: a chip's pin and whatever is wired to it.
public final class Pin {
  public let name: String
  private var drivers: [(id: String, level: Bool)] = []
  private var pull: Bool?
  private var resistor: Bool?
  private var observers: [(Bool) -> Void] = []
  private var driverObservers: [() -> Void] = []
  public private(set) var level = false

  init(name: String) { self.name = name }

  /// Puts `level` on the net, or lets go of it with nil. `id` names the driver: "P0", "imu".
  public func drive(_ id: String, _ level: Bool?) {
    let count = drivers.count
    drivers.removeAll { $0.id == id }
    if let level { drivers.append((id, level)) }
    settle()
    if drivers.count != count { for observer in driverObservers { observer() } }
  }

  /// The chip's pull resistor: up, down or none. Acts while nothing drives the net.
  public func setPull(_ pull: Bool?) {
    self.pull = pull
    settle()
  }

  /// A resistor on the board, up or down: stronger than the chip's.
  public func setResistor(_ level: Bool?) {
    resistor = level
    settle()
  }

  public var isDriven: Bool { !drivers.isEmpty }

  /// Whether anyone but `id` drives it.
  public func isDriven(besides id: String) -> Bool { drivers.contains { $0.id != id } }

  /// Calls `observer` with the new level at each change.
  public func observe(_ observer: @escaping (Bool) -> Void) { observers.append(observer) }

  /// Calls `observer` when somebody begins or ceases to drive it, whatever becomes of its level.
  public func observeDrivers(_ observer: @escaping () -> Void) { driverObservers.append(observer) }

  private func settle() {
    // Several drivers: low wins, as on an open-drain net.
    let driven = drivers.isEmpty ? nil : drivers.allSatisfy(\.level)
    let settled = driven ?? resistor ?? pull ?? false
    guard settled != level else { return }
    level = settled
    for observer in observers { observer(settled) }
  }
}

/// The board's nets by the chip's name of the pin: "P0.14".
public final class PinBank {
  private var pins: [String: Pin] = [:]
  /// Told of each change of any of them.
  public var onChange: (_ pin: String, _ level: Bool) -> Void = { _, _ in }

  /// The pins that something has asked for, sorted.
  public var names: [String] { pins.keys.sorted() }

  public subscript(_ name: String) -> Pin {
    if let pin = pins[name] { return pin }
    let pin = Pin(name: name)
    pin.observe { [weak self] in self?.onChange(name, $0) }
    pins[name] = pin
    return pin
  }
}
