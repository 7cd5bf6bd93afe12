public import Simulation
public import Units

/// The wires that carry events away from the peripherals of a Nordic chip and tasks to them, by the
/// addresses of their registers. PPI sits between the two.
///
/// Reference: nRF52840 Product Specification v1.7, 6.16 PPI and 6.1 Peripheral interface.
public final class NordicEventFabric {
  private var interfaces: [UInt32: NordicInterface] = [:]
  private let findings: FindingLog
  /// Told of each event that is generated, by its register's address: PPI hooks in here.
  var route: ((Address) -> Void)?

  public init(_ fabric: Fabric) { findings = fabric.findings }

  func attach(_ interface: NordicInterface) { interfaces[interface.base.value] = interface }

  func publish(_ event: Address) { route?(event) }

  /// Triggers the task whose register is at that address.
  public func trigger(_ task: Address) {
    if let interface = interfaces[task.value & ~0xfff], interface.trigger(task.value & 0xfff) {
      return
    }
    findings.note("unmodelled-task", task.description, "PPI triggers a task that is not modelled")
  }
}
