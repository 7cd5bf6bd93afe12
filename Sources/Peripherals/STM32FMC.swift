import Simulation

/// The flexible memory controller of an STM32H7 without a memory on its pins: its registers hold.
///
/// Vendors' start-up code closes its first bank against speculative reads, and uses it for nothing else.
///
/// Reference: RM0455 23.
/// Not modelled: external memories: nothing answers in its banks.
final class STM32FMC: Peripheral {
  private static let resets: [UInt32: UInt32] = [
    0x00: 0x30db, 0x08: 0x30d2, 0x10: 0x30d2, 0x18: 0x30d2,
    0x04: 0x0fff_ffff, 0x0c: 0x0fff_ffff, 0x14: 0x0fff_ffff, 0x1c: 0x0fff_ffff,
    0x80: 0x18, 0x84: 0x40, 0x88: 0xfcfc_fcfc, 0x8c: 0xfcfc_fcfc,
    0x104: 0x0fff_ffff, 0x10c: 0x0fff_ffff, 0x114: 0x0fff_ffff, 0x11c: 0x0fff_ffff,
    0x140: 0x2d0, 0x144: 0x2d0, 0x148: 0x0fff_ffff, 0x14c: 0x0fff_ffff,
  ]
  private var held: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {}

  func read(_ offset: UInt32) -> UInt32? {
    offset < 0x160 ? held[offset] ?? Self.resets[offset] ?? 0 : nil
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard offset < 0x160 else { return false }
    held[offset] = value
    return true
  }

  func reset() { held = [:] }
}
