import Simulation

/// The trigger outputs of a chip's timers.
final class STM32Triggers {
  private var observers: [String: [() -> Void]] = [:]

  init(_ fabric: Fabric) {}

  func observe(_ name: String, _ observer: @escaping () -> Void) {
    observers[name, default: []].append(observer)
  }

  func signal(_ name: String) { for observer in observers[name] ?? [] { observer() } }
}
