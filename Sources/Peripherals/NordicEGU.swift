import Simulation

/// An event generator: sixteen tasks, each of which generates the event of its number.
///
/// Firmware uses it to raise an interrupt of a chosen priority, or to fan one event out over PPI.
///
/// Reference: nRF52840 Product Specification v1.7, 6.8 EGU.
final class NordicEGU: Peripheral {
  private let interface: NordicInterface

  init(_ context: PeripheralContext) {
    let channels = (0..<UInt32(16)).map { 4 * $0 }
    interface = NordicInterface(
      context, tasks: channels, events: channels.map { 0x100 + $0 }, interruptRegister: true)
    interface.perform = { [unowned self] in interface.raise(0x100 + $0) }
  }

  func read(_ offset: UInt32) -> UInt32? { interface.read(offset) }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool { interface.write(offset, value) }

  func reset() { interface.reset() }
}
