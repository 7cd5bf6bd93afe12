import Simulation

/// The SPI controller without EasyDMA (ENABLE 1).
///
/// TXD and RXD are double-buffered: two bytes may be written before the first has passed, and a byte
/// begins only while there is room for what it brings. READY says that a byte stands in RXD.
///
/// Reference: nRF52840 Product Specification v1.7, 6.24 SPI.
final class NordicSPI: NordicSerialMode {
  private static let ready: UInt32 = 0x108

  private let wires: SPISignals
  private let interface: NordicInterface
  private var outputs: [UInt8] = []
  private var inputs: [UInt8] = []
  private var lastRead: UInt8 = 0

  init(_ wires: SPISignals, _ interface: NordicInterface) {
    self.wires = wires
    self.interface = interface
  }

  func perform(_ task: UInt32) {}

  func writeOutput(_ byte: UInt8) {
    // A third byte goes over the one that waits.
    if outputs.count == 2 { outputs.removeLast() }
    outputs.append(byte)
    proceed()
  }

  func readReceived() -> UInt8 {
    guard !inputs.isEmpty else { return lastRead }
    lastRead = inputs.removeFirst()
    if !inputs.isEmpty { interface.raise(Self.ready) }
    proceed()
    return lastRead
  }

  func finished(_ byte: UInt8) {
    inputs.append(byte)
    if inputs.count == 1 { interface.raise(Self.ready) }
    proceed()
  }

  func abandon() {
    wires.end()
    outputs = []
    inputs = []
    lastRead = 0
  }

  private func proceed() {
    guard !wires.isBusy else { return }
    guard !outputs.isEmpty, inputs.count < 2 else { return wires.end() }
    wires.begin()
    if !wires.send(outputs.removeFirst()) { wires.end() }
  }
}
