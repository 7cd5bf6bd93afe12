import Simulation

/// The POWER register that the nRF51 gives most of its peripherals: a write of 0 resets the peripheral.
///
/// Reference: nrf51.svd of Nordic's MDK; the work-around of product anomaly 89 for TWI.
/// Not modelled: that its registers cannot be used while it is off.
final class NordicPowerRegister: Peripheral {
  private static let offset: UInt32 = 0xffc

  private let device: any Peripheral
  private var value: UInt32 = 0

  init(_ device: any Peripheral) { self.device = device }

  func read(_ offset: UInt32) -> UInt32? {
    offset == Self.offset ? value : device.read(offset)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard offset == Self.offset else { return device.write(offset, value) }
    self.value = value & 1
    if value & 1 == 0 { device.reset() }
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { device.readingActs(at: offset) }

  func reset() {
    value = 0
    device.reset()
  }
}
