import Simulation

/// The identification at the end of the chip's ROM table, by which start-up code that is older than the
/// FICR's words of the same content chooses its work-arounds.
///
/// Reference: Arm IHI 0031E (ADIv5.2), section D2 (ROM tables); nrfx 4.2.1 nrf52_erratas.h, which reads
/// the part at 0xFE0 and the revision at 0xFE8.
/// Not modelled: the table's entries, which lead debuggers to the core's components.
final class NordicROMTable: Peripheral {
  init(_ context: PeripheralContext) {}

  func read(_ offset: UInt32) -> UInt32? {
    // PID4 … PID7, PID0 … PID3, CID0 … CID3: part 8 and revision 3 as in the FICR, made by Nordic
    // (JEP106 0x44, two continuations).
    let values: [UInt32] = [2, 0, 0, 0, 0x08, 0x40, 0x3c, 0, 0x0d, 0x10, 0x05, 0xb1]
    guard (0xfd0...0xffc).contains(offset), offset & 3 == 0 else { return nil }
    return values[Int(offset - 0xfd0) / 4]
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool { false }

  func reset() {}
}
