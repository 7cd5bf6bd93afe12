import Simulation
import Units

/// The DMA request lines of a chip by name: `USART2_RX`, `TIM1_UP`.
final class DMARequests {
  private var lines: [String: DMARequest] = [:]

  init(_ fabric: Fabric) {}

  func line(_ name: String) -> DMARequest {
    if let line = lines[name] { return line }
    let line = DMARequest()
    lines[name] = line
    return line
  }
}

/// A wire by which a device asks for one transfer after another.
final class DMARequest {
  private(set) var isActive = false
  /// The items that whoever serves it still waits for; nil: nobody does.
  var remaining: Int?
  /// Told when it becomes active; whoever serves it hooks in here.
  var observer: () -> Void = {}
  /// A transfer was made: a device whose request is a pulse takes it back.
  var served: () -> Void = {}

  func set(_ isActive: Bool) {
    guard isActive != self.isActive else { return }
    self.isActive = isActive
    if isActive { observer() }
  }

  /// Asks for one transfer.
  func pulse() {
    served = { [unowned self] in set(false) }
    set(true)
  }
}
