import Simulation

/// User information: configuration words in flash, erased unless firmware has written them.
///
/// A write can only clear bits and needs NVMC's CONFIG at Wen; NVMC erases them; a reset keeps them. An
/// image can hold words of it. Parameter: `nrf51` (1: the words that the nRF51 has).
///
/// Reference: nRF52840 Product Specification v1.7, 4.5 UICR.
/// Not modelled: what the words do (reset pin, NFC pins, REGOUT0, protection), the time that a write takes.
final class NordicUICR: ProgrammablePeripheral {
  private let isNRF51: Bool
  private let access: NordicFlashAccess
  private var words: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    isNRF51 = context.parameters["nrf51"] == 1
    access = context.fabric.service(NordicFlashAccess.init)
    access.eraseUser = { [unowned self] in words = [:] }
  }

  private func exists(_ offset: UInt32) -> Bool {
    guard offset & 3 == 0 else { return false }
    if isNRF51 { return offset <= 0x008 || (0x010...0x0fc).contains(offset) }
    switch offset {
    case 0x014...0x044, 0x050...0x07c, 0x080...0x0fc, 0x200...0x210, 0x304: return true
    default: return false
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    exists(offset) ? words[offset] ?? .max : nil
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard exists(offset) else { return false }
    if access.mode == .write { words[offset] = (words[offset] ?? .max) & value }
    return true
  }

  func program(_ offset: UInt32, _ byte: UInt8) -> Bool {
    guard exists(offset & ~3) else { return false }
    let shift = (offset & 3) * 8
    words[offset & ~3] =
      (words[offset & ~3] ?? .max) & ~(0xff << shift) | UInt32(byte) << shift
    return true
  }

  func reset() {}
}
