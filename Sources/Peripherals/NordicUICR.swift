import Simulation

/// User information: configuration words in flash, erased unless firmware has written them.
///
/// A write can only clear bits and needs NVMC's CONFIG at Wen; NVMC erases them; a reset keeps them.
///
/// Reference: nRF52840 Product Specification v1.7, 4.5 UICR.
/// Not modelled: what the words do (reset pin, NFC pins, REGOUT0, protection), the time that a write takes.
final class NordicUICR: Peripheral {
  private let access: NordicFlashAccess
  private var words: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    access = context.fabric.service(NordicFlashAccess.init)
    access.eraseUser = { [unowned self] in words = [:] }
  }

  private static func exists(_ offset: UInt32) -> Bool {
    guard offset & 3 == 0 else { return false }
    switch offset {
    case 0x014...0x044, 0x050...0x07c, 0x080...0x0fc, 0x200...0x210, 0x304: return true
    default: return false
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    Self.exists(offset) ? words[offset] ?? .max : nil
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard Self.exists(offset) else { return false }
    if access.mode == .write { words[offset] = (words[offset] ?? .max) & value }
    return true
  }

  func reset() {}
}
