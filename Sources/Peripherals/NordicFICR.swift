import Simulation

/// Factory information: what the chip is.
///
/// An nRF52840 in the QIAA package, 1 MB of flash, 256 kB of RAM, with a fixed device identity and
/// address, so that runs repeat.
///
/// Reference: nRF52840 Product Specification v1.7, 4.4 FICR. The words at 0x130 and 0x134 are the
/// part and revision that Nordic's start-up code reads to choose its work-arounds.
/// The thermometer's trim reads as erased, as in the vendor's description.
/// Not modelled: NFC header, keys (all read as erased).
final class NordicFICR: Peripheral {
  private enum Register: UInt32 {
    case codePageSize = 0x010
    case codeSize = 0x014
    case deviceID0 = 0x060
    case deviceID1 = 0x064
    case deviceAddressType = 0x0a0
    case deviceAddress0 = 0x0a4
    case deviceAddress1 = 0x0a8
    case part = 0x100
    case variant = 0x104
    case package = 0x108
    case ram = 0x10c
    case flash = 0x110
    case family = 0x130
    case revision = 0x134
  }

  /// TEMP.A0 … TEMP.T4, which start-up code copies.
  private static let temperatureTrim: ClosedRange<UInt32> = 0x404...0x444

  init(_ context: PeripheralContext) {}

  func read(_ offset: UInt32) -> UInt32? {
    if Self.temperatureTrim.contains(offset) { return 0xffff_ffff }
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .codePageSize: return 4096
    case .codeSize: return 256
    case .deviceID0: return 0x7468_756d
    case .deviceID1: return 0x6270_7274
    case .deviceAddressType: return 0xffff_ffff
    case .deviceAddress0: return 0x7072_696e
    case .deviceAddress1: return 0xffff_c074
    case .part: return 0x52840
    case .variant: return 0x4141_4430
    case .package: return 0x2004
    case .ram: return 256
    case .flash: return 1024
    case .family: return 8
    case .revision: return 3
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool { false }

  func reset() {}
}
