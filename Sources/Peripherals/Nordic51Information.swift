import Simulation

/// Factory information of an nRF51822-QFAA: 256 kB of flash in pages of 1 kB, 16 kB of RAM in two blocks,
/// with a fixed device identity and address, so that runs repeat.
///
/// Reference: nRF51 Series Reference Manual v3.0, chapter 7 FICR, by QEMU's model, which quotes it.
/// Not modelled: trim values of the radio and keys (all read as erased).
final class Nordic51FICR: Peripheral {
  private static let words: [UInt32: UInt32] = [
    0x010: 1024,  // CODEPAGESIZE
    0x014: 256,  // CODESIZE
    0x034: 2,  // NUMRAMBLOCK
    0x038: 0x2000,  // SIZERAMBLOCKS
    0x060: 0x7468_756d,  // DEVICEID
    0x064: 0x6270_7274,
    0x0a0: 0xffff_ffff,  // DEVICEADDRTYPE: random
    0x0a4: 0x7072_696e,  // DEVICEADDR
    0x0a8: 0xffff_c074,
    0x0ac: 0xffff_ffff,  // OVERRIDEEN: the radio's trim of 1 and 2 Mbit/s stays as it is
  ]

  init(_ context: PeripheralContext) {}

  func read(_ offset: UInt32) -> UInt32? { offset < 0x100 ? Self.words[offset] ?? .max : nil }
  func write(_ offset: UInt32, _ value: UInt32) -> Bool { false }
  func reset() {}
}

/// The words at 0xF0000FE0 that tell the revisions of the nRF51 apart.
///
/// Nordic's start-up code reads them to choose its work-arounds; these are a third revision's, which
/// needs none.
///
/// Reference: Nordic MDK, system_nrf51.c (from memory).
final class Nordic51Identification: Peripheral {
  private static let words: [UInt32: UInt32] = [0xfe0: 0x01, 0xfe4: 0x00, 0xfe8: 0x80, 0xfec: 0x00]

  init(_ context: PeripheralContext) {}

  func read(_ offset: UInt32) -> UInt32? { Self.words[offset] }
  func write(_ offset: UInt32, _ value: UInt32) -> Bool { false }
  func reset() {}
}
